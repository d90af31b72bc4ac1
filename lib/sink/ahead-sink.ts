import type { Page } from '../batch/page.js';
import type { SinkError, UndeliveredRange } from '../errors.js';
import { runEnding } from '../internal/chain.js';
import type { DrainOptions } from './drain-clock.js';
import { countRecords } from './file-failure.js';
import { type Lateness, lateError, lostText } from './late-error.js';
import { type Callback, PageSink } from './page-sink.js';
import { pageText } from './page-text.js';
import { rangesOf, recordsOf } from './ranges.js';
import { type SinkStats, settle } from './sink.js';
import { TakenPage } from './taken-page.js';

/** What is stored when a sink fails. */
export interface Balance {
  readonly recordsWritten: number;
  readonly undelivered: readonly UndeliveredRange[];
  /** The same as sentences. */
  readonly text: string;
}

/** Makes the error to fail with, once it is known what is stored. */
export type Failure = (balance: Balance) => Error;

/** What of {@link Lateness} only the sink can say. */
export type LateWords = Pick<Lateness, 'target' | 'reason' | 'advice'>;

/**
 * A sink that hands pages on to somebody who says of each, in any order, whether it is stored. It takes further pages as long
 * as there is room; pages are acknowledged in the order in which they came: by the callback of `write()`, in `stats`, and by
 * their release.
 *
 * When one fails, nothing further is taken; what is under way is waited for, for `drainTimeoutMs`, so that the error is exact.
 */
export abstract class AheadSink extends PageSink {
  readonly #name: string;
  readonly #drainTimeoutMs: number;
  /** From the oldest one that is not acknowledged, in order. */
  readonly #taken: TakenPage[] = [];
  readonly #byPage = new WeakMap<Page, TakenPage>();
  #records = 0;
  #pages = 0;
  #bytes = 0;
  #onRoom: Callback | undefined;
  /** While a page is handed on, nothing else is done: it would overtake that. */
  #isBeginning = false;
  /** What went wrong first. */
  #why: Failure | undefined;
  /** What it fails with. */
  #failure: Error | undefined;
  #onSettled: (() => void)[] = [];
  #ended: Promise<void> | undefined;

  /** @param name of the function that makes it */
  constructor(name: string, options: DrainOptions) {
    super(options);
    this.#name = name;
    this.#drainTimeoutMs = options.drainTimeoutMs;
  }

