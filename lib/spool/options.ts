import type { StoredPosition } from '../batch/stored-position.js';
import type { Clock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import { byteSize, durationOr, words } from '../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../internal/options/option.js';
import { field, flag, objectWith, oneOf, resolveOptions } from '../internal/options.js';
import { CLOCK, LOGGER } from '../internal/service-fields.js';
import { DRAIN_TIMEOUT } from '../sink/common-options.js';
import type { FeedState } from '../state/state.js';
import type { SpoolDisk } from './spool-disk.js';

/** The options of a spool that both code and pipeline files give. */
export const SPOOL_OPTIONS = {
  /**
   * How many bytes the spool may take on the disk. It is full then, as it is when the disk is; what comes next `onFull` says.
   * @default 10 GiB
   */
  maxBytes: byteSize({
    title: 'Bytes on the disk',
    description:
      'How many bytes the spool may take on the disk. Beyond that, `on_full` says what becomes of what comes.',
    min: 1024 * 1024,
    fallback: 10 * 1024 * 1024 * 1024,
    examples: [100_000_000_000],
  }),
  /**
   * What becomes of pages that come while it is full: with `'block'` none do, since the socket is paused; with `'drop_oldest'`
   * those that wait longest are dropped, a segment at a time; with `'drop_newest'` those that came. What is dropped is told as a gap. @default 'block'
   */
  onFull: words(['block', 'drop_oldest', 'drop_newest'], {
    title: 'When it is full',
    description:
      'What becomes of what comes while the spool, or its disk, is full: `block` pauses the socket; `drop_oldest` drops what waits longest, `drop_newest` what came, as whole pages, and tells it as a gap.',
    fallback: 'block',
  }),
  /**
   * When what is in the spool is forced to the disk: so many milliseconds after a page at the latest; with `'page'` after each, as
   * fast as the disk can; with `'never'` the system decides. When the process dies, and the machine does not, nothing is lost in any case. @default 100
   */
  sync: durationOr(['page', 'never'], {
    title: 'Forced to the disk',
    description:
      'When what is in the spool is forced to the disk: so long after a page at the latest, after every `page`, or `never`, which leaves it to the system.',
    fallback: 100,
    examples: ['100ms', 'page', 'never'],
  }),
};

const FIELDS = {
  ...SPOOL_OPTIONS,
  state: objectWith<FeedState | undefined>(undefined, 'keep', 'close'),
  gaps: oneOf<'events' | 'records'>('records', ['events', 'records']),
  feed: field<string | undefined>(undefined, 'a name', (value) => typeof value === 'string'),
  drainTimeoutMs: DRAIN_TIMEOUT,
  reusePages: flag(false),
  logger: LOGGER,
  clock: CLOCK,
  /** How far pages are stored, where the sink is the one that knows. */
  stored: objectWith<StoredPosition | undefined>(undefined),
  /** The same where it does not know yet: until then nothing is handed on. */
  storedLater: objectWith<StoredLater | undefined>(undefined, 'then'),
  /** In tests, one that fails. */
  disk: objectWith<SpoolDisk | undefined>(undefined, 'create', 'write', 'sync'),
};

/** Options of `openSpool()`. An explicit `undefined` means the default. */
export interface SpoolOptions extends GivenOf<typeof SPOOL_OPTIONS> {
  /**
   * What keeps how far the feed is stored: then it rules which pages are delivered once more, and both are opened and closed
   * together. @default a ledger of the spool's own, in its folder
   */
  readonly state?: FeedState | undefined;
  /** Whether a gap that the spool makes stands as a line between the records, as `gaps` of the source. @default 'records' */
  readonly gaps?: 'events' | 'records' | undefined;
  /** What the feed is called, in gaps. @default none */
  readonly feed?: string | undefined;
  /**
   * How long the end of a run may wait for the sink. Most of it is for handing on what waits; what is left then stays in the
   * spool. Give the sink the same. @default 30_000
   */
  readonly drainTimeoutMs?: number | undefined;
  /** As `reusePages` of `createSource()`, for pages that are read back. @default false */
  readonly reusePages?: boolean | undefined;
  /** Told what was found of earlier runs, and what becomes of the disk: anything of pino's shape. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** `undefined` where the sink knows nothing of the feed. */
export type StoredLater = Promise<StoredPosition | undefined>;

/** The options with every default filled in. */
export type ResolvedSpoolOptions = ResolvedOf<typeof FIELDS>;

/** @throws {ConfigError} when an option is unknown or its value is not accepted */
export function resolveSpoolOptions(options: SpoolOptions): ResolvedSpoolOptions {
  return resolveOptions<ResolvedSpoolOptions>('openSpool', options, FIELDS);
}
