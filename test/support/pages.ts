import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshCommandPage } from './command-page.js';
import { freshConfigurationPage } from './configuration-page.js';
import { freshFaucetPage } from './faucet-page.js';
import { freshKafkaPage } from './kafka-page.js';
import { freshKeepingAlivePage } from './keeping-alive-page.js';
import { freshMetricsPage } from './metrics-page.js';
import { freshPerformancePage } from './performance-page.js';
import { freshReadme, ROOT, withExamples } from './readme.js';

/** The README and every page under docs/, by their paths. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

/** A page as it stands. */
export function pageAt(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A page with all that is made from something else put in. `npm run readme` writes them. */
export function freshPage(path: string): string {
  return MADE_FROM_ELSE[path]?.() ?? withExamples(pageAt(path));
}

const MADE_FROM_ELSE: Readonly<Record<string, () => string>> = {
  'README.md': freshReadme,
  'docs/command.md': freshCommandPage,
  'docs/configuration.md': freshConfigurationPage,
  'docs/faucet.md': freshFaucetPage,
  'docs/kafka.md': freshKafkaPage,
  'docs/keeping-alive.md': freshKeepingAlivePage,
  'docs/metrics.md': freshMetricsPage,
  'docs/performance.md': freshPerformancePage,
};
