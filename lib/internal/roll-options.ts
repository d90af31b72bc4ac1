import { byteSize, duration, whole } from './options/kinds.js';
import type { GivenOf } from './options/option.js';
import { shape, shapeForm } from './options/shapes.js';
import { isTemplate } from './path-placeholder.js';

const ROLL = {
  /**
   * After so many milliseconds: at full ones, counted from midnight UTC on, so that with an hour a file holds the records of one hour.
   * @default when the time in the path changes
   */
  everyMs: duration({
    description:
      'A file holds the records of so long: of a whole hour with `1h`, of a day in UTC with `1d`. By itself, a file is finished when the time in `path` changes.',
    examples: ['1h'],
  }),
  /** Before a file would hold more bytes than this of records, as they are before compression. @default no limit */
  bytes: byteSize({
    description: 'A file holds no more bytes than this, as they are before compression, unless one record has more.',
    examples: ['100MB'],
  }),
  /** When a file holds so many lines. @default no limit */
  records: whole({ description: 'A file holds no more lines than this.', min: 1, examples: [1_000_000] }),
};

const KEEP = {
  /** Files that were finished take no more bytes than this in all, as they lie there. @default no limit */
  bytes: byteSize({
    description: 'All finished files together take no more bytes than this.',
    examples: ['10GB'],
  }),
  /** A finished file whose last record is older than so many milliseconds is removed. @default no limit */
  ageMs: duration({
    description: 'A finished file whose last record is older than this is removed.',
    examples: ['30d'],
  }),
  /** There are no more finished files than this. @default no limit */
  files: whole({ description: 'There are no more finished files than this.', min: 1, examples: [168] }),
};

/** When a file is finished and the next one begun. */
export interface RollOptions extends GivenOf<typeof ROLL> {}

/** Which finished files are kept; the oldest are removed first. */
export interface KeepOptions extends GivenOf<typeof KEEP> {}

/** The options that both code and pipeline files give of files that are finished one after another. */
export const ROLLED_OPTIONS = {
  /** When a file is finished, and the next one begun, beside what the path says. @default when the time in the path changes */
  roll: shape<RollOptions>(shapeForm(ROLL), {
    note: ', any of which may be left out',
    title: 'Roll',
    description:
      'When a file is finished, and the next one begun: after a time (`every`), before it would hold more than so many `bytes`, at so many `records`. The next file of the same name gets `-000001` before its suffix, and so on.',
    examples: [{ every: '1h' }, { bytes: '100MB' }],
  }),
  /**
   * Which finished files are kept, also of earlier runs: when there is more than that, the oldest ones are removed, and the manifest says
   * so. What is not finished is never removed. @default all
   */
  keep: shape<KeepOptions>(shapeForm(KEEP), {
    note: ', any of which may be left out',
    title: 'Keep',
    description:
      'Which finished files are kept, also of earlier runs; the oldest ones are removed. What is not finished is never removed.',
    examples: [{ age: '30d' }, { bytes: '10GB', files: 1000 }],
  }),
};

/** Whether what goes there goes to files that are finished one after another. */
export function isRolled({
  path,
  roll,
  keep,
}: {
  readonly path: string;
  readonly roll?: unknown;
  readonly keep?: unknown;
}): boolean {
  return roll !== undefined || keep !== undefined || isTemplate(path);
}
