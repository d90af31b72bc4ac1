import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { serialise, stringText } from '../../lib/json/serialise.js';
import { parseValue } from '../../lib/json/values.js';

describe('serialise', () => {
  const table: [value: unknown, text: string][] = [
    [null, 'null'],
    [true, 'true'],
    [1.1, '1.1'],
    [Number.NaN, 'null'],
    ['é"\n', '"é\\"\\n"'],
    ['\ud800', '"\\ud800"'],
    [[], '[]'],
    [{ a: undefined, b: [undefined] }, '{"b":[null]}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [1n, '1'],
    [-9007199254740993n, '-9007199254740993'],
    [{ id: 2n ** 64n, list: [0n, { deep: -1n }] }, '{"id":18446744073709551616,"list":[0,{"deep":-1}]}'],
    [Object(5n), '5'],
    [
      { a: 1n, gone: undefined, when: new Date(0), text: '1n' },
      '{"a":1,"when":"1970-01-01T00:00:00.000Z","text":"1n"}',
    ],
    [
      { 'bigint 0: 1': 'bigint 0: 2', '"bigint 0: 3"': 4n, x: '"bigint 1: 5"' },
      '{"bigint 0: 1":"bigint 0: 2","\\"bigint 0: 3\\"":4,"x":"\\"bigint 1: 5\\""}',
    ],
    [{ toJSON: () => [7n] }, '[7]'],
  ];
  for (const [value, text] of table) {
    it(`writes ${text}`, () => {
      assert.equal(serialise(value).toString(), text);
    });
  }

  const refused: [value: unknown, sentence: RegExp][] = [
    [undefined, /^undefined cannot be written as JSON\. Give an object, .*\.$/],
    [() => 1, /^A function cannot be written as JSON\./],
    [Symbol('s'), /^A symbol cannot be written as JSON\./],
    [{ toJSON: () => undefined }, /^A value whose toJSON\(\) gives nothing cannot be written as JSON\./],
    [cycle({}), /^A value that contains itself cannot be written as JSON\. Take the cycle out of it\.$/],
    [cycle({ big: 1n }), /^A value that contains itself cannot be written as JSON\./],
  ];
  for (const [value, sentence] of refused) {
    it(`refuses ${sentence.source.slice(1, 40)}… with a TypeError`, () => {
      assert.throws(
        () => serialise(value),
        (error: unknown) => error instanceof TypeError && sentence.test(error.message),
      );
    });
  }

  it('lets through what is no error that a toJSON method throws, or one that only begins like one of ours', () => {
    for (const thrown of [
      null,
      'text',
      new RangeError('Do not know how to serialize a BigInt'),
      new Error('Converting circular structure to JSON'),
    ]) {
      for (const beside of [[], [1n]]) {
        const fail = (): never => {
          throw thrown;
        };
        try {
          serialise([...beside, { toJSON: fail }]);
          assert.fail('It was written.');
        } catch (error) {
          assert.equal(error, thrown);
        }
      }
    }
  });

  it('asks a toJSON method that throws once', () => {
    let asked = 0;
    const fail = (): never => {
      asked += 1;
      throw new TypeError('mine');
    };
    assert.throws(() => serialise({ toJSON: fail }), { name: 'TypeError', message: 'mine' });
    assert.equal(asked, 1);
  });

  it('lets through what a toJSON method throws', () => {
    const error = new TypeError('mine');
    const fail = (): never => {
      throw error;
    };
    assert.throws(
      () => serialise({ toJSON: fail }),
      (thrown) => thrown === error,
    );
    assert.throws(
      () => serialise([1n, { toJSON: fail }]),
      (thrown) => thrown === error,
    );
  });

  it('writes bigints as integers though the program taught them to write themselves as strings', (t) => {
    Object.defineProperty(BigInt.prototype, 'toJSON', {
      configurable: true,
      value(this: bigint) {
        return String(this);
      },
    });
    t.after(() => Reflect.deleteProperty(BigInt.prototype, 'toJSON'));
    assert.equal(serialise({ id: 9007199254740993n, list: [1n] }).toString(), '{"id":9007199254740993,"list":[1]}');
    assert.equal(serialise({ id: '1' }).toString(), '{"id":"1"}');
  });

  it('writes what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(serialise(value).toString(), JSON.stringify(value));
      }),
    );
  });

  it('writes bigints in any place so that they can be read again', () => {
    // Without backslashes, as in generate.ts: they mislead the JSON.parse of Node 24 and 26.
    const keys = fc.string().map((key) => key.replaceAll('\\', ''));
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
        fc.string({ unit: 'binary' }),
        fc.constantFrom('bigint 0: 1', '"bigint 0: 1"', 'bigint 1: 2', '\\"bigint 0: 1'),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(keys, fc.constant('bigint 0: 1')), tie('value'), {
          maxKeys: 4,
          noNullPrototype: true,
        }),
      ),
    })).value;
    fc.assert(
      fc.property(values, (value) => {
        assert.deepEqual(parseValue(serialise(value).toString(), 'bigint'), value);
      }),
    );
  });
});

describe('stringText', () => {
  for (const text of ['', 'a', '"\\\n', 'é😀', '\u2028', '\ud800', '\0']) {
    it(`writes ${JSON.stringify(text)} as JSON.stringify does`, () => {
      assert.equal(stringText(text).toString(), JSON.stringify(text));
      assert.equal(JSON.parse(stringText(text).toString()), text);
    });
  }
});

function cycle(value: Record<string, unknown>): unknown {
  value['self'] = [value];
  return value;
}
