import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type BigIntegers, parseBytes, parseValue } from '../../lib/json/values.js';
import { Generator } from './generate.js';

const MODES: BigIntegers[] = ['number', 'bigint', 'string'];

describe('parseValue', () => {
  const table: [text: string, number: unknown, bigint: unknown, string: unknown][] = [
    ['9007199254740991', 9007199254740991, 9007199254740991, 9007199254740991],
    ['-9007199254740991', -9007199254740991, -9007199254740991, -9007199254740991],
    ['9007199254740992', 9007199254740992, 9007199254740992n, '9007199254740992'],
    ['9007199254740993', 9007199254740992, 9007199254740993n, '9007199254740993'],
    ['-9007199254740993', -9007199254740992, -9007199254740993n, '-9007199254740993'],
    ['18446744073709551615', 18446744073709552000, 18446744073709551615n, '18446744073709551615'],
    [`1${'0'.repeat(400)}`, Infinity, 10n ** 400n, `1${'0'.repeat(400)}`],
    ['9007199254740993.0', 9007199254740992, 9007199254740992, 9007199254740992],
    ['9007199254740993e0', 9007199254740992, 9007199254740992, 9007199254740992],
    ['0.1234567890123456', 0.1234567890123456, 0.1234567890123456, 0.1234567890123456],
    ['1e300', 1e300, 1e300, 1e300],
    ['"9007199254740993"', '9007199254740993', '9007199254740993', '9007199254740993'],
    ['{"k9007199254740993":1}', { k9007199254740993: 1 }, { k9007199254740993: 1 }, { k9007199254740993: 1 }],
    ['[-0,9007199254740993]', [-0, 9007199254740992], [-0, 9007199254740993n], [-0, '9007199254740993']],
    ['{"a":9007199254740993,"a":1}', { a: 1 }, { a: 1 }, { a: 1 }],
    ['{"a":1,"a":9007199254740993}', { a: 9007199254740992 }, { a: 9007199254740993n }, { a: '9007199254740993' }],
    [
      '{"a":[],"a":{},"b":9007199254740993}',
      { a: {}, b: 9007199254740992 },
      { a: {}, b: 9007199254740993n },
      { a: {}, b: '9007199254740993' },
    ],
    [
      '{"a":0,"a":-0,"b":9007199254740993}',
      { a: -0, b: 9007199254740992 },
      { a: -0, b: 9007199254740993n },
      { a: -0, b: '9007199254740993' },
    ],
    [
      '{"a":[9007199254740993],"a":{"0":9007199254740993}}',
      { a: { 0: 9007199254740992 } },
      { a: { 0: 9007199254740993n } },
      { a: { 0: '9007199254740993' } },
    ],
    [
      '{"a":{"x":[9007199254740993]},"a":{"x":[9007199254740995]}}',
      { a: { x: [9007199254740996] } },
      { a: { x: [9007199254740995n] } },
      { a: { x: ['9007199254740995'] } },
    ],
    [
      ' {"id" : 12345678901234567890 } ',
      { id: 12345678901234567000 },
      { id: 12345678901234567890n },
      { id: '12345678901234567890' },
    ],
  ];
  for (const [text, ...expected] of table) {
    it(`reads ${text.slice(0, 70)} in every mode`, () => {
      for (const [at, mode] of MODES.entries()) {
        assert.deepEqual(parseValue(text, mode), expected[at], mode);
        const bytes = Buffer.from(`xx${text}yy`);
        assert.deepEqual(parseBytes(bytes, 2, bytes.length - 2, mode), expected[at], `${mode}, from bytes`);
      }
    });
  }

  it('keeps __proto__ as a plain key', () => {
    for (const mode of MODES) {
      const value = parseValue('{"__proto__":{"a":9007199254740993},"b":1}', mode) as object;
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      assert.deepEqual(Object.keys(value), ['__proto__', 'b']);
    }
    const big = parseValue('{"__proto__":9007199254740993}', 'bigint') as object;
    assert.deepEqual(Object.getOwnPropertyDescriptor(big, '__proto__')?.value, 9007199254740993n);
  });

  it('keeps the order of keys as JSON.parse does', () => {
    const text = '{"b":{"x":1,"y":9007199254740993},"a":0,"b":{"y":9007199254740993,"x":1},"1":2}';
    for (const mode of MODES) {
      const value = parseValue(text, mode) as { b: object };
      assert.deepEqual(
        [Object.keys(value), Object.keys(value.b)],
        [
          ['1', 'b', 'a'],
          ['y', 'x'],
        ],
      );
    }
  });

  it('throws a SyntaxError for what is not JSON, in every mode', () => {
    for (const mode of MODES) {
      for (const text of [
        '',
        '{',
        '[9007199254740993',
        '09007199254740993',
        '9007199254740993n',
        "{'a':9007199254740993}",
      ]) {
        assert.throws(() => parseValue(text, mode), SyntaxError, `${mode}: ${text}`);
      }
    }
  });

  it('reads the deepest nesting that the check lets through', () => {
    const text = `${'['.repeat(1000)}9007199254740993${']'.repeat(1000)}`;
    let value = parseValue(text, 'bigint');
    for (let depth = 0; depth < 1000; depth++) value = (value as unknown[])[0];
    assert.equal(value, 9007199254740993n);
  });

  it('decodes long texts, ASCII and other', () => {
    for (const text of ['a'.repeat(5000), 'é'.repeat(5000), `${'a'.repeat(4000)}😀`]) {
      const bytes = Buffer.from(JSON.stringify({ text }));
      assert.deepEqual(parseBytes(bytes, 0, bytes.length, 'number'), { text });
    }
  });

  it('gives what JSON.parse gives, apart from big integers', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const text = someText(seed);
        const plain: unknown = JSON.parse(text);
        assert.deepEqual(parseValue(text, 'number'), plain);
        const big = parseValue(text, 'bigint');
        const digits = parseValue(text, 'string');
        assert.deepEqual(rounded(big, plain), plain, text);
        assert.deepEqual(rounded(digits, plain), plain, text);
        assert.deepEqual(JSON.stringify(keysOf(big)), JSON.stringify(keysOf(plain)), text);
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps every digit of every integer', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })), (integers) => {
        const text = `[${integers.join(',')}]`;
        const isSafe = (integer: bigint): boolean => Number.isSafeInteger(Number(integer));
        assert.deepEqual(
          parseValue(text, 'bigint'),
          integers.map((integer) => (isSafe(integer) ? Number(integer) : integer)),
        );
        assert.deepEqual(
          parseValue(text, 'string'),
          integers.map((integer) => (isSafe(integer) ? Number(integer) : String(integer))),
        );
      }),
    );
  });
});

