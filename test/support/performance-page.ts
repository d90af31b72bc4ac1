import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { feedsNumbers } from '../../benchmarks/support/feeds-numbers.js';
import { filesNumbers } from '../../benchmarks/support/files-numbers.js';
import { performanceNumbers } from '../../benchmarks/support/numbers.js';
import { between, ROOT } from './readme.js';

/** The page on performance with the figures of the benchmarks of flow, of many feeds and of compressed files put in. `npm run readme` writes it. */
export function freshPerformancePage(): string {
  const page = readFileSync(join(ROOT, 'docs/performance.md'), 'utf8');
  const parts = { flow: performanceNumbers(), feeds: feedsNumbers(), files: filesNumbers() };
  return Object.entries(parts).reduce((text, [name, part]) => between(text, name, part), page);
}
