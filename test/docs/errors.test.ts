import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CLASSES, ERROR_CODES } from '../../lib/errors.js';
import { pageAt } from '../support/pages.js';

const SECTIONS = pageAt('docs/errors.md')
  .split(/^## /m)
  .slice(1)
  .map((section) => ({ code: section.split('\n')[0]!, section }));

test('docs/errors.md has a heading for each code, in the order of the list, and no other', () => {
  assert.deepEqual(
    SECTIONS.map(({ code }) => code),
    Object.keys(ERROR_CODES),
  );
});

for (const [code, meaning] of Object.entries(ERROR_CODES)) {
  test(`docs/errors.md says of ${code} what the list says, and what its class has`, () => {
    const { section } = SECTIONS.find((candidate) => candidate.code === code)!;
    const { name } = ERROR_CLASSES[code as keyof typeof ERROR_CLASSES];
    assert.ok(section.startsWith(`${code}\n\n\`${name}\`: ${meaning}\n\n`), section.slice(0, 200));
    assert.ok(section.length > 400, 'what to do is missing');
  });
}

test('docs/errors.md names no code that there is none of', () => {
  const named = new Set(pageAt('docs/errors.md').match(/ERR_[A-Z_]+/g));
  assert.deepEqual(named, new Set(Object.keys(ERROR_CODES)));
});
