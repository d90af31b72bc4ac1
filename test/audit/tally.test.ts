import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditListener, FileFacts, Finding, FindingKind } from '../../lib/audit/finding.js';
import { Tally } from '../../lib/audit/tally.js';

test('all that is told is counted, and handed on', () => {
  const told: unknown[] = [];
  const listener: AuditListener = {
    found: (finding) => void told.push(finding),
    read: (facts) => void told.push(facts),
    progress: (progress) => void told.push(progress),
  };
  const tally = new Tally(listener);
  const given = [
    finding('torn', true),
    finding('torn', false),
    finding('hole', true),
    facts(3, 1, ['lines']),
    facts(5, 2, ['lines', 'manifest']),
    facts(7, 0, ['spool']),
    facts(11, 0, []),
  ];
  for (const each of given) {
    if ('kind' in each) tally.found(each);
    else tally.read(each);
  }
  const progress = { file: 'a', read: 1, size: 2 };
  tally.progress(progress);
  assert.deepEqual(told, [...given, progress]);
  assert.deepEqual(tally.summary, {
    ...{ files: 4, bytes: 400, records: 26, gaps: 3 },
    ...{ wrong: 2, notes: 1, mendable: 1, unvouched: 2 },
  });
});

test('what no repair can do anything about is not to be mended', () => {
  const mendable = (kind: FindingKind): number => {
    const tally = new Tally({ found() {}, read() {}, progress() {} });
    tally.found(finding(kind, true));
    return tally.summary.mendable;
  };
  for (const kind of ['unreadable', 'nothing', 'gap', 'hole', 'unnumbered', 'missing', 'outside'] as const)
    assert.equal(mendable(kind), 0, kind);
  for (const kind of ['torn', 'zeros', 'not_json', 'ledger', 'manifest'] as const)
    assert.equal(mendable(kind), 1, kind);
});

function finding(kind: FindingKind, isWrong: boolean): Finding {
  return { kind, isWrong, file: 'a', message: 'x', line: undefined, column: undefined, byte: undefined };
}

function facts(records: number, gaps: number, checked: FileFacts['checked']): FileFacts {
  return { file: 'a', bytes: 100, records, gaps, wrong: 0, checked };
}
