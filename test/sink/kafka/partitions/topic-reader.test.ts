import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePath } from '../../../../lib/json/field.js';
import { formatted, isFormattable } from '../../../../lib/sink/kafka/partitions/record-format.js';
import { isTopicName, TopicReader } from '../../../../lib/sink/kafka/partitions/topic-reader.js';
import { pagesOf } from '../../pages.js';

test('a topic has 1 to 249 letters, digits, dots, dashes and underscores, and is no folder', () => {
  for (const name of ['a', 'Trades-1.x_y', '...', 'x'.repeat(249)]) assert.equal(isTopicName(name), true, name);
  for (const name of ['', '.', '..', 'a b', 'a/b', 'é', 'x'.repeat(250), 'a\n'])
    assert.equal(isTopicName(name), false, name);
});

for (const [record, replace, name, problem] of [
  ['{"t":"trades"}', undefined, 'trades', undefined],
  ['{"t":"tr\\u0061des"}', undefined, 'trades', undefined],
  ['{"t":"BTC/USD"}', '_', 'BTC_USD', undefined],
  ['{"t":"BTC/€😀"}', '-', 'BTC---', undefined],
  [
    '{"t":"a/b"}',
    '$&',
    undefined,
    /, but "a\/b": a name has 1 to 249 letters, .*; with `topic\.replace: "_"` it would be a_b$/,
  ],
  [
    '{"t":"BTC/USD"}',
    undefined,
    undefined,
    /, but "BTC\/USD": a name has .*; with `topic\.replace: "_"` it would be BTC_USD$/,
  ],
  [
    '{"t":".."}',
    undefined,
    undefined,
    /, but "\.\.": a name has 1 to 249 letters, digits, dots, dashes and underscores$/,
  ],
  ['{"t":5}', '_', undefined, /, but 5: a name has 1 to 249 letters, digits, dots, dashes and underscores$/],
  ['{"t":""}', '_', undefined, /, but "": a name has/],
  ['{"x":5}', '_', undefined, /^has no valid name of a topic where `topic\.path` looks for one: there is nothing$/],
  [`{"t":"${'é'.repeat(100)}"}`, undefined, undefined, new RegExp(`, but "${'é'.repeat(39)}.?…: a name has`)],
] as const) {
  test(`${record.slice(0, 30)} with ${replace ?? 'nothing'} in place of other characters names ${name ?? 'no topic'}`, () => {
    const reader = new TopicReader({ path: compilePath('t'), replace });
    const [, page] = pagesOf(['{"t":"other"}', record], 1);
    assert.equal(reader.nameOf(page!, 0), name);
    if (problem !== undefined) assert.match(reader.problemOf(page!, 0), problem);
  });
}

for (const [json, asText, asBytes] of [
  ['"abc"', 'abc', undefined],
  ['"aGk="', 'aGk=', 'hi'],
  ['"\\u0061Gk="', 'aGk=', 'hi'],
  ['""', '', ''],
  ['"aGk"', 'aGk', undefined],
  ['"a\\"b"', 'a"b', undefined],
  ['12.50', '12.50', undefined],
  ['{"a":1}', '{"a":1}', undefined],
] as const) {
  test(`${json} is itself as JSON, ${asText} as text, and ${asBytes ?? 'nothing'} in base64`, () => {
    const bytes = Buffer.from(`[${json}]`);
    const [start, end] = [1, bytes.length - 1];
    assert.equal(String(formatted('json', bytes, start, end)), json);
    assert.equal(String(formatted('raw_string', bytes, start, end)), asText);
    assert.deepEqual(
      [isFormattable('json', bytes, start, end), isFormattable('raw_string', bytes, start, end)],
      [true, true],
    );
    assert.equal(isFormattable('bytes', bytes, start, end), asBytes !== undefined);
    if (asBytes !== undefined) assert.equal(String(formatted('bytes', bytes, start, end)), asBytes);
  });
}

test('null has every form, as no value', () => {
  const bytes = Buffer.from('null');
  for (const type of ['json', 'raw_string', 'bytes'] as const) assert.equal(isFormattable(type, bytes, 0, 4), true);
});

test('what needs no change is a view of its page, and no copy', () => {
  const bytes = Buffer.from('"abc"');
  assert.equal(formatted('raw_string', bytes, 0, 5).buffer, bytes.buffer);
});
