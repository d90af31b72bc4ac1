import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES } from '../lib/errors.js';
import { freshKafkaPage } from './support/kafka-page.js';
import { freshReadme, ROOT } from './support/readme.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the README shows the table, the errors, the numbers and the examples as they are now', () => {
  assert.equal(readme, freshReadme(), 'Run `npm run readme`.');
});

test('the page on Kafka shows its keys and its example as they are now', () => {
  assert.equal(readFileSync(join(ROOT, 'docs/kafka.md'), 'utf8'), freshKafkaPage(), 'Run `npm run readme`.');
});

test('the README knows every error code, and no other', () => {
  assert.deepEqual(new Set(readme.match(/ERR_[A-Z_]+/g)), new Set(Object.keys(ERROR_CODES)));
});

test('every link in the README to a file or a heading leads somewhere', () => {
  const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(
    ([, title]) => `#${title?.toLowerCase().replaceAll(' ', '-')}`,
  );
  for (const [, target] of readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
    if (target?.startsWith('#')) assert.ok(headings.includes(target), target);
    else assert.ok(readFileSync(join(ROOT, target as string)).length > 0);
  }
});
