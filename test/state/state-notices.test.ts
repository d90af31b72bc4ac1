import { describe } from 'node:test';
import { StateNotices } from '../../lib/state/state-notices.js';
import { tellsOf } from '../support/notices.js';

describe('what a state tells', () => {
  tellsOf((logger) => new StateNotices('state', logger), {}, [
    [
      (notices) => notices.goesOn(7, 1_250),
      { event: 'goes_on', path: 'state', sequence: 7, not_running_ms: 1_250 },
      'The feed goes on at sequence 7, where the run before came to: 1.3 s after its last record. What was missed in between is told as a gap.',
    ],
    [
      (notices) => notices.full(Object.assign(new Error('x'), { code: 'ENOSPC' })),
      { event: 'disk_full', path: 'state' },
      'Cannot write to the state in state now: the disk is full (ENOSPC). The run goes on, and writes down what is stored when there is room; what is not written down when it ends, the next run does not trust.',
    ],
    [
      (notices) => notices.roomAgain(),
      { event: 'disk_has_room', path: 'state' },
      'The state in state is written to again: there is room.',
    ],
    [
      (notices) => notices.fileCut('out', 1_024, 'out.torn'),
      { event: 'file_cut', path: 'out', cut_bytes: 1_024, torn_path: 'out.torn' },
      'out held 1,024 bytes that the run before did not come to acknowledge: they are in out.torn now.',
    ],
    [
      (notices) => notices.fileDamaged('out', 40, undefined),
      { event: 'file_damaged', path: 'out', sound_bytes: 40, torn_path: null },
      'out is not what was written, from byte 40 on: it was changed, or damaged. It goes on behind what is sound, and the frames that are missing are told as a gap.',
    ],
    [
      (notices) => notices.fileDamaged('out', 40, 'out.torn'),
      { event: 'file_damaged', path: 'out', sound_bytes: 40, torn_path: 'out.torn' },
      'out is not what was written, from byte 40 on: it was changed, or damaged. What stood there is in out.torn now. It goes on behind what is sound, and the frames that are missing are told as a gap.',
    ],
    [
      (notices) => notices.fileCutBack('out', 40, 'out.torn'),
      { event: 'file_cut_back', path: 'out', sound_bytes: 40, torn_path: 'out.torn' },
      'out ends at byte 40 now, where the other files that were not finished are sound, too: what came behind that is not whole. What stood there is in out.torn now. It goes on there, and the frames that are missing are told as a gap.',
    ],
    [
      (notices) => notices.fileCutBack('out', 40, undefined),
      { event: 'file_cut_back', path: 'out', sound_bytes: 40, torn_path: null },
      'out ends at byte 40 now, where the other files that were not finished are sound, too: what came behind that is not whole. It goes on there, and the frames that are missing are told as a gap.',
    ],
    [
      (notices) => notices.fileSetAside('out', 'out.bad'),
      { event: 'file_set_aside', path: 'out', name: 'out.bad' },
      'out is not what was written: it was changed, or damaged. It is out.bad now, and a new file is begun.',
    ],
    [
      (notices) => notices.fileGone('out'),
      { event: 'file_gone', path: 'out' },
      'out is not there any more, or empty: a new one is begun, at the sequence where the run before came to.',
    ],
    [
      (notices) => notices.ledgerDamaged(3),
      { event: 'ledger_damaged', path: 'state', damaged_bytes: 3 },
      'The ledger in state is damaged (3 bytes): what it says otherwise is used.',
    ],
    [
      (notices) => notices.ledgerLost(3),
      { event: 'ledger_lost', path: 'state', damaged_bytes: 3 },
      'The ledger in state cannot be read (3 bytes): the feed begins anew, and files are added to as they are.',
    ],
  ]);
});
