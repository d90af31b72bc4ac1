import { Writable } from 'node:stream';
import { Page } from '../batch/page.js';
import type { UndeliveredRange } from '../errors.js';
import { runEnding } from '../internal/chain.js';
import { type Names, namesIn, tellBy } from '../internal/names.js';
import { surfaceOf } from '../internal/surface.js';
import { sinkWrite } from '../telemetry/channels.js';
import { DRAIN_TIMEOUT } from './common-options.js';
import { DrainClock, type DrainOptions } from './drain-clock.js';
import { rangesOf } from './ranges.js';
import type { SinkStats } from './sink.js';

/** @internal On a sink: whether a run has ended and it could not store in time what it was given. */
export const isOutOfTime: unique symbol = Symbol('isOutOfTime');

/** A callback of a stream. */
export type Callback = (error?: Error | null) => void;

/**
 * What every sink is, and what it promises; `sinkConformance()` of the test kit asks each for it.
 *
 * Stored: the callback of `write()` comes when the target has all of the page, and so with an error when it has not. Pages
 * are stored in the order in which they came. `_final`, and so `finish`, comes when the target has all pages: a sink that takes
 * pages ahead, as Kafka's does, waits there for the rest. Something that is no page is refused with `ERR_CONFIG`, by `pageText()`.
 *
 * Kept: who waits for a page (a state, a spool, `page.whenAcknowledged()`) hears by `page.acknowledge()`, once, in order, when it is stored, and where.
 * A sink of files calls `page.begin()` before the first page of a run that goes into a file, and writes when that has resolved: so that
 * the next run knows which bytes nobody has acknowledged.
 *
 * Told: `stats` counts what is stored whole, and nothing ahead of it; gaps are stored, and are no records. A failure is an
 * `ERR_SINK` that says how many records are stored and which are not. A sink that can drop what comes, since its reader went
 * away (`isBroken`) or it has all that it was to get (`isFull`), stops the run by `stopUpstream()`.
 *
 * Ended: however long it waits for its target while a run goes on, that is no fault; from the end of the run, good or bad,
 * `drainTimeoutMs` are left. Then every callback that is still owed is called with an error, and the stream closes, whatever
 * the target does. A stream that is destroyed first stores the page that it has at hand, so that every record is whole.
 *
 * The end of a run is told by the run that feeds this sink, by `end()` or by `destroy()`, whichever comes first.
 */
export abstract class PageSink extends Writable {
  protected readonly drain: DrainClock;
  /** Whether its errors name what they advise as files do. */
  readonly #isOfFile: boolean;
  readonly #given: Page[] = [];
  /** The page that `store()` is about. */
  #current: Page | undefined;
  readonly #owed = new Set<Callback>();
  /** Whether the time was up while nothing was owed: it begins again with what comes. */
  #isDue = false;
  #isLate = false;

  constructor(options: DrainOptions) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#isOfFile = surfaceOf(options) === 'file';
    this.drain = new DrainClock(options, () => this.#onTimeUp());
    this.once('close', () => this.drain.stop());
  }

  /** What is stored by now. A snapshot. */
  abstract get stats(): SinkStats;

  /**
   * Stores a page, and calls back when it is stored. A sink that takes pages ahead calls back when it has room for the next,
   * and then its own `write()` holds the promise.
   */
  protected abstract store(page: Page, callback: Callback): void;

  /** The time is up. Returns what to fail with now; `undefined` when what is under way fails by itself. */
  protected abstract late(): Error | undefined;

  /** What the keys of a file are called in the options of this sink. */
  protected get names(): Names {
    return NAMES;
  }

  /** Pages that were written to this stream and not given to `store()` yet, in order. */
  protected get given(): readonly Page[] {
    return this.#given;
  }

  /** Whether there is something that the end of a run waits for. */
  protected get isBusy(): boolean {
    return this.#owed.size > 0;
  }

  /** Whether the time has been up. */
  protected get isLate(): boolean {
    return this.#isLate;
  }

  /** The callback, to be called once at the most: by its owner, or when the time is up. */
  protected bounded(callback: Callback): Callback {
    const once: Callback = (error) => {
      if (!this.#owed.delete(once)) return;
      callback(this.#told(error));
    };
    this.#owed.add(once);
    if (this.#isLate) this.drain.start(GRACE_MS);
    else if (this.#isDue) this.drain.start();
    return once;
  }

  /** Records that this sink was given and has not stored, but for so many of the page that it has at hand. */
  protected undelivered(storedOfCurrent: number): UndeliveredRange[] {
    return rangesOf(this.#notStored(storedOfCurrent));
  }

  override write(page: unknown, callback?: (error: Error | null | undefined) => void): boolean;
  override write(
    page: unknown,
    encoding: BufferEncoding,
    callback?: (error: Error | null | undefined) => void,
  ): boolean;
  override write(page: unknown, ...rest: never[]): boolean {
    if (page instanceof Page && !this.destroyed && !this.writableEnded) this.#given.push(page);
    return super.write(page, ...rest);
  }

  override end(callback?: () => void): this;
  override end(page: unknown, callback?: () => void): this;
  override end(page: unknown, encoding: BufferEncoding, callback?: () => void): this;
  override end(...given: never[]): this {
    this[runEnding]();
    return super.end(...given);
  }

  override destroy(error?: Error): this {
    this[runEnding]();
    return super.destroy(this.#told(error));
  }

  override _write(page: Page, _encoding: string, callback: Callback): void {
    if (this.#given[0] === page) this.#given.shift();
    this.#current = page;
    const done: Callback = (error) => {
      if (!error) this.#current = undefined;
      callback(this.#told(error));
    };
    if (sinkWrite.hasSubscribers) this.#traced(page, done);
    else this.store(page, done);
  }

  /** @internal */
  get [isOutOfTime](): boolean {
    return this.#isLate;
  }

  /** @internal */
  [runEnding](): void {
    if (!this.closed && !this.#isLate) this.drain.start();
  }

  /** The same where somebody hears of it: from here until the page is acknowledged, or the sink fails. */
  #traced(page: Page, done: Callback): void {
    const facts = { sink: this, page };
    page.whenStored(() => sinkWrite.asyncEnd.publish(facts));
    sinkWrite.start.publish(facts);
    this.store(page, (failure) => {
      if (failure) sinkWrite.error.publish({ ...facts, error: failure });
      done(failure);
    });
    sinkWrite.end.publish(facts);
  }

  /** An error, in the names of who set the options. */
  #told<E>(error: E): E {
    return this.#isOfFile ? error : tellBy(() => this.names, error);
  }

  *#notStored(storedOfCurrent: number): Generator<readonly [Page, number]> {
    let stored = storedOfCurrent;
    for (const page of this.#current === undefined ? this.#given : [this.#current, ...this.#given]) {
      for (let index = 0; index < page.length; index++) {
        if (page.isGap(index)) continue;
        if (stored > 0) stored -= 1;
        else yield [page, index];
      }
    }
  }

  #onTimeUp(): void {
    if (!this.isBusy) {
      this.#isDue = true;
      return;
    }
    this.#isLate = true;
    const failure = this.late();
    if (failure !== undefined) for (const callback of [...this.#owed]) callback(failure);
  }
}

const NAMES = namesIn({ drainTimeoutMs: DRAIN_TIMEOUT });
/** What closing may take after that. */
const GRACE_MS = 1_000;
