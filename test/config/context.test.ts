import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fillPlaceholders } from '../../lib/config/context.js';
import { ConfigError } from '../../lib/errors.js';

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

for (const [what, template, context, expected] of [
  ['A string goes in verbatim', 'wss://x/{symbol}', { symbol: 'btc/usdt?a=b' }, 'wss://x/btc/usdt?a=b'],
  ['A number goes in as JSON', '{n}', { n: 5 }, '5'],
  ['A bigint goes in as its digits', '{n}', { n: 2n ** 64n }, '18446744073709551616'],
  ['A boolean goes in as JSON', '{b}', { b: false }, 'false'],
  ['null goes in as JSON', '{v}', { v: null }, 'null'],
  ['A list goes in as JSON', '{v}', { v: ['a', 1] }, '["a",1]'],
  ['An object goes in as JSON', '{v}', { v: { a: 1 } }, '{"a":1}'],
  ['An unknown name stays as it is', 'wss://x/{symbol}', {}, 'wss://x/{symbol}'],
  ['A name whose value is undefined stays as it is', '{a}', { a: undefined }, '{a}'],
  ['A name that every object inherits is unknown', '{constructor}{__proto__}', {}, '{constructor}{__proto__}'],
  ['A value is never scanned again', '{a}{b}', { a: '{b}', b: '{a}' }, '{b}{a}'],
  ['Halves of braces from two values never join', '{a}b{c}', { a: '{', b: 'x', c: '}' }, '{b}'],
  ['The same name is filled at each place', '{a}-{a}', { a: 'x' }, 'x-x'],
  ['Empty braces are no placeholder', '{}', { '': 'x' }, '{}'],
  ['Of nested braces the inner ones are the placeholder', '{{a}}', { a: 'x' }, '{x}'],
  ['A brace that is not closed stays as it is', '{a', { a: 'x' }, '{a'],
  ['An empty string goes in', 'x{a}y', { a: '' }, 'xy'],
  ['Patterns of String.replace in a value mean nothing', '{a}', { a: "$&$1$'$$" }, "$&$1$'$$"],
] as const) {
  test(`${what}`, () => {
    assert.equal(fillPlaceholders(template, context), expected);
  });
}

for (const [what, value] of [
  ['a cyclic object', cyclic],
  ['a function', () => {}],
  ['a symbol', Symbol('x')],
] as const) {
  test(`A value that JSON cannot hold, such as ${what}, is an error that names it`, () => {
    assert.throws(
      () => fillPlaceholders('{a}', { a: value }),
      (error) => error instanceof ConfigError && error.problems[0]?.path === 'context.a',
    );
  });
}

test('A template without braces is never changed, whatever the context holds', () => {
  fc.assert(
    fc.property(
      fc.string().map((text) => text.replace(/[{}]/g, '')),
      fc.dictionary(fc.string(), fc.string()),
      (template, context) => {
        assert.equal(fillPlaceholders(template, context), template);
      },
    ),
  );
});

test('Filling is the same as joining the parts with their values, even when values look like placeholders', () => {
  const part = fc.string().map((text) => text.replace(/[{}]/g, ''));
  const value = fc.oneof(fc.string(), fc.constantFrom('{a}', '{b}', '{', '}'));
  fc.assert(
    fc.property(fc.array(fc.tuple(part, fc.constantFrom('a', 'b', 'unknown'))), value, value, (pieces, a, b) => {
      const template = pieces.map(([text, name]) => `${text}{${name}}`).join('');
      const values: Record<string, string> = { a, b, unknown: '{unknown}' };
      assert.equal(fillPlaceholders(template, { a, b }), pieces.map(([text, name]) => text + values[name]).join(''));
    }),
  );
});
