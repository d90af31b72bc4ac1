import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileExpected } from '../../lib/json/expected.js';

describe('compileExpected', () => {
  for (const [value, same, others] of [
    [
      'ab',
      ['"ab"', '"\\u0061b"', '"a\\u0062"', '"\\u0061\\u0062"'],
      ['"a"', '"abc"', '"\\u0061c"', '"aab"', 'true', '["ab"]'],
    ],
    ['', ['""'], ['" "', 'null', '0', '"\\n"']],
    ['é"\\', ['"é\\"\\\\"', '"\\u00e9\\u0022\\u005c"'], ['"e\\"\\\\"', '"é\\\\"']],
    ['a\\b', ['"a\\\\b"', '"a\\u005cb"'], ['"a\\b"']],
    ['5', ['"5"'], ['5']],
    [5, ['5', '5.0', '5e0', '50e-1', '0.5E1'], ['"5"', '50', '-5', '5.1', '[5]', 'null']],
    [-0.25, ['-0.25', '-25e-2', '-0.250'], ['0.25', '-0.26', '-1']],
    [0, ['0', '-0', '0.0', '0e9'], ['1', 'false', 'null', '""']],
    [100, ['100', '1e2', '100.0'], ['10', '1000', '1e3', '101', '1']],
    [9007199254740993n, ['9007199254740993', '9007199254740993.0'], ['9007199254740992', '9007199254740994']],
    [true, ['true'], ['false', 'null', '"true"', '1']],
    [false, ['false'], ['true', 'null', '0']],
    [null, ['null'], ['false', '0', '""', '{}']],
    [[], ['[]', '[ ]'], ['{}', '[1]', 'null', '""']],
    [
      [1, 'x'],
      ['[1,"x"]', '[ 1.0 , "\\u0078" ]'],
      ['[1]', '["x",1]', '[1,"x",2]', '[1,"y"]', '[2,"x"]', '{"0":1,"1":"x"}'],
    ],
    [{}, ['{}', '{ }'], ['[]', '{"a":1}', 'null']],
    [
      { a: 1, b: { c: null } },
      ['{"a":1,"b":{"c":null}}', '{ "b":{"c":null} , "\\u0061":1.0 }', '{"a":2,"b":{"c":null},"a":1}'],
      [
        '{"a":1}',
        '{"a":1,"b":{}}',
        '{"a":1,"b":{"c":null},"d":1}',
        '{"a":1,"b":{"c":0}}',
        '{"a":1,"b":{"c":null},"a":2}',
      ],
    ],
  ] as const satisfies readonly (readonly [unknown, readonly string[], readonly string[]])[]) {
    it(`finds ${String(JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `${one}` : one)))} however it is written, and nothing else`, () => {
      for (const text of same) assert.equal(isAt(value, text), true, text);
      for (const text of others) assert.equal(isAt(value, text), false, text);
    });
  }

  it('says that a word is told by its first byte', () => {
    for (const [value, isWord] of [
      [true, true],
      [false, true],
      [null, true],
      ['true', undefined],
      [1, undefined],
      [[], undefined],
      [{}, undefined],
    ] as const) {
      assert.equal(compileExpected(value).isWord, isWord);
    }
  });

  it('agrees with a comparison of values', () => {
    const value = fc.jsonValue({ depthSize: 'small' });
    fc.assert(
      fc.property(value, value, fc.constantFrom(undefined, 2), (one, other, space) => {
        assert.equal(isAt(one, JSON.stringify(one, undefined, space)), true);
        assert.equal(isAt(one, JSON.stringify(other, undefined, space)), isEqual(one, other));
      }),
    );
  });

  it('cannot look for what JSON cannot hold', () => {
    for (const value of [undefined, () => 1, Symbol('x')]) assert.throws(() => compileExpected(value), TypeError);
  });
});

/** Within other bytes, as a value stands in a chunk. */
function isAt(value: unknown, text: string): boolean {
  const bytes = Buffer.from(`\\${text}\\\\`);
  const expected = compileExpected(value);
  const first = expected.isAt(bytes, 1, bytes.length - 2);
  assert.equal(expected.isAt(bytes, 1, bytes.length - 2), first, 'It says something else the second time.');
  return first;
}

function isEqual(one: unknown, other: unknown): boolean {
  try {
    // As JSON has it: -0 is 0.
    assert.deepEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
    return true;
  } catch {
    return false;
  }
}
