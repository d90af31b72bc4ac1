import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Account } from '../../../lib/sink/file/account.js';
import { FileNotices } from '../../../lib/sink/file/file-notices.js';
import { tellsOf } from '../../support/notices.js';

const account = (records: number, gone = 0): Account => Object.assign(new Account('out'), { records, gone });

for (const [records, gone, stored, goneText] of [
  [0, 0, 'No record of this run is stored.', ''],
  [1, 0, 'One record of this run is stored, whole.', ''],
  [2, 0, '2 records of this run are stored, each of them whole.', ''],
  [3, 2, 'One record of this run is stored, whole.', ' 2 records went with it.'],
  [1, 1, 'No record of this run is stored.', ' 1 record went with it.'],
] as const) {
  test(`of ${records} records of which ${gone} are gone it says what is safe`, () => {
    const told = account(records, gone);
    assert.deepEqual([told.kept, told.storedText, told.goneText], [records - gone, stored, goneText]);
    assert.match(
      told.unsureText,
      new RegExp(`^${records - gone} records? went to the system, but how many of them the disk`),
    );
    const failure = told.failure('close', told.storedText, Object.assign(new Error('x'), { code: 'EIO' }));
    assert.equal(failure.message.startsWith('Cannot close out: the disk reported an input/output error (EIO). '), true);
    assert.ok(failure.message.includes(stored));
    assert.deepEqual([failure.target, failure.recordsWritten], ['out', records - gone]);
  });
}

for (const [place, what] of [
  [{ state: 'deleted' }, 'it was deleted while'],
  [{ state: 'moved', name: 'out.1' }, 'it was renamed to out.1 while'],
  [{ state: 'moved' }, 'it was renamed while'],
] as const) {
  test(`where nobody is to make the file again, ${what} it was written to ends the run`, () => {
    const error = account(5, 3).missing(place);
    assert.equal(
      error.message,
      `Cannot go on with out: ${what} it was written to, and \`on_missing\` is \`fail\`. 2 records of this run are stored, ` +
        'each of them whole. 3 records went with it. Find out who does that, or set `on_missing: create`.',
    );
    assert.deepEqual([error.target, error.recordsWritten], ['out', 2]);
  });
}

tellsOf((logger) => new FileNotices('out', logger), { path: 'out' }, [
  [
    (notices) => notices.replacing(12_345, Date.UTC(2026, 0, 1) + 0.75),
    { event: 'replacing', bytes: 12_345, modified_at: Date.UTC(2026, 0, 1) },
    'out exists (12,345 bytes, changed 2026-01-01T00:00:00.000Z): the first records that come replace what it holds. With `append` they are added to it.',
  ],
  [
    (notices) => notices.moved({ state: 'moved', name: 'out.1' }),
    { event: 'file_renamed', name: 'out.1', replaced: false },
    'out was renamed to out.1 while it was written to. What comes is written to the renamed file until it is reopened.',
  ],
  [
    (notices) => notices.moved({ state: 'replaced' }),
    { event: 'file_renamed', name: null, replaced: true },
    'out was renamed while it was written to, and another file is at the path now. What comes is written to the renamed file until it is reopened.',
  ],
  [
    (notices) => notices.deleted(1, false),
    { event: 'file_deleted', records: 1 },
    'out was deleted while it was written to: 1 record of this run went with it. It is made again, and what comes is written there.',
  ],
  [
    (notices) => notices.deleted(2, true),
    { event: 'file_deleted', records: 2 },
    'out was deleted while it was written to: 2 records of this run went with it.',
  ],
  [
    (notices) => notices.mended({ cut: 0, rewritten: 0, torn: 0, aside: undefined }),
    { event: 'file_mended', cut_bytes: 0, rewritten: 0, torn_bytes: 0, torn_path: null },
    'out was cut off in the middle by what wrote to it before: it has got its ending now.',
  ],
  [
    (notices) => notices.mended({ cut: 1_000, rewritten: 2, torn: 1, aside: 'out.torn' }),
    { event: 'file_mended', cut_bytes: 1_000, rewritten: 2, torn_bytes: 1, torn_path: 'out.torn' },
    'out was cut off in the middle by what wrote to it before: its end (1,000 bytes) was taken away. It held 2 records that could be read: written anew. What is left of a torn record (1 byte) is in out.torn now.',
  ],
  [
    (notices) => notices.setAside('out.bad', 'it is odd'),
    { event: 'file_set_aside', name: 'out.bad', reason: 'it is odd' },
    'out cannot be added to, since it is odd: it is out.bad now, and a new file is begun.',
  ],
  [
    (notices) => notices.emptied(3),
    { event: 'file_emptied', records: 3 },
    'out was emptied by somebody else while it was written to: 3 records of this run are no longer in it. If it was copied before, the copy has them.',
  ],
]);
