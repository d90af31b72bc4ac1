import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { MAX_DEPTH, MAX_PATHS, Shape } from '../../../lib/cli/preview/shape.js';
import { shapeSchema } from '../../../lib/cli/preview/shape-schema.js';
import { shapeRows, shapeText } from '../../../lib/cli/preview/shape-text.js';

function shapeOf(records: readonly unknown[], maxPaths?: number): Shape {
  const shape = new Shape(maxPaths);
  for (const record of records) shape.add(record, (JSON.stringify(record) ?? '').length);
  return shape;
}

/** A validator of the schema that these records give. */
function validator(shape: Shape) {
  // Else ajv takes what an object has by itself, such as toString, for a member of the record.
  return new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, ownProperties: true }).compile(
    shapeSchema(shape),
  );
}

describe('a shape', () => {
  it('has every path, with types, share and examples', () => {
    const rows = shapeRows(
      shapeOf([
        { s: 'a', list: [{ id: 1 }, { id: 2.5 }] },
        { s: null, 'k.x': true },
      ]),
    );
    assert.deepEqual(rows, [
      { path: 's', types: { string: 1, null: 1 }, seen: 2, share: 1, examples: ['"a"', 'null'] },
      { path: 'list', types: { array: 1 }, seen: 1, share: 0.5, examples: [] },
      { path: 'list[]', types: { object: 2 }, seen: 2, share: undefined, examples: [] },
      { path: 'list[].id', types: { number: 2 }, seen: 2, share: 1, examples: ['1', '2.5'] },
      { path: '["k.x"]', types: { boolean: 1 }, seen: 1, share: 0.5, examples: ['true'] },
    ]);
  });

  it('shows records that are scalars, arrays, or nothing at all', () => {
    assert.deepEqual(
      shapeRows(shapeOf([1, 'a'])).map(({ path, types }) => [path, types]),
      [['(record)', { integer: 1, string: 1 }]],
    );
    assert.deepEqual(
      shapeRows(shapeOf([[1]])).map(({ path }) => path),
      ['[]'],
    );
    assert.match(shapeText(shapeOf([]), undefined, undefined).join('\n'), /No records\./);
  });

  it('is a table that fits its width, with sizes and rate below', () => {
    const lines = shapeText(shapeOf([{ price: 1, text: 'x'.repeat(100) }, { price: 2 }]), 12.4, 50);
    assert.match(lines[0]!, /^path +type +how often +examples$/);
    assert.match(lines[2]!, /^text +string +50\.0 % +"xxx.*…$/);
    assert.ok(lines.slice(0, 3).every((line) => line.length <= 50));
    assert.equal(lines.at(-1), '2 records, 11 B to 121 B each, 66 B on average; 12 records a second.');
  });

  it('keeps few and short examples', () => {
    const shape = shapeOf(Array.from({ length: 100 }, (_, i) => ({ a: `${i}${'y'.repeat(1_000_000)}` })));
    const [row] = shapeRows(shape);
    assert.equal(row!.examples.length, 3);
    assert.ok(row!.examples.every((example) => example.length < 50));
  });

  it('looks at a bounded number of paths, says so, and its schema still takes every record', () => {
    const records = Array.from({ length: 10 }, (_, i) => ({ same: i, [`k${i}`]: { v: i }, list: [{ [`e${i}`]: i }] }));
    const shape = shapeOf(records, 8);
    assert.equal(shape.isCut, true);
    assert.ok(shapeRows(shape).length <= 8);
    assert.match(shapeText(shape, undefined, undefined).join('\n'), /Not everything is shown: at most 2,000 paths/);
    const validate = validator(shape);
    for (const record of records) assert.ok(validate(record), JSON.stringify(validate.errors));
  });

  it('stops at its bound by itself', () => {
    const many = Object.fromEntries(Array.from({ length: MAX_PATHS + 10 }, (_, k) => [`k${k}`, k]));
    const shape = shapeOf([many]);
    assert.deepEqual([shape.isCut, shape.root.children.size], [true, MAX_PATHS - 1]);
  });

  it('looks at a bounded number of levels', () => {
    let deep: unknown = 1;
    for (let i = 0; i < MAX_DEPTH * 2; i++) deep = i % 2 === 0 ? { a: deep } : [deep];
    const shape = shapeOf([deep]);
    assert.equal(shape.isCut, true);
    assert.ok(validator(shape)(deep));
  });
});

describe('the schema of a shape', () => {
  it('says types, what is always there, and what elements are', () => {
    const { $schema, $comment, ...schema } = shapeSchema(
      shapeOf([{ a: 1, b: ['x', null] }, { a: 2.5 }, { a: 3, b: [] }]),
    );
    assert.equal($schema, 'https://json-schema.org/draft/2020-12/schema');
    assert.match($comment as string, /3 records/);
    assert.deepEqual(schema, {
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'array', items: { type: ['string', 'null'] } } },
      required: ['a'],
    });
  });

  it('is satisfied by every record that it was made from', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 6 }), (values) => {
        const records = values.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
        const validate = validator(shapeOf(records));
        for (const record of records)
          assert.ok(validate(record), JSON.stringify([record, validate.errors, validate.schema]));
      }),
      { numRuns: 60 },
    );
  });

  it('is satisfied by records with the keys that objects have by themselves, and by numbers past all measure', () => {
    const records = [
      '{"__proto__":1,"constructor":{"toString":2}}',
      '{"constructor":{}}',
      '{"n":1e400}',
      '{"n":1}',
    ].map((text) => JSON.parse(text) as unknown);
    const validate = validator(shapeOf(records));
    for (const record of records) assert.ok(validate(record), JSON.stringify(validate.errors));
  });

  it('refuses what was never seen', () => {
    const validate = validator(shapeOf([{ a: 1 }, { a: 2 }]));
    assert.equal(validate({ a: 'x' }), false);
    assert.equal(validate({}), false);
    assert.equal(validate({ a: 1.5 }), false);
  });
});