  /** What is stored by now, and all before it. */
  override get stats(): SinkStats {
    return { records: this.#records, pages: this.#pages, bytes: this.#bytes };
  }

  /** Calls back when the page is stored, not when it is taken in. */
  override write(page: unknown, callback?: (error: Error | null | undefined) => void): boolean;
  override write(
    page: unknown,
    encoding: BufferEncoding,
    callback?: (error: Error | null | undefined) => void,
  ): boolean;
  override write(page: unknown, ...rest: unknown[]): boolean {
    const callback = rest.find((each) => typeof each === 'function') as Callback | undefined;
    if (callback === undefined) return super.write(page);
    return super.write(page, (error) => {
      if (error) callback(error);
      else this.#byPage.get(page as Page)!.whenDone(callback);
    });
  }

  override _final(callback: Callback): void {
    settle(this.#finish(), this.bounded(callback));
  }

  override _destroy(error: Error | null, callback: Callback): void {
    // The error that it is destroyed with goes first: it is the reason why the run ends here.
    const ended = this.#whenSettled().then(() => this.#end(error ?? this.#failure));
    settle(
      ended,
      this.bounded((failure) => callback(error ?? failure)),
    );
  }

  /** @internal Hands a page on. `done` is to be called once: without a failure when all of it is stored. */
  protected abstract begin(taken: TakenPage, done: (failure?: Failure) => void): void;

  /** Whether a further page can be taken. When that changes by itself, {@link update} is to be called. */
  protected abstract get hasRoom(): boolean;

  /** Nothing is under way any more, and nothing further comes: ends what the pages went to. Called once. */
  protected abstract endTarget(error: Error | undefined): Promise<void>;

  /** The time is up: what is under way is waited for no longer. */
  protected abstract abandon(failure: Error): void;

  /** @internal The words for the error when the time is up. */
  protected abstract lateWords(): LateWords;

  /** Pages that are taken and not acknowledged. */
  protected get takenPages(): number {
    return this.#taken.length;
  }

  protected override get isBusy(): boolean {
    return super.isBusy || this.#taken.length > 0;
  }

  protected override store(page: Page, callback: Callback): void {
    try {
      pageText(this.#name, page, false);
    } catch (error) {
      callback(error as Error);
      return;
    }
    const taken = new TakenPage(page);
    this.#taken.push(taken);
    this.#byPage.set(page, taken);
    this.#onRoom = this.bounded(callback);
    this.#isBeginning = true;
    if (this.#why === undefined) this.begin(taken, (failure) => this.#settled(taken, failure));
    else taken.settle(false);
    this.#isBeginning = false;
    this.update();
  }

  /** @internal Takes nothing further, waits for what is under way, and fails. */
  protected fail(why: Failure): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    this[runEnding]();
    this.update();
  }

  /** Goes on, if it can: to be called when something changed. */
  protected update(): void {
    if (this.#isBeginning) return;
    this.#acknowledge();
    if (!this.#taken.some(({ isUnderWay }) => isUnderWay)) this.#tellSettled();
    if (this.#why !== undefined || !this.hasRoom) return;
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.();
  }

  /** @internal */
  protected balance(): Balance {
    const waiting = this.#taken.map(({ page }) => page);
    const isStored = (page: Page, index: number): boolean => this.#byPage.get(page)?.isStoredAt(index) === true;
    const lost = [...recordsOf([...waiting, ...this.given], isStored)];
    const stored = this.#taken.reduce((sum, taken) => sum + storedOf(taken), this.#records);
    const undelivered = rangesOf(lost);
    return {
      recordsWritten: stored,
      undelivered,
      text: `${storedText(stored)}${lostText(undelivered)}`,
    };
  }

  protected override late(): Error {
    const failure = this.#failure ?? (this.#why === undefined ? this.#lateError() : this.#why(this.balance()));
    if (this.#failure === undefined) this.#giveUp(failure);
    this.abandon(failure);
    if (!super.isBusy) this.destroy(failure);
    return failure;
  }

  #lateError(): SinkError {
    const { recordsWritten, undelivered } = this.balance();
    return lateError({
      ...this.lateWords(),
      drainTimeoutMs: this.#drainTimeoutMs,
      state: storedText(recordsWritten),
      recordsWritten,
      undelivered,
    });
  }

  async #finish(): Promise<void> {
    await this.#whenSettled();
    if (this.#failure === undefined) await this.#end();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #settled(taken: TakenPage, failure: Failure | undefined): void {
    if (!taken.isUnderWay) return;
    taken.settle(failure === undefined);
    if (failure !== undefined) this.fail(failure);
    this.update();
  }

  #acknowledge(): void {
    while (this.#taken[0]?.isStored === true) {
      const taken = this.#taken.shift()!;
      this.#records += taken.records;
      this.#pages += 1;
      this.#bytes += taken.bytes;
      taken.conclude();
      taken.page.acknowledge({});
      taken.page.release();
    }
  }

  /** Nothing is under way. */
  #tellSettled(): void {
    if (this.#why !== undefined && this.#failure === undefined) {
      const failure = this.#why(this.balance());
      const onRoom = this.#onRoom;
      this.#giveUp(failure);
      if (onRoom === undefined) this.destroy(failure);
      else onRoom(failure);
    }
    const waiting = this.#onSettled;
    this.#onSettled = [];
    for (const onSettled of waiting) onSettled();
  }

  /** What is not stored by now will not be. */
  #giveUp(failure: Error): void {
    this.#failure = failure;
    this.#onRoom = undefined;
    const taken = this.#taken.splice(0);
    for (const each of taken) {
      each.settle(each.isStored);
      each.conclude(failure);
    }
    this.#tellSettled();
  }

  #whenSettled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSettled.push(resolve);
      this.update();
    });
  }

  #end(error?: Error): Promise<void> {
    this.#ended ??= this.endTarget(error);
    return this.#ended;
  }
}

/** Records of a page that are stored. */
function storedOf(taken: TakenPage): number {
  if (taken.isStored) return taken.records;
  const { page } = taken;
  let stored = 0;
  for (let index = 0; index < page.length; index++) if (taken.isStoredAt(index) && !page.isGap(index)) stored += 1;
  return stored;
}

function storedText(records: number): string {
  if (records === 0) return 'No record of this run is stored.';
  return `Stored: ${countRecords(records)}.`;
}
