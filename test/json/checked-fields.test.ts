import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JsonCheck } from '../../lib/json/check.js';
import { CheckedFields } from '../../lib/json/checked-fields.js';
import { compilePath, FieldReader } from '../../lib/json/field.js';
import { Generator } from './generate.js';
import { somePath } from './walk.js';

describe('CheckedFields', () => {
  const trade = '{"s":"BTC","sy":1,"t" : 7 ,"data":{"t":[8,9],"a":{"b":null}},"":"empty","é":"é"}';
  const table: [text: string, paths: string[], found: (string | undefined)[]][] = [
    [trade, ['t', 's', 'sy', 'x'], ['7', '"BTC"', '1', undefined]],
    [trade, ['data.t.1', 'data.a.b', 'data.x', 'data'], ['9', 'null', undefined, '{"t":[8,9],"a":{"b":null}}']],
    [trade, ['[""]', 'é', 'b'], ['"empty"', '"é"', undefined]],
    [trade, ['', 's'], [trade, '"BTC"']],
    ['{"a":1,"b":2,"a":3}', ['a', 'b'], ['3', '2']],
    ['{"a":1,"\\u0061":2}', ['a'], ['2']],
    ['{"\\ud800":1,"a\\"b":2}', ['["\\ud800"]', '["a\\"b"]'], ['1', '2']],
    [`{"${'k'.repeat(40)}":1,"k":2}`, ['k'.repeat(40), 'k'], ['1', '2']],
    ['[{"a":1},2]', ['0.a', '1', 'a'], ['1', '2', undefined]],
    ['{"a":{"a":{"a":1}},"b":[{"c":2}]}', ['a', 'c', 'b.0.c'], ['{"a":{"a":1}}', undefined, '2']],
    ['5', ['a', ''], [undefined, '5']],
    [' {\n"a" :\t"}" } ', ['a'], ['"}"']],
    ['{}', ['a'], [undefined]],
  ];
  for (const [text, paths, found] of table) {
    it(`finds ${found.map((one) => one ?? 'nothing').join(', ')} at ${paths.map((path) => JSON.stringify(path)).join(', ')} of ${text}`, () => {
      const fields = fieldsOf(paths);
      assert.deepEqual(findAll(fields, text, paths.length), found);
      assert.deepEqual(
        findAll(fields, '{"other":1}', paths.length),
        paths.map((path) => (path === '' ? '{"other":1}' : undefined)),
      );
      assert.deepEqual(findAll(fields, text, paths.length), found, 'and again, after a text that has none');
    });
  }

  it('finds in any text what a reader for each path finds', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const generator = new Generator(seed);
        const text = generator.text();
        const value: unknown = JSON.parse(text.toString());
        const paths = Array.from({ length: 4 }, () => compilePath(somePath(value, generator)));
        const fields = new CheckedFields(paths);
        for (const bytes of [text, generator.mutate(text, text), generator.text(), text]) {
          fields.read(bytes, 0, bytes.length);
          for (const [which, path] of paths.entries()) {
            const reader = new FieldReader(path);
            const isFound = finds(reader, bytes);
            assert.equal(fields.find(bytes, which), isFound, `${path.text} of ${bytes.toString()}`);
            if (isFound) assert.deepEqual([fields.start, fields.end], [reader.start, reader.end]);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves the verdict to the next step, about that very text and until another one', () => {
    const check = new JsonCheck();
    const fields = new CheckedFields([compilePath('a')], check);
    const text = Buffer.from(' {"a":\n1} ');
    const bad = Buffer.from('{"a":1');
    // It shows by a fault that comes in between whether the text was looked at once more.
    const looksAgain = (meanwhile: () => void, bytes: Buffer = text, start = 0): boolean => {
      fields.read(text, 0, text.length);
      meanwhile();
      text[6] = COMMA;
      const hasPassed = check.checkNext(bytes, start, bytes.length);
      text[6] = LF;
      return !hasPassed;
    };
    assert.equal(
      looksAgain(() => {}),
      false,
    );
    assert.deepEqual([check.start, check.end, check.hasLineBreaks], [1, 9, true]);
    assert.equal(
      looksAgain(() => {}, text.subarray()),
      true,
      'another view of the bytes',
    );
    assert.equal(
      looksAgain(() => {}, text, 1),
      true,
      'a part of it',
    );
    assert.equal(
      looksAgain(() => check.check(bad, 0, bad.length)),
      true,
      'another text was checked',
    );
    fields.read(bad, 0, bad.length);
    assert.equal(check.checkNext(bad, 0, bad.length), false);
  });

  it('does not change what the check says', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const generator = new Generator(seed);
        const plain = new JsonCheck();
        const indexed = new JsonCheck();
        new CheckedFields([compilePath('a'), compilePath('b.c'), compilePath('["\\n"]')], indexed);
        for (let n = 0; n < 5; n++) {
          const text = generator.text();
          for (const bytes of [text, generator.mutate(text, text)]) {
            const verdict = plain.check(bytes, 0, bytes.length);
            assert.equal(indexed.check(bytes, 0, bytes.length), verdict);
            assert.deepEqual(said(indexed, verdict), said(plain, verdict));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function fieldsOf(paths: readonly string[]): CheckedFields {
  return new CheckedFields(paths.map((path) => compilePath(path)));
}

function findAll(fields: CheckedFields, text: string, count: number): (string | undefined)[] {
  // Somewhere in the middle of other bytes.
  const bytes = Buffer.from(`"t":1,${text},"t":2}`);
  const start = 6;
  const end = start + Buffer.byteLength(text);
  fields.read(bytes, start, end);
  return Array.from({ length: count }, (_, which) =>
    fields.find(bytes, which) ? bytes.toString('utf8', fields.start, fields.end) : undefined,
  );
}

function finds(reader: FieldReader, bytes: Buffer): boolean {
  try {
    return reader.find(bytes, 0, bytes.length);
  } catch {
    return false;
  }
}

function said(check: JsonCheck, verdict: boolean): unknown[] {
  return verdict ? [check.start, check.end, check.hasLineBreaks] : [check.errorOffset, check.reason];
}

const LF = 0x0a;
const COMMA = 0x2c;
