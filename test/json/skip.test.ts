import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyTable } from '../../lib/json/key-table.js';
import { findMember } from '../../lib/json/member.js';
import { compilePath, type PathSegment } from '../../lib/json/path.js';
import { skipSpace, skipString, skipValue } from '../../lib/json/skip.js';
import { Generator } from './generate.js';

test('a value is stepped over to its end, whatever follows it', () => {
  const generator = new Generator(7);
  for (let n = 0; n < 2_000; n++) {
    const text = generator.text();
    const value = Buffer.from(text.toString().trim());
    for (const rest of [',"a":1}', ']', ' }', '\n', '}x']) {
      const bytes = Buffer.concat([Buffer.from('[['), value, Buffer.from(rest)]);
      assert.equal(skipValue(bytes, 2, bytes.length), 2 + value.length, String(bytes));
    }
    assert.equal(skipValue(value, 0, value.length), value.length);
    const spaced = Buffer.concat([text, Buffer.from('x')]);
    assert.equal(skipSpace(spaced, 0, text.length), /^[ \t\n\r]*/.exec(text.toString('latin1'))![0].length);
  }
});

test('a string of any length is stepped over, with what is escaped in it', () => {
  for (let length = 0; length < 20; length++) {
    for (let at = -1; at < length; at++) {
      for (const special of ['\\"', '\\\\', 'é']) {
        const inside = at < 0 ? 'x'.repeat(length) : `${'x'.repeat(at)}${special}${'x'.repeat(length - at - 1)}`;
        const bytes = Buffer.from(`{"${inside}":"y"}`);
        assert.equal(skipString(bytes, 1, bytes.length), 3 + Buffer.byteLength(inside), inside);
      }
    }
  }
});

test('nothing behind the end is looked at', () => {
  for (const text of ['"abcdefgh', '"abc\\', '{"a":[1', '[', '{', '12', 'tru', '"', '[[[["x']) {
    const bytes = Buffer.from(`${text}"]}]]]]1"`);
    assert.equal(skipValue(bytes, 0, text.length), text.length, text);
  }
  const blank = Buffer.from('    ');
  assert.deepEqual([skipValue(blank, 4, 4), skipSpace(blank, 0, 3), skipSpace(blank, 3, 3)], [4, 3, 3]);
});

test('a member is found by its key, the last of those that are alike, as JSON.parse has it', () => {
  const generator = new Generator(11);
  const keys = ['a', 'ab', '', 'é', 'a"b', 'abc'];
  const written = [
    '"a"',
    '"\\u0061"',
    '"ab"',
    '"a\\u0062"',
    '""',
    '"é"',
    '"\\u00e9"',
    '"a\\"b"',
    '"abc"',
    '"x"',
    '"aé"',
  ];
  for (let n = 0; n < 3_000; n++) {
    const members = Array.from({ length: generator.below(6) }, () => {
      const space = [' ', '\n\t', '', ''][generator.below(4)];
      return `${space}${generator.pick(written)}${space}:${generator.text()}`;
    });
    const text = `{${members.join(',')}${generator.pick(['', ' '])}}`;
    const bytes = Buffer.from(`"${text},"a":1}`);
    const end = bytes.length - ',"a":1}'.length;
    const object = JSON.parse(text) as Record<string, unknown>;
    for (const key of keys) {
      const at = findMember(bytes, 1, end, compilePath([key]).segments[0] as PathSegment);
      if (!Object.hasOwn(object, key)) assert.equal(at, -1, `${key} in ${text}`);
      else {
        const value = bytes.toString('utf8', at, skipValue(bytes, at, end));
        assert.deepEqual(JSON.parse(value), object[key], `${key} in ${text}`);
      }
    }
  }
});

test('a key table tells which key it is, however it is escaped', () => {
  const keys = ['a', 'b', 'ab', '', 'é', 'a"b'];
  const table = new KeyTable(keys);
  for (const [text, index] of [
    ['"a"', 0],
    ['"\\u0061"', 0],
    ['"b"', 1],
    ['"ab"', 2],
    ['"\\u0061b"', 2],
    ['"a\\u0062"', 2],
    ['""', 3],
    ['"é"', 4],
    ['"\\u00e9"', 4],
    ['"a\\"b"', 5],
    ['"c"', -1],
    ['"ba"', -1],
    ['"abc"', -1],
    ['"\\u0063"', -1],
    ['"a\\n"', -1],
  ] as const) {
    const bytes = Buffer.from(`\\${text}\\`);
    assert.equal(table.indexOf(bytes, 1, bytes.length - 1), index, text);
  }
});
