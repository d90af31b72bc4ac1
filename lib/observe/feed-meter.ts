import type { Page } from '../batch/page.js';
import type { ConnectionEvents } from '../connect/options/events.js';
import type { Gap, GapCause } from '../frame/gap.js';
import type { Clock } from '../internal/clock.js';
import { BUCKETS, type MetricName } from '../telemetry/metrics.js';
import type { SourceStats } from '../telemetry/stats.js';
import { EventTimeReader } from './event-time.js';
import { Histogram } from './histogram.js';
import { History } from './history.js';
import type { Labels } from './readings.js';
import type { CommandFeed, SealedFile } from './watched-feed.js';

/** What is known of the run of a feed beyond what its source counts. It listens, and is told of pages by who hears of those of all feeds. */
export class FeedMeter {
  readonly name: string;
  readonly feed: CommandFeed;
  readonly clock: Clock;
  /** When it began to be watched. */
  readonly startedAt: number;
  /** When the newest record was received; `undefined` before the first. */
  lastRecordAt: number | undefined;
  /** When the newest record was received that is stored. */
  lastStoredAt: number | undefined;
  readonly reconnects = new Map<string, number>();
  readonly closes = new Map<string, number>();
  /** Gaps that are over. */
  readonly gapCounts = new Map<GapCause, number>();
  readonly #gapMs = new Map<GapCause, number>();
  /** The newest of them, the oldest first. */
  readonly gaps: Gap[] = [];
  /** How many there were. */
  gapsTold = 0;
  /** Files that were finished, the newest of them, the oldest first. */
  readonly sealed: SealedFile[] = [];
  /** What became of asking the server to go on where the feed was; `undefined` as long as no cursor is known. */
  resumes: Map<ResumeResult, number> | undefined;
  /** When the newest page with a cursor was stored; `undefined` before the first. */
  cursorStoredAt: number | undefined;
  readonly writes = new Histogram(BUCKETS);
  readonly lag: Histogram | undefined;
  readonly history: History;
  /** Why the newest connection ended, or did not come about, in the words of gaps. */
  lastCause: string | undefined;
  /** Whether the run is over. */
  hasEnded = false;
  /** What the sink failed with. */
  sinkFailure: Error | undefined;
  /** Pages that the sink has and has not stored. */
  readonly #atSink = new Map<Page, AtSink>();
  readonly #listener: MeterListener | undefined;
  readonly #labels: Labels;
  readonly #sinkLabels: Labels;
  /** Whether the source tells of its pages: separate stages do not, and then those count that the sink is given. */
  #hearsPages = false;
  readonly #eventTime: EventTimeReader | undefined;
  readonly #subscribed = new Set<number>();
  readonly #listeners: { readonly [K in keyof ConnectionEvents]?: (payload: ConnectionEvents[K]) => void };
  /** Milliseconds of gaps in which nothing could be received, and which are over. */
  #closedMs = 0;
  /** Which gap is open, and since when, in epoch milliseconds. */
  #open: { readonly number: number; readonly since: number } | undefined;
  #isOver = false;

