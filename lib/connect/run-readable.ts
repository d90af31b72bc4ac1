import { Readable } from 'node:stream';
import { failAfterDelivery, stopRun, trackPipes } from '../internal/chain.js';
import type { TypedEvents } from '../internal/typed-events.js';
import { BufferedSum } from './buffered-sum.js';
import type { ConnectionEvents, ConnectionStats, EndCause } from './events.js';
import type { Frame } from './frame.js';
import { checkUrls, type ResolvedWebSocketOptions } from './options.js';
import { Run } from './run.js';
import type { SubscribeStep } from './subscribe-options.js';

/** A Readable with the typed events of its run. */
const TypedReadable = Readable as unknown as new (
  ...options: ConstructorParameters<typeof Readable>
) => TypedEvents<ConnectionEvents> & Readable;

/**
 * An object-mode Readable over a {@link Run}: what the Readable of frames and the fused Readable of pages have in
 * common. It connects when somebody begins to read, holds the socket while the consumer is slow, and delivers all that
 * was received before it ends or fails.
 */
export abstract class RunReadable<T> extends TypedReadable {
  readonly #run: Run;
  readonly #maxItems: number;
  readonly #maxBytes: number;
  readonly #bytes = new BufferedSum();
  readonly #frames = new BufferedSum();

  /**
   * @throws {ConfigError} when the address is not valid
   */
  constructor(urls: string | readonly string[], options: ResolvedWebSocketOptions) {
    super({ objectMode: true, highWaterMark: options.highWaterMark });
    this.#maxItems = options.highWaterMark;
    this.#maxBytes = options.maxBufferedBytes;
    this.#run = new Run(checkUrls(urls), options, {
      frame: (frame) => this.receive(frame),
      ended: (_cause, error) => {
        this.beforeEnd();
        if (error === undefined) this.push(null);
        else failAfterDelivery(this, error);
      },
      buffered: () => ({ frames: this.#frames.of(this.readableLength), bytes: this.#bytes.of(this.readableLength) }),
      event: (name, payload) => void this.emit(name, payload),
    });
    trackPipes(this);
  }

  /** A snapshot of the counters. */
  get stats(): ConnectionStats {
    return this.#run.stats;
  }

  /** Ends the stream in good order: no frame after this, all before it are delivered, then 'end'. */
  stop(): void {
    this[stopRun]('stopped');
  }

  /**
   * Subscribes to more of the feed: the step is taken now, or when a connection is there, and again on every connection to
   * come, until {@link removeSubscription}.
   *
   * @param name a name of yours for it
   * @returns a promise that is resolved when it is confirmed for the first time, and rejected with `ERR_SUBSCRIBE` when it is
   *   not: the connection goes on without it then. It need not be looked at
   * @throws {ConfigError} when there is one of this name, or the step is none
   */
  addSubscription(name: string, step: SubscribeStep): Promise<void> {
    return this.#run.addSubscription(name, step);
  }

  /**
   * Takes a subscription back, so that it is sent on no connection to come.
   *
   * @param step what tells the server, if there is a connection; without it nothing is sent
   * @returns a promise that is resolved when the step is confirmed, and rejected with `ERR_SUBSCRIBE` when it is not. It
   *   need not be looked at
   * @throws {ConfigError} when the step is none
   */
  removeSubscription(name: string, step?: SubscribeStep): Promise<void> {
    return this.#run.removeSubscription(name, step);
  }

  // `any`, as in Readable: `pipeline()` is typed for nothing narrower.
  override read(size?: number): ReturnType<Readable['read']> {
    const item = super.read(size);
    if (this.#run.isStarted) this.#resumeIfRoom();
    return item;
  }

  override _read(): void {
    if (this.#run.isStarted) this.#resumeIfRoom();
    else this.#run.start();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#run.release(() => callback(error));
  }

  // `for await` takes the first signature; `pipeline()` is typed for the second.
  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<T>;
  override [Symbol.asyncIterator](): ReturnType<Readable[typeof Symbol.asyncIterator]>;
  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<T> {
    return super[Symbol.asyncIterator]();
  }

  /** @internal */
  [stopRun](cause: EndCause): void {
    this.#run.stop(cause);
  }

  /** A frame came. The hot path. */
  protected abstract receive(frame: Frame): void;

  /** The last chance to {@link deliver}: called once, before the end or the error. */
  protected beforeEnd(): void {}

  /** Pushes an item of so many bytes and frames; holds the socket when too much waits. */
  protected deliver(item: T, bytes: number, frames: number): void {
    this.push(item);
    const waiting = this.readableLength;
    if (waiting === 0) return;
    this.#frames.added(frames, waiting);
    if (this.#bytes.added(bytes, waiting) >= this.#maxBytes || waiting >= this.#maxItems) this.#run.pause();
  }

  /** Ends the run with an error, which is reported after all that came before it is delivered. */
  protected fail(error: Error): void {
    this.#run.fail(error);
  }

  /** Ends the run because it has all that it was to get. */
  protected complete(cause: EndCause): void {
    this.#run.stop(cause);
  }

  #resumeIfRoom(): void {
    const waiting = this.readableLength;
    if (waiting < this.#maxItems && this.#bytes.of(waiting) < this.#maxBytes) this.#run.resume();
  }
}
