import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GAP_CAUSES } from '../lib/index.js';
import { ROOT } from './support/readme.js';

test('the page on gaps names every cause that there is, and no other', () => {
  const text = readFileSync(join(ROOT, 'docs/gaps.md'), 'utf8');
  const table = text.slice(text.indexOf('<!-- gap-causes:start -->'), text.indexOf('<!-- gap-causes:end -->'));
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  assert.deepEqual(
    rows,
    Object.entries(GAP_CAUSES).map(([cause, meaning]) => `| \`${cause}\` | ${meaning} |`),
  );
});
