import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { editorSchema } from '../../lib/config/editor-schema.js';

const PLACEHOLDER = {
  type: 'string',
  pattern: '\\$\\{(env:|secret:|file:|vars\\.|param\\.|now\\.|row\\.|each\\.|sources\\.|sinks\\.)',
};
const VARIABLE = { type: 'string', pattern: '^\\$\\{vars\\.[^}]+\\}$' };

/** What becomes of the schema of a key. */
function ofKey(schema: unknown): unknown {
  return (editorSchema({ properties: { a: schema } }) as unknown as { properties: { a: unknown } }).properties.a;
}

describe('editorSchema()', () => {
  for (const [what, schema] of [
    ['a whole number', { type: 'integer' }],
    ['a number', { type: 'number', minimum: 1 }],
    ['yes or no', { type: 'boolean' }],
    ['one of some words', { enum: ['a', 'b'] }],
    ['text of a pattern', { type: 'string', pattern: '^a' }],
    ['a number or text', { type: ['number', 'string'] }],
  ] as const) {
    it(`takes a text with a placeholder in place of ${what}`, () => {
      assert.deepEqual(ofKey(schema), { anyOf: [schema, PLACEHOLDER] });
    });
  }

  for (const [what, schema] of [
    ['an object', { type: 'object' }],
    ['a list', { type: 'array' }],
    ['what is defined elsewhere', { $ref: '#/$defs/x' }],
  ] as const) {
    it(`takes a variable alone in place of ${what}`, () => {
      assert.deepEqual(ofKey(schema), { anyOf: [schema, VARIABLE] });
    });
  }

  for (const schema of [{ type: 'string' }, { type: 'string', minLength: 1 }, {}, true, { const: 5 }, null]) {
    it(`leaves ${JSON.stringify(schema)} as it is, which takes any text or none`, () => {
      assert.deepEqual(ofKey(schema), schema);
    });
  }

  it('leaves what tells of a value beside the choice', () => {
    const telling = { title: 'A', description: 'B', default: 1, examples: [2], $comment: 'C' };
    assert.deepEqual(ofKey({ ...telling, type: 'integer', minimum: 1 }), {
      ...telling,
      anyOf: [{ type: 'integer', minimum: 1 }, PLACEHOLDER],
    });
  });

  it('changes what is within lists, objects, definitions and combinations', () => {
    const integer = { type: 'integer' };
    const either = { anyOf: [integer, PLACEHOLDER] };
    assert.deepEqual(editorSchema({ $defs: { x: integer, y: { properties: { z: integer } } } }), {
      $defs: { x: integer, y: { properties: { z: either } } },
    });
    assert.deepEqual(editorSchema({ items: integer, additionalProperties: integer }), {
      items: either,
      additionalProperties: either,
    });
    assert.deepEqual(editorSchema({ anyOf: [{ properties: { a: integer } }], else: { properties: { a: integer } } }), {
      anyOf: [{ properties: { a: either } }],
      else: { properties: { a: either } },
    });
    assert.deepEqual(ofKey({ type: 'array', items: integer }), { anyOf: [{ type: 'array', items: either }, VARIABLE] });
  });

  it('leaves values, and what asks for what is there already', () => {
    for (const keyword of [
      'const',
      'enum',
      'default',
      'examples',
      'required',
      'type',
      'dependentRequired',
      'if',
      'not',
    ]) {
      const schema = { [keyword]: { properties: { a: { type: 'integer' } } } };
      assert.deepEqual(editorSchema(schema), schema);
    }
  });
});
