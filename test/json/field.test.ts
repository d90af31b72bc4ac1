import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from '../../lib/errors.js';
import { compilePath, FieldReader, scalarAt } from '../../lib/json/field.js';
import { Generator } from './generate.js';
import { somePath, walk } from './walk.js';

describe('FieldReader', () => {
  const trade = '{"e":"trade","data":{"price":1.10,"levels":[[1,2],[3,4]],"a.b":"dot"},"s":"BTC"}';
  const table: [text: string, path: string, found: string | undefined][] = [
    [trade, 'e', '"trade"'],
    [trade, 'data.price', '1.10'],
    [trade, 'data.levels.1.0', '3'],
    [trade, 'data.levels[1]', '[3,4]'],
    [trade, 'data["a.b"]', '"dot"'],
    [trade, 's', '"BTC"'],
    [trade, '', trade],
    [trade, 'price', undefined],
    [trade, 'data.price.x', undefined],
    [trade, 'data.levels.2', undefined],
    [trade, 'data.levels.length', undefined],
    [trade, 'data.levels.00', undefined],
    [trade, 'e.0', undefined],
    [trade, 'toString', undefined],
    [' \n[ 1 , {"a" : [ ] } ] ', '1.a', '[ ]'],
    [' 5 ', '', '5'],
    ['"x" ', '', '"x"'],
    ['[]', '0', undefined],
    ['[ ]', '0', undefined],
    ['{}', 'a', undefined],
    ['{ }', 'a', undefined],
    ['{"a":1,"a":2}', 'a', '2'],
    ['{"a":{"b":1},"a":{"c":2}}', 'a.b', undefined],
    ['{"a":{"b":1},"\\u0061":{"b":2}}', 'a.b', '2'],
    ['{"\\u0061":1}', 'a', '1'],
    ['{"a\\u0062c":1}', 'abc', '1'],
    ['{"a\\"b":1}', '["a\\"b"]', '1'],
    ['{"a\\\\b":1}', '["a\\\\b"]', '1'],
    ['{"\\b":1}', '["\\\\b"]', undefined],
    ['{"\\\\b":1}', '["\\b"]', undefined],
    ['{"\\ud800":1}', '["\\ud800"]', '1'],
    ['{"\ufffd":1}', '["\\ud800"]', undefined],
    ['{"é":1}', 'é', '1'],
    ['{"\\u00e9":1}', 'é', '1'],
    ['{"":{"":1}}', '[""][""]', '1'],
    ['{"0":{"1":2}}', '0.1', '2'],
    ['{"__proto__":{"a":1}}', '__proto__.a', '1'],
    ['{"x":1}', '__proto__', undefined],
    ['{"ab":1,"abc":2,"a":3}', 'abc', '2'],
    ['{"x":"}{\\"a\\":1","a":"]"}', 'a', '"]"'],
    ['[[[[]]],"]",{"k":[1]}]', '2.k.0', '1'],
    ['{"a":true,"b":false,"c":null,"d":-1.5e+3}', 'c', 'null'],
    ['{"a":true,"b":false,"c":null,"d":-1.5e+3}', 'd', '-1.5e+3'],
  ];
  for (const [text, path, found] of table) {
    it(`finds ${found ?? 'nothing'} at ${JSON.stringify(path)} of ${text}`, () => {
      const keys = compilePath(path).segments.map((segment) => segment.key);
      assert.deepEqual(
        walk(JSON.parse(text), keys),
        found === undefined ? undefined : JSON.parse(found),
        'the table is right',
      );
      assert.equal(find(new FieldReader(path), text), found);
    });
  }

  it('takes a compiled path, a string, or an array', () => {
    for (const path of [compilePath('a.0'), 'a.0', ['a', 0], ['a', '0']]) {
      assert.equal(find(new FieldReader(path), '{"a":[7]}'), '7');
    }
  });

  it('refuses a path that cannot be read', () => {
    assert.throws(() => new FieldReader('a..b'), ConfigError);
  });

  it('looks at nothing outside its range', () => {
    const bytes = Buffer.from('[{"a":1}]{"a":2}');
    const reader = new FieldReader('a');
    assert.equal(reader.find(bytes, 1, 8), true);
    assert.equal(bytes.toString('utf8', reader.start, reader.end), '1');
    assert.equal(new FieldReader('b').find(bytes, 1, 8), false);
    assert.equal(new FieldReader('').find(Buffer.from('12345'), 1, 3), true);
  });

  it('can be used again after finding nothing', () => {
    const reader = new FieldReader('a');
    assert.deepEqual(
      ['{"a":1}', '{}', '{"a":2}', '[]', '{"a":3}'].map((text) => find(reader, text)),
      ['1', undefined, '2', undefined, '3'],
    );
  });

  it('comes to an end on bytes that are not JSON at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer(), (bytes, seed) => {
        const generator = new Generator(seed);
        const mutant = generator.mutate(generator.text(), Buffer.from(bytes));
        for (const path of ['', 'a', '0', 'a.0.b']) {
          for (const input of [bytes, mutant]) {
            const reader = new FieldReader(path);
            try {
              if (reader.find(input, 0, input.length)) assert.ok(reader.start <= reader.end);
            } catch (error) {
              assert.ok(error instanceof SyntaxError, 'a bad escape in a key is all that may be noticed');
            }
          }
        }
      }),
    );
  });

  it('finds what walking the result of JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const generator = new Generator(seed);
        const text = generator.text().toString();
        const value: unknown = JSON.parse(text);
        for (let paths = 0; paths < 5; paths++) {
          const keys = somePath(value, generator);
          const found = find(new FieldReader(keys), text);
          assert.deepEqual(
            found === undefined ? undefined : JSON.parse(found),
            walk(value, keys),
            `${JSON.stringify(keys)} of ${text}`,
          );
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('scalarAt', () => {
  for (const text of [
    '0',
    '-0',
    '1',
    '-1.5e3',
    '999999999999999',
    '1000000000000000',
    '9007199254740993',
    '1e999',
    '123456789',
    '0.1',
    '""',
    '"a"',
    '"é😀"',
    '"\\u0061\\n\\\\"',
    '"\\ud800"',
    'true',
    'false',
    'null',
  ]) {
    it(`reads ${text} as JSON.parse does`, () => {
      const bytes = Buffer.from(`[${text}]`);
      assert.ok(Object.is(scalarAt(bytes, 1, bytes.length - 1), JSON.parse(text)));
      assert.ok(Object.is(scalarAt(new Uint8Array(bytes), 1, bytes.length - 1), JSON.parse(text)), 'from a Uint8Array');
    });
  }

  it('gives undefined for an object and an array', () => {
    assert.equal(scalarAt(Buffer.from('{}'), 0, 2), undefined);
    assert.equal(scalarAt(Buffer.from('[1]'), 0, 3), undefined);
  });

  it('reads a string from a view that begins inside its memory', () => {
    const memory = new TextEncoder().encode('xxxx["é"]');
    assert.equal(scalarAt(memory.subarray(5), 0, 4), 'é');
  });

  it('reads long texts, ASCII and other', () => {
    for (const text of ['a'.repeat(5000), 'é'.repeat(5000), `${'a'.repeat(4000)}\n😀`]) {
      const bytes = Buffer.from(JSON.stringify(text));
      assert.equal(scalarAt(bytes, 0, bytes.length), text);
    }
  });
});

function find(reader: FieldReader, text: string): string | undefined {
  const bytes = Buffer.from(text);
  return reader.find(bytes, 0, bytes.length) ? bytes.toString('utf8', reader.start, reader.end) : undefined;
}
