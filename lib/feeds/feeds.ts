import { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import type { ConnectionEvents } from '../connect/options/events.js';
import { optionError } from '../errors.js';
import type { NamedFeed } from '../feed/clashes.js';
import type { ResolvedExecution, ResolvedRestart } from '../feed/many-options.js';
import type { Clock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import type { PagesReadable } from '../source/pages-readable.js';
import type { Source } from '../source/source.js';
import type { SourceStats } from '../telemetry/stats.js';
import { described } from './described.js';
import type { FeedDescription } from './feed-description.js';
import type { FeedPhase } from './feed-phase.js';
import { Slot, type SupervisedFeed, Supervisor } from './supervisor.js';

/** How a feed is. */
export type FeedStatus = {
  readonly name: string;
  /** It waits for its turn, runs, waits to be started anew, or is over: in good order, or not. */
  readonly state: FeedPhase;
  /** What its run counts; `undefined` when none goes on. */
  readonly stats: SourceStats | undefined;
  /** Records that are stored, over all its runs. */
  readonly records: number;
  /** How often it was started anew. */
  readonly restarts: number;
  /** What its newest run that is over has failed with. */
  readonly error: unknown;
};

/** What {@link Feeds} tell, each with the name of its feed: the runs, and all that happens on their connections. */
export type FeedsEvents = {
  readonly [K in keyof ConnectionEvents]: { readonly feed: string } & ConnectionEvents[K];
} & {
  /** A run begins, the first or one anew (`attempt` 1, 2, …), and nothing is connected yet: for `metrics.watch(feed, run)`. */
  readonly starting: {
    readonly feed: string;
    readonly attempt: number;
    readonly source: Source;
    readonly stream: PagesReadable;
    readonly sink: Writable & { readonly stats: { readonly records: number } };
  };
  /** A run is over, and nothing of it is left open; the feed is started anew after `restartMs`, or not at all. */
  readonly finished: {
    readonly feed: string;
    readonly error: unknown;
    readonly records: number;
    readonly restartMs: number | undefined;
  };
};

/** Feeds that run beside each other: one that fails ends alone, and all are ended in good order at once. */
export class Feeds {
  readonly #supervisor: Supervisor<FeedInCode>;
  readonly #emitter = new EventEmitter();
  readonly #known = new Map<string, NamedFeed>();
  readonly #context: Readonly<Record<string, unknown>>;
  #hasStarted = false;

  /** @internal */
  constructor(
    feeds: readonly FeedDescription[],
    rules: ResolvedExecution & { readonly restart: ResolvedRestart | undefined; readonly clock: Clock },
    { logger, context }: { readonly logger: Logger; readonly context: Readonly<Record<string, unknown>> },
  ) {
    this.#context = context;
    this.#supervisor = new Supervisor<FeedInCode>(
      { ...rules, random: Math.random },
      {
        watcherOf: ({ name }) => {
          const named = namedLogger(logger, name);
          return { secretsMet() {}, refusals: named, notices: named };
        },
        begun: ({ name }, { pages, feed: { source, sink }, spoolStream }, attempt) => {
          for (const event of EVENTS) pages.on(event, (payload) => this.#emit(event, { ...payload, feed: name }));
          spoolStream?.on('gap', (gap) => this.#emit('gap', { ...gap, feed: name }));
          this.#emit('starting', { feed: name, attempt, source, stream: pages, sink: sink.stream });
        },
        over: ({ name }, { run, outcome }, restartMs) => {
          const records = run?.feed.sink.stream.stats.records ?? 0;
          this.#emit('finished', { feed: name, error: outcome.failure?.error, records, restartMs });
        },
      },
    );
    for (const feed of feeds) this.#know(feed);
  }

  /** How all feeds are, in the order in which they were added. */
  get feeds(): readonly FeedStatus[] {
    if (!this.#hasStarted) return [...this.#known.values()].map(({ feed }) => statusOf(new Slot(feed as FeedInCode)));
    return this.#supervisor.feeds.map(statusOf);
  }

  /** Begins to run them. */
  start(): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    for (const { feed } of this.#known.values()) this.#supervisor.add(feed as FeedInCode);
  }

  /** Resolves when all are over and none is to be started anew. It never rejects: {@link feeds} says which failed, and why. */
  async done(): Promise<void> {
    await this.#supervisor.done();
  }

  /** Ends all in good order: nothing further is received, what was is stored. Resolves when they are over. */
  async stop(): Promise<void> {
    this.#supervisor.stop();
    await this.done();
  }

  /**
   * Adds a feed, which begins at once where the others have begun.
   *
   * @throws {ConfigError} with all that is wrong with it: also when another has its name, its file, its state or its spool
   */
  add(feed: FeedDescription): void {
    if (this.#supervisor.isStopping) throw optionError('add', 'The feeds are being stopped: make new ones.');
    const known = this.#know(feed);
    if (this.#hasStarted) this.#supervisor.add(known.feed as FeedInCode);
  }

  /** Ends a feed in good order, and forgets it. Resolves when it is over; at once where there is none of this name. */
  async remove(name: string): Promise<void> {
    await this.#supervisor.remove(name);
    this.#known.delete(name);
  }

  on<K extends keyof FeedsEvents>(event: K, listener: (payload: FeedsEvents[K]) => void): this {
    this.#emitter.on(event, listener);
    return this;
  }

  off<K extends keyof FeedsEvents>(event: K, listener: (payload: FeedsEvents[K]) => void): this {
    this.#emitter.off(event, listener);
    return this;
  }

  #know(feed: FeedDescription): NamedFeed {
    const known = described(feed, [...this.#known.values()], this.#context);
    this.#known.set(feed.name, known);
    return known;
  }

  #emit<K extends keyof FeedsEvents>(event: K, payload: object): void {
    this.#emitter.emit(event, payload);
  }
}

type FeedInCode = NamedFeed['feed'] & SupervisedFeed;

function statusOf({ feed, state, run, stored, restarts, failure }: Slot<FeedInCode>): FeedStatus {
  return {
    name: feed.name,
    state,
    stats: run?.feed.source.stats,
    records: stored + (run?.feed.sink.stream.stats.records ?? 0),
    restarts,
    error: failure?.error,
  };
}

/** Each entry has the feed's name. */
function namedLogger(logger: Logger, feed: string): Logger {
  return {
    debug: (facts, message) => logger.debug({ feed, ...facts }, message),
    info: (facts, message) => logger.info({ feed, ...facts }, message),
    warn: (facts, message) => logger.warn({ feed, ...facts }, message),
    error: (facts, message) => logger.error({ feed, ...facts }, message),
  };
}

const EVENTS = [
  'connecting',
  'connected',
  'subscribed',
  'subscriptionFailed',
  'disconnected',
  'reconnecting',
  'gap',
  'backfilled',
  'rotating',
  'rotated',
  'rotationFailed',
  'paused',
  'resumed',
  'ended',
] as const satisfies readonly (keyof ConnectionEvents)[];
