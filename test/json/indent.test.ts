import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { indent } from '../../lib/json/indent.js';
import { Generator } from './generate.js';

describe('indent', () => {
  const table: [text: string, pretty: string][] = [
    ['1', '1'],
    [' "a" ', '"a"'],
    ['{}', '{}'],
    ['[ \n ]', '[]'],
    ['{ }', '{}'],
    ['[1,2]', '[\n  1,\n  2\n]'],
    ['{"a":1,"b":[]}', '{\n  "a": 1,\n  "b": []\n}'],
    ['[[[]],{"a":{"b":null}}]', '[\n  [\n    []\n  ],\n  {\n    "a": {\n      "b": null\n    }\n  }\n]'],
    [
      '{"p":1.10,"q":1E5,"id":12345678901234567890,"z":-0}',
      '{\n  "p": 1.10,\n  "q": 1E5,\n  "id": 12345678901234567890,\n  "z": -0\n}',
    ],
    ['{"\\u0061":"\\/\\u00e9","a":"{[,:]}\\""}', '{\n  "\\u0061": "\\/\\u00e9",\n  "a": "{[,:]}\\""\n}'],
  ];
  for (const [text, pretty] of table) {
    it(`lays out ${text}`, () => {
      const bytes = Buffer.from(`[${text}]`);
      assert.equal(indent(bytes, 1, bytes.length - 1).toString(), pretty);
    });
  }

  it('copies long strings', () => {
    const value = { text: 'é"'.repeat(500), list: ['x'.repeat(31), 'x'.repeat(32), 'x'.repeat(33)] };
    const bytes = Buffer.from(JSON.stringify(value));
    assert.equal(indent(bytes, 0, bytes.length).toString(), JSON.stringify(value, null, 2));
  });

  it('lays out as JSON.stringify does, with any number of spaces', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(10), fc.nat(3), (value, spaces, given) => {
        const bytes = Buffer.from(JSON.stringify(value, null, given));
        assert.equal(indent(bytes, 0, bytes.length, spaces).toString(), JSON.stringify(value, null, spaces));
      }),
    );
  });

  it('keeps the value and every token, whatever the text looks like', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const bytes = new Generator(seed).text();
        const pretty = indent(bytes, 0, bytes.length);
        assert.deepEqual(JSON.parse(pretty.toString()), JSON.parse(bytes.toString()));
        assert.deepEqual(tokens(pretty), tokens(bytes));
        assert.deepEqual(indent(pretty, 0, pretty.length), pretty, 'once more changes nothing');
      }),
      { numRuns: 2000 },
    );
  });

  it('comes to an end on bytes that are not JSON at all', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const generator = new Generator(seed);
        const bytes = generator.mutate(generator.text(), generator.text());
        try {
          indent(bytes, 0, bytes.length);
        } catch (error) {
          assert.ok(error instanceof RangeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function tokens(bytes: Buffer): string[] {
  return bytes.toString().match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g) ?? [];
}
