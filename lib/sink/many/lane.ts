import { finished, type Writable } from 'node:stream';
import type { Page } from '../../batch/page.js';
import { tellWritable } from '../../internal/chain.js';
import type { Callback } from '../page-sink.js';

/** Who has pages for a {@link Lane}. */
export interface LaneOwner {
  /** There may be room now. */
  onChange(): void;
  /** The sink failed, or closed before its end; what it was given and had not stored has failed, too. */
  onFailed(lane: Lane, cause: Error): void;
}

/** One of the sinks that pages are handed to: what waits for it, and what it has not stored yet. */
export class Lane {
  /** For people, as it stands within a sentence. */
  readonly name: string;
  readonly #sink: Writable;
  readonly #owner: LaneOwner;
  /** What it was given and has neither stored nor failed at. */
  readonly #given = new Set<GivenPage>();
  /** Those of them that it had no room for yet. */
  readonly #waiting: GivenPage[] = [];
  readonly #ended: Promise<void>;
  #heldBytes = 0;
  #isEnding = false;
  #isOver = false;
  #failure: Error | undefined;

  constructor(sink: Writable, name: string, owner: LaneOwner) {
    this.name = name;
    this.#sink = sink;
    this.#owner = owner;
    sink.on('drain', () => this.#handOn());
    this.#ended = new Promise((resolve) => {
      finished(sink, { readable: false }, (error) => {
        if (error) this.#fail(error);
        resolve();
      });
    });
  }

  /** Whether the sink has all that it was given, and takes more. */
  get hasRoom(): boolean {
    return this.#waiting.length === 0 && !this.#sink.writableNeedDrain;
  }

  /** Bytes of the pages that it was given and has not stored. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Why it failed, if it did. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  isOf(sink: Writable): boolean {
    return this.#sink === sink;
  }

  /**
   * Hands the sink a page as soon as it has room. Calls back once, when it has stored it or failed. The page is the sink's to
   * release: one that is not of this library may look at it for longer.
   */
  give(page: Page, callback: Callback): void {
    if (this.#failure !== undefined) {
      callback(this.#failure);
      return;
    }
    const given = { page, bytes: page.bytes.length, callback };
    this.#heldBytes += given.bytes;
    this.#given.add(given);
    this.#waiting.push(given);
    this.#handOn();
  }

  /** The run ends: what the sink was given is all that comes. */
  tellEnding(): void {
    tellWritable(this.#sink);
  }

  /** Ends the sink behind all that it was given. Resolves when it has ended, well or not. */
  end(): Promise<void> {
    this.#isEnding = true;
    this.#handOn();
    return this.#ended;
  }

  /** Resolves when the sink is closed. */
  destroy(error: Error): Promise<void> {
    this.#isOver = true;
    const sink = this.#sink;
    const closed = sink.closed ? Promise.resolve() : new Promise<void>((resolve) => sink.once('close', resolve));
    sink.destroy(error);
    return closed;
  }

  #handOn(): void {
    const sink = this.#sink;
    while (this.#waiting.length > 0 && this.#failure === undefined && !sink.writableNeedDrain) {
      const given = this.#waiting.shift()!;
      sink.write(given.page, (error) => this.#onWritten(given, error));
    }
    const isDone = this.#waiting.length === 0 && this.#failure === undefined;
    if (this.#isEnding && isDone && !sink.writableEnded) sink.end();
    this.#owner.onChange();
  }

  #onWritten(given: GivenPage, error: Error | null | undefined): void {
    if (error) {
      this.#fail(this.#sink.errored ?? error);
      return;
    }
    if (!this.#given.delete(given)) return;
    this.#heldBytes -= given.bytes;
    given.callback();
    this.#owner.onChange();
  }

  #fail(cause: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = cause;
    this.#waiting.length = 0;
    const given = [...this.#given];
    this.#given.clear();
    this.#heldBytes = 0;
    this.#sink.destroy();
    if (!this.#isOver) this.#owner.onFailed(this, cause);
    for (const { callback } of given) callback(cause);
    this.#owner.onChange();
  }
}

interface GivenPage {
  readonly page: Page;
  readonly bytes: number;
  readonly callback: Callback;
}
