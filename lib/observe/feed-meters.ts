import { type Channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Writable } from 'node:stream';
import type { Page } from '../batch/page.js';
import { optionError } from '../errors.js';
import { type Clock, systemClock, type TimerHandle } from '../internal/clock.js';
import { pageMade, sinkWrite } from '../telemetry/channels.js';
import type { MetricName } from '../telemetry/metrics.js';
import { FeedMeter, type MeterListener } from './feed-meter.js';
import { EVERY_MS } from './history.js';
import { ProcessMeter } from './process-meter.js';
import { readFeed } from './read-feed.js';
import type { Reading, Readings } from './readings.js';
import type { CommandFeed } from './watched-feed.js';

/** Hears of what feeds do, and knows how they are. One for all exporters of a process, however many feeds there are. */
export class FeedMeters {
  readonly clock: Clock;
  readonly process: ProcessMeter;
  readonly #byName = new Map<string, FeedMeter>();
  readonly #byStream = new Map<unknown, FeedMeter>();
  readonly #taps = new Set<{ readonly name: string; readonly listener: (page: Page) => void }>();
  #read: Readings | undefined;
  #timer: TimerHandle;

  readonly #listener: MeterListener | undefined;

  /** @param listener who is told at once what others read when they ask */
  constructor(clock: Clock = systemClock, listener?: MeterListener) {
    this.clock = clock;
    this.#listener = listener;
    this.process = new ProcessMeter(clock);
    for (const [channel, listener] of this.#listeners) subscribe(channel.name, listener);
    this.#arm();
  }

  /** In the order in which they began to be watched. */
  get feeds(): readonly FeedMeter[] {
    return [...this.#byName.values()];
  }

  feed(name: string): FeedMeter | undefined {
    return this.#byName.get(name);
  }

  /**
   * Watches a run of a feed, from before it connects. What it came to stays when it is over, until it is watched again, or the
   * function is called that is returned.
   *
   * @throws {ConfigError} when a run of this name goes on
   */
  watch(name: string, feed: CommandFeed): () => void {
    const before = this.#byName.get(name);
    if (before !== undefined && !before.hasEnded) {
      throw optionError('watch', `A run of the feed "${name}" is watched and goes on. Give this one another name.`);
    }
    if (before !== undefined) this.#forget(before);
    const meter = new FeedMeter(name, feed, this.clock, this.#listener);
    this.#byName.set(name, meter);
    this.#byStream.set(feed.stream, meter);
    if (feed.sink !== undefined) this.#byStream.set(feed.sink, meter);
    return () => this.#forget(meter);
  }

  /** Tells of the pages of a feed, whichever run of it goes on, until the function is called that is returned. */
  tap(name: string, listener: (page: Page) => void): () => void {
    const tap = { name, listener };
    this.#taps.add(tap);
    return () => void this.#taps.delete(tap);
  }

  /** What all metrics say now: the same for all who ask in one go. */
  readings(): Readings {
    if (this.#read === undefined) {
      this.#read = this.fresh();
      queueMicrotask(() => {
        this.#read = undefined;
      });
    }
    return this.#read;
  }

  /** Lets go of everything. */
  close(): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel.name, listener);
    for (const meter of this.feeds) this.#forget(meter);
    this.process.stop();
    this.clock.clearTimeout(this.#timer);
  }

  readonly #listeners: readonly (readonly [Channel, (message: unknown) => void])[] = [
    [pageMade, (message) => this.#onPage(message as PageMessage)],
    [sinkWrite.start, (message) => this.#of((message as SinkMessage).sink)?.onGiven((message as SinkMessage).page)],
    [sinkWrite.asyncEnd, (message) => this.#of((message as SinkMessage).sink)?.onStored((message as SinkMessage).page)],
    [sinkWrite.error, (message) => this.#of((message as SinkMessage).sink)?.onFailed((message as SinkFailure).error)],
  ];

  #onPage({ stream, page }: PageMessage): void {
    const meter = this.#of(stream);
    if (meter === undefined) return;
    meter.onPage(page);
    for (const { name, listener } of this.#taps) if (name === meter.name) listener(page);
  }

  #of(stream: unknown): FeedMeter | undefined {
    return this.#byStream.get(stream);
  }

  #forget(meter: FeedMeter): void {
    meter.stop();
    if (this.#byName.get(meter.name) === meter) this.#byName.delete(meter.name);
    this.#byStream.delete(meter.feed.stream);
    this.#byStream.delete(meter.feed.sink);
  }

  /** The same, read once more. */
  fresh(): Readings {
    const all = new Map<MetricName, Reading[]>();
    const note = (name: MetricName, reading: Reading): void => {
      const found = all.get(name);
      if (found === undefined) all.set(name, [reading]);
      else found.push(reading);
    };
    for (const meter of this.#byName.values()) for (const [name, reading] of readFeed(meter)) note(name, reading);
    note('spillway_current_timestamp_seconds', { labels: {}, value: this.clock.now() / 1_000 });
    note('spillway_event_loop_lag_seconds', { labels: {}, value: this.process.lagSeconds });
    note('spillway_resident_memory_bytes', { labels: {}, value: this.process.rssBytes });
    return all;
  }

  #arm(): void {
    this.#timer = this.clock.setTimeout(() => {
      const at = this.clock.now();
      for (const { history, stats } of this.#byName.values()) history.add(at, stats);
      this.#arm();
    }, EVERY_MS);
    (this.#timer as Partial<NodeJS.Timeout> | undefined)?.unref?.();
  }
}

interface PageMessage {
  readonly stream: unknown;
  readonly page: Page;
}

interface SinkMessage {
  readonly sink: Writable;
  readonly page: Page;
}

interface SinkFailure extends SinkMessage {
  readonly error: Error;
}
