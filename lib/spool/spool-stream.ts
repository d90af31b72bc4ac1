import { Duplex, type TransformCallback } from 'node:stream';
import { notAPage, Page } from '../batch/page.js';
import { SinkError } from '../errors.js';
import type { Gap } from '../frame/gap.js';
import { failAfterDelivery, isAtWork, runEnding, stopUpstream, trackPipes } from '../internal/chain.js';
import type { TransformOf } from '../internal/typed-streams.js';
import { DrainClock } from '../sink/drain-clock.js';
import { countRecords } from '../sink/file-failure.js';
import type { ResolvedSpoolOptions } from './options.js';
import type { Spooling } from './spooling.js';

/** The events of what `keep()` of a spool returns, beside those of a Duplex. */
export interface SpoolEvents {
  /** Pages were dropped, or found damaged: told when what stands behind them is handed on. */
  gap: [gap: Gap];
}

/** What it is given by the spool that it belongs to. */
export interface SpoolStreamParts {
  readonly path: string;
  readonly spooling: Spooling;
  readonly options: ResolvedSpoolOptions;
  /** What to fail with when the disk does. */
  readonly toError: (cause: unknown) => Error;
}

/**
 * The stream around {@link Spooling}: pages that are written to it are on the disk when their callback comes, and come out again in
 * order, as the sink asks for them.
 */
export class SpoolStream extends Duplex {
  readonly #parts: SpoolStreamParts;
  readonly #drain: DrainClock;
  /** A page that there is no room for, or that is to go past a disk that fails. */
  #held: { readonly page: Page; readonly callback: TransformCallback } | undefined;
  #isWanted = false;
  /** Pages that were handed on, by now and when the newest one was taken in. */
  #given = 0;
  #givenBefore = 0;
  #reading: Promise<void> | undefined;
  /** All pages that it will be given were written to it. */
  #isFinished = false;
  /** Nothing is handed on any more: the time of the end of the run is up. */
  #isLate = false;
  #hasEnded = false;
  #failure: Error | undefined;

  constructor(parts: SpoolStreamParts) {
    super({ objectMode: true, writableHighWaterMark: 1, readableHighWaterMark: PAGES });
    this.#parts = parts;
    const { clock, drainTimeoutMs } = parts.options;
    this.#drain = new DrainClock({ clock, drainTimeoutMs: drainTimeoutMs * HANDING_ON }, () => this.#onTimeUp());
    parts.spooling.owner = {
      onRoom: () => this.#tryHeld(),
      onLetGo: () => this.#handOn(),
      onGap: (gap) => void this.emit('gap', gap),
      onFailed: (cause) => this.#onDiskFailed(cause),
    };
    trackPipes(this);
  }

  override _write(page: unknown, _encoding: string, callback: TransformCallback): void {
    if (!(page instanceof Page)) {
      failAfterDelivery(this, notAPage('openSpool', page));
      return;
    }
    this.#held = { page, callback };
    this.#tryHeld();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#handOn();
  }

  override _final(callback: TransformCallback): void {
    void this.#parts.spooling.finish().then(() => {
      this.#isFinished = true;
      callback();
      this.#handOn();
    });
  }

  override _destroy(error: Error | null, callback: TransformCallback): void {
    this.#drain.stop();
    if (error !== null) this.#tellKept(error);
    this.#held = undefined;
    void Promise.resolve(this.#reading).then(() => callback(error));
  }

  /** @internal */
  [runEnding](): void {
    this.#parts.spooling.end();
    if (!this.destroyed) this.#drain.start();
  }

  /** @internal */
  [isAtWork](): boolean {
    return !this.#isLate && !(this.#held === undefined && this.#parts.spooling.isAllHandedOn);
  }

  #tryHeld(): void {
    const held = this.#held;
    if (held === undefined || this.destroyed) return;
    if (this.#failure === undefined) {
      try {
        if (!this.#parts.spooling.offer(held.page)) return;
      } catch (cause) {
        this.#onDiskFailed(cause);
        return;
      }
      this.#held = undefined;
      this.#handOn();
      this.#askForMore(held.callback);
      return;
    }
    this.#handOn();
  }

  /**
   * While much waits for a sink that takes pages, the source has one turn of the event loop, and what waits has two. Else a source at
   * full speed has them wait on the disk alone, and then all that follow for good, which costs twice as much.
   */
  #askForMore(callback: TransformCallback): void {
    const isTaking = this.#given !== this.#givenBefore;
    this.#givenBefore = this.#given;
    if (isTaking && this.#parts.spooling.isCrowded) setImmediate(() => setImmediate(callback));
    else callback();
  }

  #handOn(): void {
    if (this.#reading !== undefined || this.destroyed) return;
    const { spooling } = this.#parts;
    while (this.#isFlowing) {
      const page = spooling.take();
      if (page !== undefined) this.#give(page);
      else if (spooling.isAllHandedOn) break;
      else {
        this.#read();
        return;
      }
    }
    if (this.#isFlowing && this.#failure !== undefined) this.#givePast();
    const isDone = this.#isLate || (spooling.isAllHandedOn && this.#held === undefined);
    if (isDone && this.#isFinished) this.#end();
  }

  get #isFlowing(): boolean {
    return this.#isWanted && !this.#isLate && !this.#parts.spooling.isHeld;
  }

  #read(): void {
    this.#reading = this.#parts.spooling.read().then((page) => {
      this.#reading = undefined;
      if (page !== undefined && !this.destroyed) this.#give(page);
      this.#handOn();
    });
  }

  #give(page: Page | null): void {
    if (page === null) return;
    this.#given += 1;
    this.#isWanted = this.push(page);
  }

  /** The disk fails: what comes goes past it, while the sink takes it. */
  #givePast(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#isWanted = this.push(held.page);
    // Where nobody has the source end, nothing more is taken.
    if (!this.#isFinished) held.callback();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#failure === undefined) this.push(null);
    else failAfterDelivery(this, this.#failure);
  }

  #onDiskFailed(cause: unknown): void {
    if (this.#failure !== undefined || this.destroyed) return;
    this.#failure = this.#parts.toError(cause);
    // What was received is on its way: it comes, and then the end.
    if (!stopUpstream(this, 'stopped')) this.#isFinished = true;
    this.#drain.start();
    this.#handOn();
  }

  #onTimeUp(): void {
    this.#isLate = true;
    // It was received, and there is no room for it: not on the disk, and not at the sink.
    if (this.#held !== undefined) this.destroy(this.#failure ?? this.#parts.toError(undefined));
    else this.#handOn();
  }

  /** The sink failed, or the source: what the sink has not stored is not lost. */
  #tellKept(error: Error): void {
    const { path, spooling } = this.#parts;
    const { records } = spooling.waiting;
    if (!(error instanceof SinkError) || records === 0 || this.#failure !== undefined) return;
    const { message } = error;
    error.message = `${message} The spool in ${path} keeps ${countRecords(records)} that the sink has not stored: the next run begins with them.`;
    if (error.stack !== undefined) error.stack = error.stack.replace(message, () => error.message);
  }
}

/** What `keep()` of a spool returns, as others see it. */
export type SpoolDuplex<T> = TransformOf<Page<T>, Page<T>, SpoolEvents>;

/** Pages that are handed on and not asked for yet. A page can hold a megabyte and more. */
const PAGES = 1;
/** The part of the time at the end of a run in which pages are handed on: the rest is the sink's, to store those that it has. */
const HANDING_ON = 0.8;
