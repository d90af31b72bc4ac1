import type { Page } from '../batch/page.js';
import type { Callback } from './page-sink.js';

/** A page that a sink has taken in and not acknowledged yet, and what of it is stored. */
export class TakenPage {
  readonly page: Page;
  readonly records: number;
  readonly bytes: number;
  #state: 'under way' | 'stored' | 'failed' = 'under way';
  /** 1 for each line that is stored, where only a part is. */
  #lines: Uint8Array | undefined;
  #callbacks: Callback[] = [];
  #outcome: { readonly error?: Error } | undefined;

  constructor(page: Page) {
    this.page = page;
    // It may be released before the pages ahead of it are stored.
    this.records = page.recordsAmong();
    this.bytes = page.bytes.length;
  }

  get isUnderWay(): boolean {
    return this.#state === 'under way';
  }

  get isStored(): boolean {
    return this.#state === 'stored';
  }

  /** Whether the record at `index` is stored. */
  isStoredAt(index: number): boolean {
    return this.isStored || this.#lines?.[index] === 1;
  }

  /** These lines are stored, whatever becomes of the others. */
  storedAt(lines: readonly number[]): void {
    this.#lines ??= new Uint8Array(this.page.length);
    for (const line of lines) this.#lines[line] = 1;
  }

  /** Nothing more becomes of it: all of it is stored, or not. */
  settle(isStored: boolean): void {
    this.#state = isStored ? 'stored' : 'failed';
  }

  /** Calls back when it is acknowledged, or with an error when it will not be. */
  whenDone(callback: Callback): void {
    if (this.#outcome === undefined) this.#callbacks.push(callback);
    else callback(this.#outcome.error);
  }

  /** It is acknowledged, or will not be. */
  conclude(error?: Error): void {
    this.#outcome = error === undefined ? {} : { error };
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) callback(error);
  }
}
