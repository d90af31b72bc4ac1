import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from '../../lib/errors.js';
import { compilePath } from '../../lib/json/field.js';

describe('compilePath', () => {
  const good: [path: string | (string | number)[], keys: string[]][] = [
    ['', []],
    ['price', ['price']],
    ['data.price', ['data', 'price']],
    ['trades.0.id', ['trades', '0', 'id']],
    ['trades[0].id', ['trades', '0', 'id']],
    ['trades[0][12]', ['trades', '0', '12']],
    ['[0]', ['0']],
    ['[0].id', ['0', 'id']],
    ['["a.b"]', ['a.b']],
    ['data["a.b"].c', ['data', 'a.b', 'c']],
    ['data["[0]"]["\\"q\\""]', ['data', '[0]', '"q"']],
    ['["\\u0061"]', ['a']],
    ['[""]', ['']],
    ['__proto__', ['__proto__']],
    ['a b.c-d.$e', ['a b', 'c-d', '$e']],
    ['ключ.日本', ['ключ', '日本']],
    ['01', ['01']],
    ['-1', ['-1']],
    [[], []],
    [
      ['a.b', 0, ''],
      ['a.b', '0', ''],
    ],
  ];
  for (const [path, keys] of good) {
    it(`reads ${JSON.stringify(path)} as ${keys.length} keys`, () => {
      assert.deepEqual(
        compilePath(path).segments.map((segment) => segment.key),
        keys,
      );
    });
  }

  for (const path of [
    '.',
    '.a',
    'a.',
    'a..b',
    'a[',
    'a]',
    'a[]',
    'a[x]',
    'a[01]',
    'a[-1]',
    'a[1.5]',
    'a.[0]',
    'a[0]b',
    "a['b']",
    'a["b]',
    'a["\\x"]',
    '[0].',
  ]) {
    it(`refuses ${JSON.stringify(path)} with the option's name and how to write paths`, () => {
      assert.throws(
        () => compilePath(path, 'keyPath'),
        (error: unknown) =>
          error instanceof ConfigError &&
          error.message.startsWith(`keyPath: The path ${JSON.stringify(path)} cannot be read from character `) &&
          error.message.includes('["a.b"]'),
      );
    });
  }

  it('refuses array segments that are neither keys nor indices', () => {
    for (const segment of [-1, 1.5, Number.NaN, Infinity, 2 ** 53, null, undefined, {}, true]) {
      assert.throws(() => compilePath(['a', segment as number]), ConfigError, String(segment));
    }
    for (const path of [undefined, null, 5, {}]) {
      assert.throws(() => compilePath(path as unknown as string), ConfigError, String(path));
    }
  });

  it('takes a segment for an index only in its canonical form', () => {
    const indexOf = (key: string): number => compilePath([key]).segments[0].index;
    assert.deepEqual(['0', '7', '10', '4294967295'].map(indexOf), [0, 7, 10, 4294967295]);
    assert.deepEqual(
      ['', '00', '01', '-0', '-1', '+1', '1.0', '1e3', ' 1', 'a', '99999999999999999999'].map(indexOf),
      Array(11).fill(-1),
    );
  });

  it('reads any keys written in brackets, and bare ones that hold neither dots nor brackets', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (keys) => {
        const path = keys.map((key, at) =>
          /^[^.[\]]+$/.test(key) ? (at > 0 ? `.${key}` : key) : `[${JSON.stringify(key)}]`,
        );
        assert.deepEqual(
          compilePath(path.join('')).segments.map((segment) => segment.key),
          keys,
        );
      }),
    );
  });
});
