import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ElementReader } from '../../lib/json/elements.js';
import { Generator } from './generate.js';
import { somePath, walk } from './walk.js';

describe('ElementReader', () => {
  const table: [text: string, path: string, elements: string[] | undefined][] = [
    ['[1,2,3]', '', ['1', '2', '3']],
    [' [ 1 , "a,]" ,{"b":[ 2 ]} ] ', '', ['1', '"a,]"', '{"b":[ 2 ]}']],
    ['[]', '', []],
    ['[ \n ]', '', []],
    ['[[],[[]],{}]', '', ['[]', '[[]]', '{}']],
    ['{"data":{"trades":[{"p":1.10},{"p":2}]}}', 'data.trades', ['{"p":1.10}', '{"p":2}']],
    ['{"a":[[1,2],[3]]}', 'a.0', ['1', '2']],
    ['{"a":[1],"a":[2]}', 'a', ['2']],
    ['[1]', 'a', undefined],
    ['{"a":{"0":1}}', 'a', undefined],
    ['{"a":"[1]"}', 'a', undefined],
    ['5', '', undefined],
    ['{}', '', undefined],
  ];
  for (const [text, path, elements] of table) {
    it(`cuts ${elements === undefined ? 'nothing' : `${elements.length} elements`} out of ${JSON.stringify(text)} at ${JSON.stringify(path)}`, () => {
      assert.deepEqual(cut(new ElementReader(path), Buffer.from(text)), elements);
    });
  }

  it('gives nothing before it is opened, and nothing after its end', () => {
    const reader = new ElementReader('');
    assert.equal(reader.next(), false);
    assert.deepEqual(cut(reader, Buffer.from('[1]')), ['1']);
    assert.equal(reader.next(), false);
    assert.equal(reader.next(), false);
  });

  it('gives nothing of the former text after one without an array', () => {
    const reader = new ElementReader('a');
    assert.equal(reader.open(Buffer.from('{"a":[1,2]}'), 0, 11), true);
    assert.equal(reader.next(), true);
    assert.equal(reader.open(Buffer.from('{"b":1}'), 0, 7), false);
    assert.equal(reader.next(), false);
  });

  it('begins anew when it is opened in the middle of another text', () => {
    const reader = new ElementReader('');
    reader.open(Buffer.from('[1,2,3]'), 0, 7);
    reader.next();
    assert.deepEqual(cut(reader, Buffer.from('[4,5]')), ['4', '5']);
  });

  it('is not disturbed by another reader on the same bytes, even of the same path', () => {
    const bytes = Buffer.from('[[1,2],[3,4],[5,6]]');
    const rows = new ElementReader('');
    const cells = new ElementReader('');
    const seen: string[] = [];
    rows.open(bytes, 0, bytes.length);
    while (rows.next()) {
      cells.open(bytes, rows.start, rows.end);
      while (cells.next()) seen.push(bytes.toString('utf8', cells.start, cells.end));
    }
    assert.deepEqual(seen, ['1', '2', '3', '4', '5', '6']);
  });

  it('looks at nothing outside its range', () => {
    const bytes = Buffer.from('9[1,2],3]');
    const reader = new ElementReader('');
    assert.equal(reader.open(bytes, 1, 6), true);
    const seen: string[] = [];
    while (reader.next()) seen.push(bytes.toString('utf8', reader.start, reader.end));
    assert.deepEqual(seen, ['1', '2']);
  });

  it('takes a compiled path or an array too', () => {
    assert.deepEqual(cut(new ElementReader(['a.b', 0]), Buffer.from('{"a.b":[[7]]}')), ['7']);
  });

  it('walks a large array without a heap of ranges', () => {
    const count = 200_000;
    const bytes = Buffer.from(`[${'{"p":1},'.repeat(count - 1)}{"p":1}]`);
    const reader = new ElementReader('');
    reader.open(bytes, 0, bytes.length);
    let cutOut = 0;
    let length = 0;
    while (reader.next()) {
      cutOut++;
      length += reader.end - reader.start;
    }
    assert.deepEqual([cutOut, length], [count, count * 7]);
  });

  it('comes to an end on bytes that are not JSON at all', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const generator = new Generator(seed);
        const bytes = generator.mutate(Buffer.from(`[${generator.text()}]`), generator.text());
        const reader = new ElementReader('');
        if (!reader.open(bytes, 0, bytes.length)) return;
        let elements = 0;
        while (reader.next()) assert.ok(++elements <= bytes.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('cuts out what JSON.parse finds there', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const generator = new Generator(seed);
        const texts = [generator.text(), generator.text(), generator.text()];
        const bytes = generator.below(2) === 0 ? Buffer.from(`[${texts.join(',')}]`) : texts[0];
        const value: unknown = JSON.parse(bytes.toString());
        const keys = somePath(value, generator);
        const found = walk(value, keys);
        const elements = cut(new ElementReader(keys), bytes);
        assert.deepEqual(
          elements?.map((element) => JSON.parse(element) as unknown),
          Array.isArray(found) ? found : undefined,
        );
        assert.ok(elements?.every((element) => element === element.trim()) ?? true, 'no whitespace around elements');
      }),
      { numRuns: 3000 },
    );
  });
});

function cut(reader: ElementReader, bytes: Buffer): string[] | undefined {
  if (!reader.open(bytes, 0, bytes.length)) return undefined;
  const elements: string[] = [];
  while (reader.next()) elements.push(bytes.toString('utf8', reader.start, reader.end));
  return elements;
}
