import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type SpoolReport,
  spoolFacts,
  spoolProgress,
  spoolReport,
  spoolText,
} from '../../../lib/cli/report/spool-report.js';

const EMPTY: SpoolReport = { path: 'spool', records: 0, bytes: 0, ageMs: undefined, dropped: 0 };
const FULL: SpoolReport = { path: 'spool', records: 1_200, bytes: 5_000_000, ageMs: 90_000, dropped: 1 };
const FIRST = '1,200 records (5.0 MB, the oldest 1 min 30 s old) are in spool, and go first in the next run';

for (const [what, report, text, progress, facts] of [
  ['nothing waits', EMPTY, 'empty', [], [0, 0, null, 0]],
  [
    'nothing waits, and some were dropped',
    { ...EMPTY, dropped: 3 },
    'empty; 3 records dropped, since it was full',
    [],
    [0, 0, null, 3],
  ],
  [
    'some wait',
    { ...FULL, dropped: 0 },
    FIRST,
    ['1,200 (5.0 MB, 1 min 30 s) in the spool'],
    [1_200, 5_000_000, 90_000, 0],
  ],
  [
    'some wait, and one was dropped',
    FULL,
    `${FIRST}; 1 record dropped, since it was full`,
    ['1,200 (5.0 MB, 1 min 30 s) in the spool'],
    [1_200, 5_000_000, 90_000, 1],
  ],
] as const) {
  test(`a spool is told of when ${what}`, () => {
    assert.equal(spoolText(report), text);
    assert.deepEqual(spoolProgress(report), progress);
    const [records, bytes, ms, dropped] = facts;
    assert.deepEqual(spoolFacts(report), {
      path: 'spool',
      backlog_records: records,
      backlog_bytes: bytes,
      backlog_ms: ms,
      dropped,
    });
  });
}

test('what waits is as old as its oldest record, and never younger than it is', () => {
  const of = (oldestAt: number | undefined) =>
    spoolReport({ path: 'spool', backlog: { records: 2, bytes: 30, oldestAt }, dropped: 4 });
  assert.deepEqual(of(undefined), { path: 'spool', records: 2, bytes: 30, ageMs: undefined, dropped: 4 });
  assert.equal(of(Date.now() + 100_000).ageMs, 0);
  const before = Date.now();
  const { ageMs } = of(before - 50_000);
  assert.ok(ageMs! >= 50_000 && ageMs! <= 50_000 + Date.now() - before);
});
