import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileNotices, toldBy } from '../../../lib/sink/file/file-notices.js';
import { recorder } from '../../support/messages.js';

const FULL = Object.assign(new Error('no space'), { code: 'ENOSPC' });
const UNTIL = 'What comes is written to the renamed file until it is reopened.';
const ROOM = { free: 1_000, all: 1 };

/** What is told, its event and the facts beside the path, and its text. */
const CASES: readonly (readonly [tell: (notices: FileNotices) => void, event: string, facts: object, text: string])[] =
  [
    [
      (notices) => notices.replacing(1_234, 1_700_000_000_000.7),
      'replacing',
      { bytes: 1_234, modified_at: 1_700_000_000_000 },
      'a exists (1,234 bytes, changed 2023-11-14T22:13:20.000Z): the first records that come replace what it holds. With `append` they are added to it.',
    ],
    [
      (notices) => notices.moved({ state: 'moved', name: 'b' }),
      'file_renamed',
      { name: 'b', replaced: false },
      `a was renamed to b while it was written to. ${UNTIL}`,
    ],
    [
      (notices) => notices.moved({ state: 'replaced' }),
      'file_renamed',
      { name: null, replaced: true },
      `a was renamed while it was written to, and another file is at the path now. ${UNTIL}`,
    ],
    [
      (notices) => notices.deleted(1, false),
      'file_deleted',
      { records: 1 },
      'a was deleted while it was written to: 1 record of this run went with it. It is made again, and what comes is written there.',
    ],
    [
      (notices) => notices.deleted(2, true),
      'file_deleted',
      { records: 2 },
      'a was deleted while it was written to: 2 records of this run went with it.',
    ],
    [
      (notices) => notices.mended({ cut: 0, rewritten: 0, torn: 0, aside: undefined }),
      'file_mended',
      { cut_bytes: 0, rewritten: 0, torn_bytes: 0, torn_path: null },
      'a was cut off in the middle by what wrote to it before: it has got its ending now.',
    ],
    [
      (notices) => notices.mended({ cut: 1, rewritten: 3, torn: 9, aside: 'a.torn' }),
      'file_mended',
      { cut_bytes: 1, rewritten: 3, torn_bytes: 9, torn_path: 'a.torn' },
      'a was cut off in the middle by what wrote to it before: its end (1 byte) was taken away. It held 3 records that could be read: written anew. ' +
        'What is left of a torn record (9 bytes) is in a.torn now.',
    ],
    [
      (notices) => notices.setAside('b', 'it is no gzip'),
      'file_set_aside',
      { name: 'b', reason: 'it is no gzip' },
      'a cannot be added to, since it is no gzip: it is b now, and a new file is begun.',
    ],
    [
      (notices) => notices.full(FULL),
      'disk_full',
      {},
      'Cannot write to a now: the disk is full (ENOSPC). Nothing is lost so far: the run waits until there is room, and its feed with it. ' +
        'Free some space soon, since a server does not wait for ever. With `on_full: fail` the run would end here.',
    ],
    [
      (notices) => notices.roomAgain(2_600.4),
      'disk_has_room',
      { after_ms: 2_600 },
      'a is written to again, after 3 s: there is room.',
    ],
    [
      (notices) => toldBy(notices).onLow(ROOM),
      'disk_low',
      { free_bytes: 1_000, all_bytes: 1 },
      'The disk that a is on is nearly full: 1,000 bytes of 1 byte are free. When it is full, `on_full` says what becomes of what comes.',
    ],
    [
      (notices) => toldBy(notices).onRoom(ROOM),
      'disk_not_low',
      { free_bytes: 1_000, all_bytes: 1 },
      'The disk that a is on has room again: 1,000 bytes of 1 byte are free.',
    ],
    [
      (notices) => notices.emptied(7),
      'file_emptied',
      { records: 7 },
      'a was emptied by somebody else while it was written to: 7 records of this run are no longer in it. If it was copied before, the copy has them.',
    ],
  ];

for (const [tell, event, facts, text] of CASES) {
  test(`of a file it is told, as ${event}: ${text.slice(0, 60)}…`, () => {
    const logger = recorder();
    tell(new FileNotices('a', logger));
    assert.deepEqual(logger.entries, [{ level: 'warn', facts: { event, path: 'a', ...facts }, text }]);
  });
}
