import { type Fields, field, oneOf, wholeNumber } from '../internal/options.js';
import { isPath } from '../json/field.js';
import type { DedupeOptions } from './dedupe.js';
import { COMPRESSIONS, type Compression } from './inflater.js';
import type { Overflow } from './overflow-queue.js';
import type { SequenceOptions } from './sequence-check.js';

/** The options that say what of the frames that came is taken, and how it is told what is missing. */
export interface IntakeOptions {
  /**
   * Inflates binary frames, each of which is compressed by itself, before anything else looks at them; text frames pass as
   * they are. `auto` knows gzip and zlib by how a frame begins. One that is larger than `maxMessageBytes` when inflated is
   * too large; one that cannot be inflated is refused by `parse()`, and emitted with `notInflated`.
   * @default none
   */
  readonly decompress?: Compression | undefined;
  /**
   * Gaps are events and counted in any case. `records`: each also stands in the stream, at its place between the frames,
   * as a frame with a `gap` whose text is `{"gap":{…}}`. The stages pass it on as it is; it counts as no record.
   * @default 'events'
   */
  readonly gaps?: 'events' | 'records' | undefined;
  /** Where the feed numbers its frames: a hole is a gap with the cause `sequence`. @default none */
  readonly sequence?: SequenceOptions | undefined;
  /** Frames that came before, over another connection or sent again, are dropped and counted. @default none */
  readonly dedupe?: DedupeOptions | undefined;
  /**
   * What becomes of frames while too many wait for a slow consumer. With anything but `block` the socket goes on being
   * read, so that pings are answered; what is dropped is counted, and told as a gap.
   * @default 'block'
   */
  readonly overflow?: Overflow | undefined;
  /** So many frames may wait, beside what `maxBufferedBytes` says. @default 100_000 */
  readonly maxBufferedFrames?: number | undefined;
}

/** {@link IntakeOptions} with every default filled in. */
export interface ResolvedIntakeOptions {
  readonly decompress: Compression | undefined;
  readonly gaps: 'events' | 'records';
  readonly sequence: SequenceOptions | undefined;
  readonly dedupe: DedupeOptions | undefined;
  readonly overflow: Overflow;
  readonly maxBufferedFrames: number;
}

export const INTAKE_FIELDS: Fields<ResolvedIntakeOptions> = {
  decompress: field<Compression | undefined>(
    undefined,
    `one of ${COMPRESSIONS.map((name) => `'${name}'`).join(', ')}`,
    (value) => COMPRESSIONS.includes(value as Compression),
  ),
  gaps: oneOf<'events' | 'records'>('events', ['events', 'records']),
  sequence: field<SequenceOptions | undefined>(
    undefined,
    '{ path, key, step }: two paths, of which `key` may be left out, and a whole number of at least 1',
    isSequence,
  ),
  dedupe: field<DedupeOptions | undefined>(
    undefined,
    "{ by, windowMs }: an array of paths or 'content', and a finite number of milliseconds of at least 1",
    isDedupe,
  ),
  overflow: field<Overflow>(
    'block',
    "'block', 'drop_oldest', 'drop_newest' or { latestBy: path }",
    (value) => POLICIES.includes(value) || isLatestBy(value),
  ),
  maxBufferedFrames: wholeNumber(100_000, 1),
};

function isSequence(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { path, key, step, ...rest } = value as SequenceOptions;
  const isStep = step === undefined || (Number.isSafeInteger(step) && step >= 1);
  return Object.keys(rest).length === 0 && isPath(path) && (key === undefined || isPath(key)) && isStep;
}

function isLatestBy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { latestBy } = value as { latestBy: unknown };
  // Of whole frames there is no newest one.
  return Object.keys(value).join() === 'latestBy' && isPath(latestBy) && latestBy !== '';
}

function isDedupe(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { by, windowMs, ...rest } = value as DedupeOptions;
  const isBy = by === 'content' || (Array.isArray(by) && by.length > 0 && by.every(isPath));
  return Object.keys(rest).length === 0 && isBy && Number.isFinite(windowMs) && windowMs >= 1;
}

const POLICIES: readonly unknown[] = ['block', 'drop_oldest', 'drop_newest'];
