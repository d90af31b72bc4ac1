import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CursorReader, type CursorTexts } from '../../../lib/connect/resume/cursor-reader.js';
import { CursorSpan } from '../../../lib/connect/resume/cursor-span.js';

/** Frames with both values, one of them, none, and such as are no JSON. */
const frames = fc.array(
  fc.oneof(
    fc.record({ n: fc.nat(99), epoch: fc.constantFrom('a', 'b'), x: fc.nat(9) }).map((value) => JSON.stringify(value)),
    fc.nat(99).map((n) => `{"n":${n}}`),
    fc.constantFrom('a', 'b').map((epoch) => `{"epoch":"${epoch}"}`),
    fc.constantFrom('{}', '{"n":{}}', '[]', '', '{"x'),
  ),
  { maxLength: 20 },
);

for (const [what, values, isByRecordsAlone] of [
  ['a value', { n: { path: 'n' } }, true],
  ['two values', { n: { path: 'n' }, epoch: { path: 'epoch' } }, true],
  ['a value beside those of a control frame', { n: { path: 'n' } }, false],
] as const) {
  test(`frames that are asked in any order where they are say what they say read one by one: ${what}`, () => {
    const reader = new CursorReader({ values }, 'record');
    const before = { endpoint: 'ws://e/', values: { n: '1', ...(!isByRecordsAlone && { session: 's' }) } };
    fc.assert(
      fc.property(frames, fc.array(fc.nat(19)), fc.boolean(), (texts, asked, isBegun) => {
        const span = new CursorSpan({ endpoint: 'ws://e/' }, reader, isByRecordsAlone, isBegun ? before : undefined);
        assert.equal(span.areKnown, isBegun);
        let known: CursorTexts | undefined = isBegun ? before.values : undefined;
        const expected = texts.map((text) => {
          const data = Buffer.from(text);
          span.add(data);
          const found = reader.read(data, 0, data.length);
          if (found !== undefined) {
            known = isByRecordsAlone && reader.areIn(found) ? found : { ...known, ...found };
          }
          return known;
        });
        assert.equal(span.last, texts.length - 1);
        for (const place of asked.filter((one) => one < texts.length)) {
          assert.deepEqual(span.cursorAt(place)?.values, expected[place]);
        }
        assert.deepEqual(span.cursorAt(-1)?.values, isBegun ? before.values : undefined);
      }),
      { numRuns: 100 },
    );
  });
}

test('what one of them keeps in memory is bounded, in frames, bytes and chunks, and so is the time between them', () => {
  const reader = new CursorReader({ values: { n: { path: 'n' } } }, 'record');
  const chunk = Buffer.allocUnsafeSlow(64 * 1024);
  const at = (monotonic: number) => ({ at: 0, monotonic });
  const counted = (add: (span: CursorSpan) => boolean): number => {
    const span = new CursorSpan({ endpoint: 'ws://e/' }, reader, true, undefined);
    while (add(span)) span.add(chunk.subarray(0, 0));
    return span.last + 1;
  };
  assert.equal(
    counted((span) => span.hasRoom),
    1_536,
  );
  assert.equal(
    counted((span) => span.joins(chunk, at(1))),
    2,
  );
  let now = 0;
  assert.equal(
    counted((span) => span.joins(Buffer.allocUnsafeSlow(10), at((now += 2)))),
    6,
  );
  const span = new CursorSpan({ endpoint: 'ws://e/' }, reader, true, undefined);
  for (let count = 0; count < 3; count++) span.add(chunk);
  assert.equal(span.hasRoom, false);
});
