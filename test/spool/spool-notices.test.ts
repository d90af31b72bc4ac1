import { describe } from 'node:test';
import { SpoolNotices } from '../../lib/spool/spool-notices.js';
import { tellsOf } from '../support/notices.js';

describe('what a spool tells', () => {
  tellsOf((logger) => new SpoolNotices('spool', logger), { spool: 'spool' }, [
    [
      (notices) => notices.backlog(1, 2_000, 1_250),
      { event: 'backlog', records: 1, bytes: 2_000, age_ms: 1_250 },
      'The spool in spool holds 1 record (2,000 bytes) that the sink has not stored yet, the oldest 1.3 s old: they go first.',
    ],
    [
      (notices) => notices.tailCut('seg', 9),
      { event: 'spool_cut', path: 'seg', cut_bytes: 9 },
      'seg ended in a page that was not written whole when the run before died: 9 bytes are cut off.',
    ],
    [
      (notices) => notices.damaged('seg', 1),
      { event: 'spool_damaged', path: 'seg', damaged_bytes: 1 },
      'seg is damaged (1 byte): the rest of it is delivered, what is missing is told as a gap, and the file is kept as .bad.',
    ],
    [
      (notices) => notices.unreadable('seg', Object.assign(new Error('x'), { code: 'EIO' })),
      { event: 'spool_unreadable', path: 'seg' },
      'Cannot read seg: the disk reported an input/output error (EIO). The rest of the spool is delivered, and what is missing is told as a gap.',
    ],
    [
      (notices) => notices.segmentSetAside('seg', 'seg.bad', 50),
      { event: 'spool_set_aside', path: 'seg', name: 'seg.bad', damaged_bytes: 50 },
      'No page can be read in seg (50 bytes): it is seg.bad now.',
    ],
    [
      (notices) => notices.keptAside('seg.bad'),
      { event: 'spool_kept', name: 'seg.bad' },
      'What was damaged is kept as seg.bad. It is not used any more.',
    ],
    [
      (notices) => notices.ledgerDamaged(3),
      { event: 'spool_ledger_damaged', damaged_bytes: 3 },
      'The ledger of the spool in spool is damaged (3 bytes): what it says otherwise is used.',
    ],
    [
      (notices) => notices.ledgerLost(3),
      { event: 'spool_ledger_lost', damaged_bytes: 3 },
      'The ledger of the spool in spool cannot be read (3 bytes): all pages that are there are delivered, and some of them may have been stored before.',
    ],
    [
      (notices) => notices.full(undefined, 'What comes is dropped'),
      { event: 'spool_full' },
      'The spool in spool is full: `max_bytes` are used. What comes is dropped.',
    ],
    [
      (notices) => notices.full(Object.assign(new Error('x'), { code: 'ENOSPC' }), 'What comes is dropped'),
      { event: 'spool_full' },
      'The spool in spool is full: the disk is full (ENOSPC). What comes is dropped.',
    ],
    [(notices) => notices.roomAgain(), { event: 'spool_has_room' }, 'The spool in spool has room again.'],
    [
      (notices) => notices.diskLow({ free: 9, all: 100 }),
      { event: 'disk_low', free_bytes: 9, all_bytes: 100 },
      'The disk of the spool in spool is nearly full: 9 bytes of 100 bytes are free.',
    ],
  ]);
});
