import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scalarAt } from '../../lib/json/field.js';
import { MemberReader } from '../../lib/json/members.js';

for (const [what, path, text, expected] of [
  ['no members of an empty object', 'h', '{"h":{ }}', []],
  ['the members of an object at a path', 'a.h', '{"a":{"h":{"x":1.10,"y":"é"}}}', ['"x"=1.10', '"y"="é"']],
  [
    'members as they stand, with spaces around',
    '',
    ' { "x" : [1, 2] , "y":{"z":{}} } ',
    ['"x"=[1, 2]', '"y"={"z":{}}'],
  ],
  [
    'duplicate keys and escapes as they stand',
    '',
    '{"x":1,"x":2,"\\u0061":null}',
    ['"x"=1', '"x"=2', '"\\u0061"=null'],
  ],
  ['nothing of what follows the object', 'h', '{"h":{"x":1},"z":2}', ['"x"=1']],
] as const) {
  test(`reads ${what}`, () => assert.deepEqual(membersOf(path, text), expected));
}

for (const [what, text] of [
  ['there is nothing', '{"x":1}'],
  ['an array', '{"h":[1]}'],
  ['a string', '{"h":"{}"}'],
  ['null', '{"h":null}'],
] as const) {
  test(`finds no object where ${what} is`, () => assert.equal(membersOf('h', text), undefined));
}

test('reads what Object.entries gives, for every object without duplicate keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (object) => {
      const bytes = Buffer.from(JSON.stringify(object));
      const reader = new MemberReader('');
      assert.ok(reader.open(bytes, 0, bytes.length));
      const found: Record<string, unknown> = {};
      while (reader.next()) {
        const key = scalarAt(bytes, reader.keyStart, reader.keyEnd) as string;
        Object.defineProperty(found, key, {
          value: JSON.parse(bytes.toString('utf8', reader.start, reader.end)),
          enumerable: true,
        });
      }
      assert.deepEqual(Object.entries(found), Object.entries(JSON.parse(JSON.stringify(object)) as object));
    }),
  );
});

function membersOf(path: string, text: string): string[] | undefined {
  const bytes = Buffer.from(text);
  const reader = new MemberReader(path);
  if (!reader.open(bytes, 0, bytes.length)) return undefined;
  const members: string[] = [];
  while (reader.next()) {
    members.push(
      `${bytes.toString('utf8', reader.keyStart, reader.keyEnd)}=${bytes.toString('utf8', reader.start, reader.end)}`,
    );
  }
  return members;
}
