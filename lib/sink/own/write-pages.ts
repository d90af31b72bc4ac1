import type { Page } from '../../batch/page.js';
import { optionError, SinkError } from '../../errors.js';
import { isPromise, wrongResult } from '../../internal/given-function.js';
import { describe, isFunction } from '../../internal/options.js';
import { AheadSink, type Failure, type LateWords } from '../ahead-sink.js';
import type { TakenPage } from '../taken-page.js';
import { type ResolvedWritePagesOptions, resolveWritePagesOptions, type WritePagesOptions } from './options.js';

/**
 * Stores a page of records: what it returns is resolved when all of it is stored, and rejected when it is not. `signal` is
 * aborted when nobody waits for that any more.
 */
export type StorePage = (page: Page, context: { readonly signal: AbortSignal }) => Promise<unknown>;

/**
 * A sink out of a function: for a database, an HTTP API, and all else that takes a promise. The next page is taken when the
 * promise of the one before is resolved, which means stored; so a slow function slows the feed down, up to the socket.
 *
 * What the function gets is the page: `page.bytes` are its records as JSON Lines, `page.records` their values, `page.messages`
 * both, with the facts of their frames. With `reusePages` the page is over once it is stored.
 *
 * When the stream is destroyed, or the run fails, the pages that are under way are waited for, and then `close` is called.
 * That takes `drainTimeoutMs` at most; then `signal` is aborted. `pipeline()` does not wait for it; the event `close` tells.
 *
 * Errors: `ERR_SINK` when the function throws or its promise is rejected, with that as its `cause`: it says how many records
 * are stored, and which are not. A page whose promise was rejected counts as not stored; nothing is tried again.
 * `ERR_CONFIG` for what is not a page, and when the function returns no promise: nothing would tell when a page is stored.
 *
 * @throws {ConfigError} when `store` is no function, or an option is not valid
 * @example
 * ```ts
 * const sink = writePages(async (page, { signal }) => {
 *   const response = await fetch(url, { method: 'POST', body: page.bytes, signal });
 *   if (!response.ok) throw new Error(`status ${response.status}`);
 * });
 * await pipeline(source.pages(), sink);
 * ```
 */
export function writePages(store: StorePage, options: WritePagesOptions = {}): WritePagesWritable {
  if (!isFunction(store)) {
    throw optionError('writePages.store', `Expected a function that stores a page, got ${describe(store)}.`);
  }
  return new WritePagesWritable(store, resolveWritePagesOptions(options));
}

/** What {@link writePages} returns. */
export class WritePagesWritable extends AheadSink {
  /** What errors call the place that the pages go to. */
  readonly target: string;
  readonly #store: StorePage;
  readonly #options: ResolvedWritePagesOptions;
  /** One for each page that is under way. */
  readonly #aborts = new Set<AbortController>();

  /** @internal */
  constructor(store: StorePage, options: ResolvedWritePagesOptions) {
    super('writePages', options);
    this.#store = store;
    this.#options = options;
    this.target = options.target;
  }

  protected override get hasRoom(): boolean {
    // Those that wait for one before them count, too: else one that hangs would let all others through.
    return this.takenPages < this.#options.concurrency;
  }

  /** @internal */
  protected override begin({ page }: TakenPage, done: (failure?: Failure) => void): void {
    const abort = new AbortController();
    let stored: unknown;
    try {
      stored = this.#store(page, { signal: abort.signal });
    } catch (cause) {
      done(this.#failed('write to', cause));
      return;
    }
    if (!isPromise(stored)) {
      const error = wrongResult('writePages.store', stored, 'a promise that is resolved when the page is stored');
      done(() => error);
      return;
    }
    this.#aborts.add(abort);
    const settled = (failure?: Failure): void => {
      this.#aborts.delete(abort);
      // Outside of the promise: what a listener throws is an uncaught exception, as with any stream.
      process.nextTick(done, failure);
    };
    stored.then(
      () => settled(),
      (cause: unknown) => settled(this.#failed('write to', cause)),
    );
  }

  protected override async endTarget(error: Error | undefined): Promise<void> {
    try {
      await this.#options.close?.(error);
    } catch (cause) {
      throw this.#failed('finish', cause)(this.balance());
    }
  }

  protected override abandon(failure: Error): void {
    for (const abort of this.#aborts) abort.abort(failure);
  }

  /** @internal */
  protected override lateWords(): LateWords {
    const { target } = this;
    const reason = this.#aborts.size > 0 ? 'the function did not store what it was given' : '`close` did not return';
    return { target, reason, advice: 'Check what it waits for' };
  }

  #failed(action: string, cause: unknown): Failure {
    const { target } = this;
    const said = cause instanceof Error ? cause.message.replace(/[.\s]+$/, '') : '';
    const reason = said === '' ? 'the function failed' : said;
    return ({ recordsWritten, undelivered, text }) =>
      new SinkError(`Cannot ${action} ${target}: ${reason}. ${text} \`cause\` is what the function failed with.`, {
        ...{ target, recordsWritten, undelivered, cause },
      });
  }
}
