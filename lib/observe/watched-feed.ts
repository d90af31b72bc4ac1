import type { Writable } from 'node:stream';
import type { ConnectionEvents } from '../connect/options/events.js';
import type { Gap } from '../frame/gap.js';
import type { SourceStats } from '../telemetry/stats.js';
import type { EventTime } from './event-time.js';

/** A run of a feed, as far as it is watched. */
export interface WatchedFeed {
  /** What counts: the source. */
  readonly source: { readonly stats: SourceStats };
  /** What connects: what `source.pages()` or the first of `source.stages()` returned. */
  readonly stream: FeedEvents;
  /** What stores its records. */
  readonly sink?: WatchedSink | undefined;
  /** What kind of sink it is: the label `sink`. @default 'sink' */
  readonly sinkType?: string | undefined;
  /** What pages wait in before the sink, where there is one. */
  readonly spool?: WatchedSpool | undefined;
  /** How old the newest record may be before `/freshz` says that the feed is stale, in milliseconds. @default as old as it likes */
  readonly freshWithinMs?: number | undefined;
  /** Where records say when what they tell of happened: for the lag. @default nowhere */
  readonly eventTime?: EventTime | undefined;
}

/** What a stream tells of its connections, as events. */
export interface FeedEvents {
  on<K extends keyof ConnectionEvents>(event: K, listener: (payload: ConnectionEvents[K]) => void): unknown;
  off<K extends keyof ConnectionEvents>(event: K, listener: (payload: ConnectionEvents[K]) => void): unknown;
  /** @internal Dead letters by the code of their error. */
  readonly letterCauses?: ReadonlyMap<string, number> | undefined;
}

/** A Writable of pages that counts the records that it has stored. */
export type WatchedSink = Writable & { readonly stats: WatchedSinkStats };

/** What a sink counts; that of Kafka all of it. */
interface WatchedSinkStats {
  /** Records that are stored. */
  readonly records: number;
  /** Requests that were sent again. */
  readonly retries?: number;
  /** Records that went to a dead letter of the sink's. */
  readonly diverted?: number;
  /** Records that it has left out, as it was told to. */
  readonly skipped?: number;
}

/** What waits on the disk. */
export interface WatchedSpool {
  readonly backlog: { readonly records: number; readonly bytes: number; readonly oldestAt: number | undefined };
  readonly dropped: number;
}

/** @internal What the command knows beside that. */
export interface CommandFeed extends WatchedFeed {
  /** Where gaps of the spool are told. */
  readonly spoolStream?: { on(event: 'gap', listener: (gap: Gap) => void): unknown } | undefined;
  /** What the sink says of itself. */
  readonly reports?: SinkReports | undefined;
  /** What is dropped when there is too much, by whom. */
  readonly policies?: { readonly overflow?: string | undefined; readonly onFull?: string | undefined } | undefined;
  /** Where the records are, for people. */
  readonly target?: string | undefined;
  /** The feed's address without what proves who we are. */
  readonly address?: string | undefined;
}

/** What sinks of files say of themselves. */
export interface SinkReports {
  readonly files?: (() => FilesReport) | undefined;
  readonly rolled?: (() => RolledFilesReport) | undefined;
  readonly openFiles?: (() => readonly OpenFile[]) | undefined;
}

interface FilesReport {
  readonly files: readonly { readonly name: string; readonly state: string; readonly records: number }[];
  readonly gone: number;
}

interface OpenFile {
  readonly name: string;
  readonly records: number;
  readonly bytes: number;
}

/** A file that is finished, as the event `rolled` of its sink has it. */
export interface SealedFile {
  readonly path: string;
  readonly records: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly firstReceivedAt: number | undefined;
  readonly lastReceivedAt: number | undefined;
  readonly gaps: { readonly count: number; readonly ms: number; readonly missing: number };
}

interface RolledFilesReport {
  readonly rolled: number;
  readonly newest: string | undefined;
  readonly open: readonly string[];
  readonly gone: number;
}
