import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { factsOfText } from '../../../lib/sink/rolled/facts-of-text.js';
import { tempFolder } from '../../support/temp-folder.js';

const gap = (facts: object): string => JSON.stringify({ gap: { cause: 'sequence', ...facts } });

describe('what is told of lines that nobody has kept the facts of', () => {
  for (const [what, lines, facts] of [
    ['nothing', [], [0, 0, 0, 0]],
    ['records', ['1', '{"n":2}', '{"gap":3}'], [3, 0, 0, 0]],
    [
      'gaps',
      [gap({ duration_ms: 5, dropped: 2 }), '1', gap({ duration_ms: 7, dropped: 0, missing: 3 })],
      [1, 2, 12, 5],
    ],
    ['records that begin as gaps do', [gap({}), gap({ duration_ms: 1 }), '{"gap":{"cause":"x"'], [3, 0, 0, 0]],
    [
      'gaps that cannot be one',
      [
        gap({ duration_ms: 'x', dropped: 1 }),
        gap({ duration_ms: 1, dropped: 0.5 }),
        gap({ duration_ms: 1, dropped: 1, missing: '3' }),
      ],
      [3, 0, 0, 0],
    ],
    [
      'lines that go over the ends of chunks',
      Array.from({ length: 50_000 }, (_, n) =>
        n % 1_000 === 0 ? gap({ duration_ms: 1, dropped: 1 }) : `{"n":${n},"x":"${'y'.repeat(n % 90)}"}`,
      ),
      [49_950, 50, 50, 50],
    ],
    ['one line that is longer than a chunk', [`"${'x'.repeat(2_500_000)}"`, '1'], [2, 0, 0, 0]],
  ] as readonly [string, string[], [number, number, number, number]][]) {
    it(`is how many there are, and the gaps: ${what}`, async (t) => {
      const path = join(await tempFolder(t), 'a');
      writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
      const [records, count, ms, missing] = facts;
      const unknown = {
        firstSequence: undefined,
        lastSequence: undefined,
        firstReceivedAt: undefined,
        lastReceivedAt: undefined,
      };
      assert.deepEqual(await factsOfText(path), { ...unknown, records, gaps: { count, ms, missing } });
    });
  }
});
