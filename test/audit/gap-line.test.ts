import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GapLine, GapLineReader, nonsenseOf } from '../../lib/audit/gap-line.js';

const GAP = {
  cause: 'disconnected',
  from: 5,
  to: 9,
  duration_ms: 4,
  dropped: 0,
  after_sequence: 3,
  before_sequence: 7,
};
const READ: GapLine = {
  ...{ cause: 'disconnected', from: 5, to: 9, durationMs: 4, dropped: 0 },
  ...{ after: 3, before: 7, missing: undefined, isReplayed: false },
};

for (const [what, gap, expected] of [
  ['is read', GAP, READ],
  [
    'may know no times and no frames',
    { ...GAP, from: null, to: null, duration_ms: null, after_sequence: null, before_sequence: null },
    { ...READ, from: null, to: null, durationMs: null, after: null, before: null },
  ],
  ['may know how many are missing', { ...GAP, missing: 2 }, { ...READ, missing: 2 }],
  ['may say that nothing is missing', { ...GAP, replayed: true }, { ...READ, isReplayed: true }],
  ['may not know how many are missing', { ...GAP, missing: null }, READ],
  ['without a cause is none', { ...GAP, cause: undefined }, undefined],
  ['whose cause is a number is none', { ...GAP, cause: 1 }, undefined],
  ['without a begin is none', { ...GAP, from: undefined }, undefined],
  ['without an end is none', { ...GAP, to: undefined }, undefined],
  ['without its length is none', { ...GAP, duration_ms: undefined }, undefined],
  ['that does not say what was dropped is none', { ...GAP, dropped: null }, undefined],
  ['without the frame before it is none', { ...GAP, after_sequence: undefined }, undefined],
  ['without the frame behind it is none', { ...GAP, before_sequence: undefined }, undefined],
  ['whose frames are text is none', { ...GAP, after_sequence: 'a' }, undefined],
] as const) {
  test(`a gap line that ${what}`, () => {
    const text = Buffer.from(`[{"gap":${JSON.stringify(gap)}}]`);
    assert.deepEqual(new GapLineReader().read(text, 1, text.length - 1), expected);
  });
}

test('numbers of any size are read as they are', () => {
  const text = Buffer.from(
    `{"gap":${JSON.stringify(GAP).replace(':3', ':900719925474099312345').replace(':7', ':900719925474099312399')}}`,
  );
  const { after, before } = new GapLineReader().read(text, 0, text.length)!;
  assert.deepEqual([after, before], [900719925474099312345n, 900719925474099312399n]);
});

test('a record that is no gap line, or is shorter than one begins, is none', () => {
  for (const text of ['{"gap":1}', '{"gap":', '{}', '', `{"gap": ${JSON.stringify(GAP)}}`, '{"gaps":{}}'])
    assert.equal(new GapLineReader().read(Buffer.from(text), 0, text.length), undefined, text);
  // What stands behind it is not its own.
  const text = Buffer.from(`{"gap":${JSON.stringify(GAP)}}`);
  assert.equal(new GapLineReader().read(text, 0, 7), undefined);
});

for (const [gap, expected] of [
  [{}, undefined],
  [{ cause: 'x'.repeat(50) }, `its cause is "${'x'.repeat(40)}", which is none`],
  [{ cause: 'toString' }, 'its cause is "toString", which is none'],
  [{ from: 9, to: 9 }, undefined],
  [{ from: 10, to: 9 }, 'it ends (9) before it begins (10)'],
  [{ from: null, to: 0 }, undefined],
  [{ from: 1, to: null }, undefined],
  [{ after: null, before: 0 }, undefined],
  [{ after: 9, before: null }, undefined],
  [{ after: 7, before: 7 }, 'its `before_sequence` (7) does not come after its `after_sequence` (7)'],
  [{ after: 7, before: 8 }, undefined],
  [{ cause: 'overflow', dropped: 3 }, undefined],
  [{ cause: 'overflow', dropped: 4 }, 'it dropped 4 frames, and only 3 are between 3 and 7'],
  [{ dropped: 4 }, undefined],
  [{ missing: 3 }, undefined],
  [{ missing: 4 }, 'it misses 4 numbers, and only 3 are between 3 and 7'],
  [{ after: 2n ** 70n, before: 2n ** 70n + 3n, missing: 2 }, undefined],
  [
    { after: 2n ** 70n, before: 2n ** 70n + 3n, missing: 3n },
    `it misses 3 numbers, and only 2 are between ${2n ** 70n} and ${2n ** 70n + 3n}`,
  ],
] as const satisfies readonly (readonly [Partial<GapLine>, string | undefined])[]) {
  test(`what makes no sense in a gap line: ${expected ?? 'nothing'}, ${Object.keys(gap).join(' and ')}`, () => {
    assert.equal(nonsenseOf({ ...READ, ...gap }), expected);
  });
}
