import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from '../../lib/errors.js';
import { compilePath, PATH_PATTERN, pathProblem } from '../../lib/json/field.js';

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
    ['$', []],
    ['$.price', ['price']],
    ['$.data.price', ['data', 'price']],
    ["$['a.b']", ['a.b']],
    ["$['a.b'].c[0]", ['a.b', 'c', '0']],
    ['$["a.b"]["c"]', ['a.b', 'c']],
    ['$[0].a', ['0', 'a']],
    ['$.a[0].b', ['a', '0', 'b']],
    ["['a.b'].c", ['a.b', 'c']],
    ["a['b']", ['a', 'b']],
    ["$['$x']", ['$x']],
    ["['$']", ['$']],
    ['$.$x', ['$x']],
    ["['*']", ['*']],
    ['a*.b', ['a*', 'b']],
    [`$['it\\'s "quoted"']`, ['it\'s "quoted"']],
    ["$['\\u0061\\n\\\\\\'']", ["a\n\\'"]],
    ["$['x[*]y'].z", ['x[*]y', 'z']],
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
    'a["b]',
    'a["\\x"]',
    '[0].',
    '$x',
    '$x.y',
    '$$',
    '$.',
    '$..a',
    '$a[0]',
    '*',
    'a.*',
    '$.*.b',
    'a[*]',
    'a[0:2]',
    'a[?(@.b)]',
    "a['b','c']",
    "a['b",
    "a['\\x']",
    `a['\\"']`,
    "a[ 'b' ]",
  ]) {
    it(`refuses ${JSON.stringify(path)} with the option's name and how to write paths`, () => {
      assert.throws(
        () => compilePath(path, 'keyPath'),
        (error: unknown) =>
          error instanceof ConfigError &&
          error.message.startsWith(`keyPath: The path ${JSON.stringify(path)} cannot be read from character `) &&
          error.message.includes("`$['a.b']`"),
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

  it('says where it cannot go on, and why', () => {
    const table: [path: string, character: number, why: RegExp][] = [
      ['$price', 2, /a first key that begins with `\$` is written in brackets, as `\$\['\$x'\]`/],
      ['data.*.price', 5, /wildcards, slices, filters and `\.\.` are none; a key `\*` is written/],
      ['$..price', 2, /a path leads to one value/],
      ['trades[-1]', 7, /a path leads to one value/],
      ['data.price.', 11, /a key is missing/],
      ['data[price]', 5, /neither `\[0\]` nor a key in quotes and brackets/],
      ['trades[0]id', 10, /a dot or a bracket is missing/],
      ['trades.[0]', 7, /a dot stands between two keys/],
    ];
    for (const [path, character, why] of table) {
      const problem = pathProblem(path) ?? '';
      assert.ok(problem.startsWith(`The path ${JSON.stringify(path)} cannot be read from character ${character} on: `));
      assert.match(problem, why);
      assert.match(pathProblem(path, true) ?? '', /^The path cannot be read from character /, 'hidden');
    }
  });

  it('reads any keys, in either quotes, bare where they can be, and below a `$`', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' })),
        fc.constantFrom('', '$'),
        fc.boolean(),
        (keys, root, single) => {
          const path = keys.map((key, at) => {
            const isBare = /^[^.[\]]+$/.test(key) && key !== '*' && !(at === 0 && key.startsWith('$'));
            if (isBare) return at > 0 || root === '$' ? `.${key}` : key;
            const double = JSON.stringify(key);
            return `[${single ? `'${double.slice(1, -1).replaceAll("'", "\\'").replaceAll('\\"', '"')}'` : double}]`;
          });
          const { segments } = compilePath(root + path.join(''));
          assert.deepEqual(
            segments.map((segment) => segment.key),
            keys,
          );
        },
      ),
    );
  });

  it('reads what the pattern for editors lets through, and nothing else', () => {
    const pattern = new RegExp(PATH_PATTERN, 'u');
    const piece = fc.constantFrom(
      'a',
      '$',
      '.',
      '[',
      ']',
      '0',
      '01',
      '-1',
      '*',
      "'",
      '"',
      "['a.b']",
      '["c"]',
      '[7]',
      '\\',
      '\n',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = pieces.join('');
        assert.equal(pattern.test(path), pathProblem(path) === undefined, path);
      }),
      { numRuns: 20_000 },
    );
  });
});