  constructor(name: string, feed: CommandFeed, clock: Clock, listener?: MeterListener) {
    this.#listener = listener;
    this.name = name;
    this.feed = feed;
    this.#labels = { feed: name };
    this.#sinkLabels = { feed: name, sink: feed.sinkType ?? 'sink' };
    this.clock = clock;
    this.startedAt = clock.now();
    this.history = new History(this.startedAt);
    this.#eventTime = feed.eventTime && new EventTimeReader(feed.eventTime);
    this.lag = feed.eventTime && new Histogram(BUCKETS);
    const onGap = (gap: Gap): void => this.#onGap(gap);
    this.#listeners = {
      subscribed: ({ connection }) => void this.#subscribed.add(connection),
      disconnected: (event) => this.#onDisconnected(event),
      reconnecting: () => add(this.reconnects, this.lastCause ?? 'disconnected'),
      rotated: ({ from }) => void this.#subscribed.delete(from),
      gap: onGap,
      ended: () => {
        this.hasEnded = true;
        if (feed.sink === undefined) this.#end();
      },
    };
    for (const [event, listener] of this.#entries()) feed.stream.on(event, listener as never);
    feed.spoolStream?.on('gap', onGap);
    const { sink } = feed;
    sink?.once('close', () => {
      if (sink.errored !== null) this.onFailed(sink.errored);
      this.#end();
    });
    if (feed.reports?.rolled !== undefined) sink?.on('rolled', this.#onSealed);
    listener?.begun(this);
  }

  get stats(): SourceStats {
    return this.feed.source.stats;
  }

  /** Whether a connection is open and every subscribe step of it confirmed. */
  isConnected({ state }: SourceStats): boolean {
    return state === 'open' && this.#subscribed.size > 0;
  }

  /** For how long the sink has had the oldest page that it has not stored; `undefined` when it has none. */
  get waitedMs(): number | undefined {
    const [oldest] = this.#atSink.values();
    return oldest === undefined ? undefined : this.clock.monotonic() - oldest.since;
  }

  /** Milliseconds of gaps by cause, with one that is open. */
  gapMs({ gapMs, gapCause }: SourceStats): ReadonlyMap<GapCause, number> {
    if (gapCause === undefined) return this.#gapMs;
    const open = Math.max(0, gapMs - this.#closedMs);
    return new Map([...this.#gapMs, [gapCause, (this.#gapMs.get(gapCause) ?? 0) + open]]);
  }

  /** Since when the gap lasts that is open, in epoch milliseconds; `undefined` when none is. */
  gapSince({ gapMs, gapCause, gaps }: SourceStats): number | undefined {
    if (gapCause === undefined) this.#open = undefined;
    else if (this.#open?.number !== gaps) {
      this.#open = { number: gaps, since: this.clock.now() - Math.max(0, Math.round(gapMs - this.#closedMs)) };
    }
    return this.#open?.since;
  }

  /** Gaps by cause, with one that is open. */
  gapsByCause({ gapCause }: SourceStats): ReadonlyMap<GapCause, number> {
    if (gapCause === undefined) return this.gapCounts;
    return new Map([...this.gapCounts, [gapCause, (this.gapCounts.get(gapCause) ?? 0) + 1]]);
  }

  /** A page goes to the sink. */
  onPage(page: Page): void {
    this.#hearsPages = true;
    this.#note(page);
  }

  /** The sink was given a page. */
  onGiven(page: Page): void {
    if (!this.#hearsPages && this.feed.spool === undefined) this.#note(page);
    // A spool hands on what an earlier run has received, too.
    const hasCursor = page.cursor !== undefined;
    if (hasCursor) this.#resumes();
    const newest = newestOf(page);
    const newestAt = newest < 0 ? undefined : page.receivedAt(newest);
    const since = this.clock.monotonic();
    this.#atSink.set(page, { since, newestAt, records: page.recordsAmong(), bytes: page.bytes.length, hasCursor });
  }

  /** It has stored it. */
  onStored(page: Page): void {
    const given = this.#atSink.get(page);
    if (given === undefined) return;
    this.#atSink.delete(page);
    const write = this.#writeOf(given);
    const seconds = write.ms / 1_000;
    this.writes.observe(seconds);
    this.lastStoredAt = given.newestAt ?? this.lastStoredAt;
    if (given.hasCursor) this.cursorStoredAt = this.clock.now();
    this.#listener?.observed('spillway_sink_write_duration_seconds', this.#sinkLabels, seconds);
    this.#listener?.stored(this, write);
  }

  /** It failed. */
  onFailed(error: Error): void {
    this.sinkFailure = error;
    for (const given of this.#atSink.values()) this.#listener?.failed(this, this.#writeOf(given), error);
    this.#atSink.clear();
  }

  #writeOf({ records, bytes, since }: AtSink): PageWrite {
    return { records, bytes, ms: this.clock.monotonic() - since };
  }

  stop(): void {
    for (const [event, listener] of this.#entries()) this.feed.stream.off(event, listener as never);
    this.feed.sink?.off('rolled', this.#onSealed);
    this.#end();
  }

  /** The run is over, and what the sink was given, too; or nobody watches any more. */
  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener?.over(this);
  }

  /** A page of the run. */
  #note(page: Page): void {
    if (page.cursor !== undefined) this.#resumes();
    const newest = newestOf(page);
    if (newest < 0) return;
    const receivedAt = page.receivedAt(newest);
    this.lastRecordAt = receivedAt;
    const happenedAt = this.#eventTime?.read(page.bytes, page.start(newest), page.ends[newest] as number);
    if (happenedAt === undefined) return;
    const seconds = Math.max(0, receivedAt - happenedAt) / 1_000;
    this.lag?.observe(seconds);
    this.#listener?.observed('spillway_event_lag_seconds', this.#labels, seconds);
  }

  #onDisconnected({ connection, code, error }: ConnectionEvents['disconnected']): void {
    this.#subscribed.delete(connection);
    const watchdog = (error as { readonly watchdog?: string } | undefined)?.watchdog;
    this.lastCause = connection === 0 ? 'not_connected' : (watchdog ?? 'disconnected');
    if (connection === 0) return;
    const known = this.closes.has(String(code)) || this.closes.size < MAX_CODES;
    add(this.closes, known ? String(code) : 'other');
  }

  readonly #onSealed = (file: SealedFile): void => {
    this.sealed.push(file);
    if (this.sealed.length > MAX_SEALED) this.sealed.shift();
  };

  #onGap(gap: Gap): void {
    const { cause, durationMs } = gap;
    add(this.gapCounts, cause);
    add(this.#gapMs, cause, durationMs);
    if (!WHILE_RECEIVING.has(cause)) {
      this.#closedMs += durationMs;
      this.#onOutage(cause, gap.replayed === true);
    }
    this.gaps.push(gap);
    this.gapsTold += 1;
    if (this.gaps.length > MAX_GAPS) this.gaps.shift();
  }

  #onOutage(cause: GapCause, isReplayed: boolean): void {
    if (isReplayed) add(this.#resumes(), 'replayed');
    else if (cause === 'cursor_expired') add(this.#resumes(), 'expired');
    else if (this.resumes !== undefined) add(this.resumes, 'missed');
  }

  #resumes(): Map<ResumeResult, number> {
    this.resumes ??= new Map([
      ['replayed', 0],
      ['expired', 0],
      ['missed', 0],
    ]);
    return this.resumes;
  }

  #entries(): [keyof ConnectionEvents, unknown][] {
    return Object.entries(this.#listeners) as [keyof ConnectionEvents, unknown][];
  }
}

/** A page that a sink has. */
interface AtSink {
  /** Since when. */
  readonly since: number;
  /** When its newest record was received. */
  readonly newestAt: number | undefined;
  readonly records: number;
  readonly bytes: number;
  readonly hasCursor: boolean;
}

/** What became of a page that a sink was given: it is over now. */
export interface PageWrite {
  readonly records: number;
  readonly bytes: number;
  /** For how long the sink had it. */
  readonly ms: number;
}

/** Whether a server that was asked to go on where the feed was has done so. */
type ResumeResult = 'replayed' | 'expired' | 'missed';

/** Who is told of runs and of pages, or of some of that. */
export type RunListener = Partial<Omit<MeterListener, 'observed'>>;

/** Who is told at once what others read when they ask. */
export interface MeterListener {
  /** A run begins to be watched. */
  begun(meter: FeedMeter): void;
  /** It is over, and so is its sink; or nobody watches any more. Once. */
  over(meter: FeedMeter): void;
  /** A histogram has a value more. */
  observed(name: MetricName, labels: Labels, value: number): void;
  /** The sink of a feed has stored a page. */
  stored(meter: FeedMeter, write: PageWrite): void;
  /** It has not, and will not. */
  failed(meter: FeedMeter, write: PageWrite, error: Error): void;
}

/** The index of the newest record; -1 where there are gaps alone. */
function newestOf(page: Page): number {
  let index = page.length - 1;
  while (index >= 0 && page.isGap(index)) index -= 1;
  return index;
}

function add<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** Gaps that are no time in which nothing could be received. */
const WHILE_RECEIVING: ReadonlySet<GapCause> = new Set(['overflow', 'sequence', 'damaged']);
/** A server may close with any of 4,000 codes. */
const MAX_CODES = 30;
/** What a time line of the last minutes can show; all of them are in the records and the log. */
const MAX_GAPS = 200;
/** The manifest has all of them. */
const MAX_SEALED = 20;
