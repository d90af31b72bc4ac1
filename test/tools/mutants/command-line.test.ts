import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ofChanges, ofPaths } from '../../../tools/mutants/choice.js';
import { readOptions, UsageError } from '../../../tools/mutants/command-line.js';
import { sample } from '../../../tools/mutants/sample.js';

describe('readOptions()', () => {
  it('asks for 30 mutants of what changed, within two minutes', () => {
    const { paths, isAll, count, seconds } = some();
    assert.deepEqual({ paths, isAll, count, seconds }, { paths: [], isAll: false, count: 30, seconds: 100 });
  });

  it('takes as long as it needs for the whole tree, unless it is told', () => {
    assert.equal(some('--all', '300').count, 300);
    assert.equal(some('--all', '300').seconds, Number.POSITIVE_INFINITY);
    assert.deepEqual(
      [some().tests, some('--all', '300').tests, some('--all', '300', '--tests', '2').tests],
      [18, 30, 2],
    );
    assert.equal(some('--all', '300', '--seconds', '9').seconds, 9);
  });

  it('takes folders, files and lines', () => {
    assert.deepEqual(some('lib/json/', './lib/a.ts:12').paths, [
      { path: 'lib/json', line: undefined },
      { path: 'lib/a.ts', line: 12 },
    ]);
  });

  it('draws other mutants each time, and the same ones for a seed', () => {
    const all = Array.from({ length: 1000 }, (_, index) => index);
    const drawn = sample(all, 30, some('--seed', '7').seed);
    assert.deepEqual(sample(all, 30, 7), drawn);
    assert.notDeepEqual(sample(all, 30, 8), drawn);
    assert.equal(new Set(drawn).size, 30);
    assert.deepEqual(sample([1, 2, 3], 30, 7).toSorted(), [1, 2, 3]);
  });

  for (const args of [
    ['--al', '3'],
    ['--all', '0'],
    ['--count', 'many'],
    ['--seconds', '1.5'],
  ]) {
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(() => readOptions(args), UsageError);
    });
  }
});

describe('a choice of mutants', () => {
  it('holds those that touch a line', () => {
    const choice = ofPaths([
      { path: 'lib/a.ts', line: 5 },
      { path: 'lib/json', line: undefined },
    ]);
    assert.ok(choice.has({ file: 'lib/a.ts', line: 4, lastLine: 6 }));
    assert.ok(!choice.has({ file: 'lib/a.ts', line: 6, lastLine: 6 }));
    assert.ok(choice.has({ file: 'lib/json/check.ts', line: 1, lastLine: 1 }));
    assert.ok(!choice.hasFile('lib/json-x.ts'));
  });

  it('holds those that touch a change', () => {
    const choice = ofChanges(
      new Map<string, Set<number> | 'all'>([
        ['lib/a.ts', new Set([5])],
        ['lib/b.ts', 'all'],
      ]),
    );
    assert.ok(choice.has({ file: 'lib/a.ts', line: 4, lastLine: 6 }));
    assert.ok(!choice.has({ file: 'lib/a.ts', line: 4, lastLine: 4 }));
    assert.ok(choice.has({ file: 'lib/b.ts', line: 1, lastLine: 1 }));
    assert.ok(!choice.has({ file: 'lib/c.ts', line: 1, lastLine: 1 }));
  });
});

function some(...args: string[]) {
  const options = readOptions(args);
  assert.ok(options !== 'help');
  return options;
}