/** A generated text with more big integers, and values that lossless-json takes for equal to others. */
function someText(seed: number): string {
  const generator = new Generator(seed);
  const pieces = [
    '9007199254740993',
    '-9007199254740994',
    '[]',
    '{}',
    '0',
    '-0',
    '[9007199254740993]',
    '{"0":9007199254740993}',
    '{"length":0}',
    '{"__proto__":{}}',
  ];
  const member = (): string =>
    `${generator.pick(['"a"', '"b"', '"__proto__"', '"length"'])}:${generator.below(4) > 0 ? generator.pick(pieces) : `[${generator.text()},{${members()}}]`}`;
  const members = (): string => Array.from({ length: generator.below(4) }, member).join(',');
  return `{${members()}}`;
}

/** The value with what stands in place of big integers turned back into numbers, where `plain` has a number. */
function rounded(value: unknown, plain: unknown): unknown {
  if (typeof plain === 'number') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  const copy: unknown = Array.isArray(value) ? [] : {};
  for (const key of Object.keys(value)) {
    const member = rounded((value as Record<string, unknown>)[key], (plain as Record<string, unknown>)[key]);
    Object.defineProperty(copy, key, { value: member, configurable: true, enumerable: true, writable: true });
  }
  return copy;
}

function keysOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.keys(value).map((key) => [key, keysOf((value as Record<string, unknown>)[key])]);
}
