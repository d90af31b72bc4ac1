import { describe } from 'node:test';
import type { SealedFile } from '../../../lib/manifest/manifest-entry.js';
import { RolledNotices } from '../../../lib/sink/rolled/rolled-notices.js';
import { tellsOf } from '../../support/notices.js';

describe('what rolled files tell', () => {
  tellsOf((logger) => new RolledNotices(logger), {}, [
    [
      (notices) => notices.rolled('10.jsonl', { records: 1, bytes: 2_000 } as SealedFile),
      { event: 'rolled', path: '10.jsonl', records: 1, bytes: 2_000 },
      '10.jsonl is finished: 1 record, 2,000 bytes.',
    ],
    [
      (notices) => notices.removed('10.jsonl', { event: 'removed', path: '10.jsonl', at: 1, limit: 'age' }),
      { event: 'file_removed', path: '10.jsonl', limit: 'age' },
      '10.jsonl was removed, as `keep.age` asks for.',
    ],
    [
      (notices) => notices.leftOver('10.jsonl.part', undefined),
      { event: 'file_left_over', path: '10.jsonl.part', torn_bytes: 0, torn_path: null },
      '10.jsonl.part was left by a run before this one, and is being finished.',
    ],
    [
      (notices) => notices.leftOver('10.jsonl.part', { bytes: 5, aside: '10.torn' }),
      { event: 'file_left_over', path: '10.jsonl.part', torn_bytes: 5, torn_path: '10.torn' },
      '10.jsonl.part was left by a run before this one, and is being finished. Its end was torn: 5 bytes of it are in 10.torn now.',
    ],
    [
      (notices) => notices.staysOpen('10.jsonl.part', 2),
      { event: 'file_stays_open', path: '10.jsonl.part', records: 2 },
      '10.jsonl.part stays open, with 2 records: the next run with this state goes on in it, or finishes it.',
    ],
    [
      (notices) => notices.elsewhere('old/10.jsonl.part'),
      { event: 'file_left_elsewhere', path: 'old/10.jsonl.part' },
      'old/10.jsonl.part was not finished by an earlier run with this state, which wrote to another folder: a run with the path of that one, and without a state, finishes it.',
    ],
    [
      (notices) => notices.tooMany('{field:s}.jsonl'),
      { event: 'too_many_files', path: '{field:s}.jsonl' },
      'The records for {field:s}.jsonl go to more files at once than may be unfinished: those that were not used for the longest time are finished early, and what comes for them goes to further ones. Give a path with fewer fields, or one whose values are fewer.',
    ],
    [
      (notices) => notices.gone('10.jsonl.part', 2),
      { event: 'file_gone', path: '10.jsonl.part', records: 2 },
      '10.jsonl.part is not there any more: 2 records went with it.',
    ],
    [
      (notices) => notices.manifestTorn('manifest.jsonl', 5, 'manifest.torn'),
      { event: 'manifest_torn', path: 'manifest.jsonl', torn_bytes: 5, torn_path: 'manifest.torn' },
      'The last line of manifest.jsonl was torn (5 bytes): it is in manifest.torn now, and the file that it was about gets another one.',
    ],
    [
      (notices) => notices.manifestDamaged('manifest.jsonl', [{ line: 2, reason: 'it is odd' }]),
      { event: 'manifest_damaged', path: 'manifest.jsonl', lines: [2] },
      'manifest.jsonl is damaged in line 2: it is odd. It stays as it is, and what comes is added to it.',
    ],
    [
      (notices) =>
        notices.manifestDamaged(
          'manifest.jsonl',
          [2, 4, 5].map((line) => ({ line, reason: 'it is odd' })),
        ),
      { event: 'manifest_damaged', path: 'manifest.jsonl', lines: [2, 4, 5] },
      'manifest.jsonl is damaged in line 2: it is odd. There are 2 more such lines. It stays as it is, and what comes is added to it.',
    ],
  ]);
});
