import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isAccepted, readAccepted, staleAmong } from '../../../tools/mutants/accepted.js';
import { mutantsOf } from '../../../tools/mutants/mutants-of.js';
import { ROOT } from '../../support/readme.js';

describe('accepted mutants', () => {
  const accepted = {
    file: 'lib/a.ts',
    before: 'if (a < b) f();',
    after: 'if (a <= b) f();',
    because: 'They are never equal.',
  };

  it('are known by their lines, wherever these stand', () => {
    const mutants = mutantsOf('lib/a.ts', 'g();\n\n  if (a < b) f();\n');
    assert.deepEqual(
      mutants.filter((mutant) => isAccepted(mutant, [accepted])).map(({ line }) => line),
      [3],
    );
    assert.deepEqual(staleAmong([accepted], mutants), []);
  });

  it('are known by the line above, too, where others read the same', () => {
    const mutants = mutantsOf('lib/a.ts', 'g();\nif (a < b) f();\nh();\nif (a < b) f();\n');
    const linesAmong = (behind: string): number[] =>
      mutants.filter((mutant) => isAccepted(mutant, [{ ...accepted, behind }])).map(({ line }) => line);
    assert.deepEqual([linesAmong('g();'), linesAmong('h();'), linesAmong('')], [[2], [4], []]);
  });

  it('are told when their line has changed, or the file is another one', () => {
    for (const [file, code] of [
      ['lib/a.ts', 'if (a < c) f();'],
      ['lib/b.ts', 'if (a < b) f();'],
    ] as const) {
      const mutants = mutantsOf(file, code);
      assert.equal(
        mutants.some((mutant) => isAccepted(mutant, [accepted])),
        false,
      );
      assert.deepEqual(staleAmong([accepted], mutants), [accepted]);
    }
  });

  it('have a reason each, in the list that is checked in', () => {
    for (const { file, before, after, because } of readAccepted(ROOT)) {
      assert.ok(existsSync(join(ROOT, file)), file);
      assert.notEqual(before, after);
      assert.match(because, /^[A-Z].{20,}\.$/);
    }
  });
});
