import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { orderMutants } from '../../../tools/mutants/order/mutants.js';
import { ROOT } from '../../support/readme.js';

describe('changes of the order of writes', () => {
  for (const { name, file, from, to } of orderMutants) {
    it(`can still be made: ${name}`, () => {
      assert.equal(readFileSync(join(ROOT, file), 'utf8').split(from).length, 2, `${file} has not once: ${from}`);
      assert.notEqual(from, to);
    });
  }

  it('stand in CONTRIBUTING.md, each with what catches it', () => {
    const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    for (const { name } of orderMutants) assert.ok(page.includes(`| ${name} | \`test/`), name);
  });
});
