import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyBytes, PageSlice } from '../../../../lib/sink/kafka/partitions/page-slice.js';
import { WHOLE } from '../../../../lib/sink/kafka/partitions/record-shape.js';
import { gapOf, pageOf } from '../../../../lib/testing/index.js';

/** A line of a page: a record of so many characters, or a gap. */
const line = fc.oneof(fc.nat({ max: 9 }), fc.constant('gap' as const));

test('a slice knows of each of its records what its page has at its index', () => {
  const record = fc.record({ picked: fc.boolean(), keyStart: fc.integer({ min: -1, max: 5 }), time: fc.integer() });
  const lines = fc.array(fc.tuple(line, record), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lines, fc.boolean(), fc.boolean(), fc.nat(), fc.nat(), (given, isWhole, hasShapes, one, other) => {
      const page = pageOf(
        given.map(([size]) => (size === 'gap' ? gapOf({ cause: 'overflow' }) : '1'.repeat(size + 1))),
      );
      const slice = new PageSlice(page, undefined as never, isWhole);
      const kept = given.map(([, facts], index) => ({ ...facts, index })).filter(({ picked }) => picked || isWhole);
      if (!isWhole) {
        for (const { index, keyStart, time } of kept) {
          slice.add(index, keyStart, ~index);
          if (hasShapes) slice.shape(time, index, index + 7);
        }
      }
      assert.deepEqual([slice.isWhole, slice.length, slice.taken], [isWhole, kept.length, 0]);
      const texts = page.bytes.toString('latin1').split('\n');
      for (const [position, { index, keyStart, time }] of kept.entries()) {
        assert.equal(slice.index(position), index);
        assert.equal(slice.lineBytes(position), texts[index]!.length);
        assert.equal(slice.keyStart(position), isWhole ? -1 : keyStart);
        if (!isWhole) assert.equal(slice.keyEnd(position), ~index);
        const isShaped = hasShapes && !isWhole;
        assert.equal(slice.time(position), isShaped && time >= 0 ? time : undefined);
        assert.equal(slice.valueStart(position), isShaped ? index : WHOLE);
        if (isShaped) assert.equal(slice.valueEnd(position), index + 7);
      }
      const [from = 0, to = 0] = [one, other].map((at) => at % (kept.length + 1)).sort((a, b) => a - b);
      const among = kept.slice(from, to).map(({ index }) => index);
      assert.equal(slice.recordsAmong(from, to), among.filter((index) => given[index]![0] !== 'gap').length);
      if (from < to) {
        const sum = among.reduce((bytes, index) => bytes + texts[index]!.length + 1, 0);
        assert.equal(slice.pageBytes(from, to), sum);
      }
    }),
  );
});

test('a key is bytes of its page, or what a JSON text there stands for', () => {
  const bytes = Buffer.from('["a\\n\u00e9","aGk="]');
  const cut = (text: string): [number, number] => {
    const start = bytes.indexOf(text);
    return [start, start + Buffer.byteLength(text)];
  };
  const [start, end] = cut('"a\\n\u00e9"');
  assert.equal(String(keyBytes(bytes, start, end, false)), '"a\\n\u00e9"');
  assert.equal(keyBytes(bytes, start, end, true).buffer, bytes.buffer);
  assert.equal(String(keyBytes(bytes, start, ~end, false)), 'a\n\u00e9');
  const [from, to] = cut('"aGk="');
  assert.equal(String(keyBytes(bytes, from, ~to, true)), 'hi');
});
