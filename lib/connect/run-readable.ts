import { Readable, type ReadableOptions } from 'node:stream';
import type { Frame } from '../frame/frame.js';
import { failAfterDelivery, stopRun, tellRunEnding, trackPipes } from '../internal/chain.js';
import { tellBy } from '../internal/names.js';
import { surfaceOf } from '../internal/surface.js';
import type { ReadableOf } from '../internal/typed-streams.js';
import type { JsonCheck } from '../json/check.js';
import { closed, gapTold, opened } from '../telemetry/channels.js';
import type { ConnectionStats } from '../telemetry/stats.js';
import { BufferedSum } from './intake/buffered-sum.js';
import type { MayPass, RunConsumer } from './intake/intake.js';
import { OverflowQueue } from './intake/overflow-queue.js';
import { remembered } from './options/backfill-options.js';
import type { ConnectionEvents, EndCause } from './options/events.js';
import { checkUrls, connectNames, type ResolvedWebSocketOptions } from './options/options.js';
import type { SubscribeStep } from './options/subscribe-options.js';
import { Run } from './run.js';

/** A Readable with the typed events of its run. */
const TypedReadable = Readable as unknown as new <T>(
  options: ReadableOptions,
) => ReadableOf<T, { [K in keyof ConnectionEvents]: [event: ConnectionEvents[K]] }>;

/**
 * An object-mode Readable over a {@link Run}: what the Readable of frames and the fused Readable of pages have in
 * common. It connects when somebody begins to read, holds the socket while the consumer is slow, and delivers all that
 * was received before it ends or fails.
 */
export abstract class RunReadable<T> extends TypedReadable<T> {
  readonly #run: Run;
  readonly #maxItems: number;
  readonly #maxBytes: number;
  readonly #maxFrames: number;
  /** Where frames wait, unless `overflow` is `block`: then the socket is held. */
  readonly #queue: OverflowQueue | undefined;
  #isFull = false;
  #failure: Error | undefined;
  /** Whether its errors name what they advise as files do. */
  readonly #isOfFile: boolean;
  /** From when something waits for the first time. */
  #bytes: BufferedSum | undefined;
  /** The same; not needed where each item is one frame. */
  #frames: BufferedSum | undefined;

  /**
   * @param check the check that the frames' bytes go through next, where that is known
   * @throws {ConfigError} when the address is not valid
   */
  constructor(urls: string | readonly string[], options: ResolvedWebSocketOptions, check?: JsonCheck) {
    super({ objectMode: true, highWaterMark: options.highWaterMark });
    const { overflow, maxBufferedBytes: maxBytes, maxBufferedFrames: maxFrames } = options;
    this.#maxItems = overflow === 'block' ? options.highWaterMark : Math.min(options.highWaterMark, this.lump);
    this.#maxBytes = maxBytes;
    this.#maxFrames = maxFrames;
    if (overflow !== 'block') {
      this.#queue = new OverflowQueue(overflow, { maxFrames, maxBytes }, (range) => this.#run.overflowed(range));
    }
    this.#isOfFile = surfaceOf(options) === 'file';
    const queue = this.#queue;
    const queued = queue && this.#queuedRuns(queue, check, remembered(options) !== undefined);
    this.#run = new Run(checkUrls(urls), options, {
      check,
      onFrame: queue === undefined ? (frame) => this.receive(frame) : (frame) => this.#offer(queue, frame),
      runs: () => queued ?? this.runs,
      onEnding: () => tellRunEnding(this),
      onEnded: (error) => {
        if (this.#queue !== undefined) this.#deliverRest(this.#queue);
        this.beforeEnd(() => {
          const failure = this.#failure ?? error;
          if (failure === undefined) this.push(null);
          else failAfterDelivery(this, this.#told(failure));
        });
      },
      buffered: () => ({
        frames: this.#framesOf(this.readableLength) + (this.#queue?.frames ?? 0),
        bytes: this.#bytesOf(this.readableLength) + (this.#queue?.bytes ?? 0),
        dropped: this.#queue?.dropped ?? 0,
      }),
      onEvent: (name, payload) => {
        if ('error' in payload) this.#told(payload.error);
        publishEvent(options.feed, name, payload);
        this.emit(name, payload);
      },
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
   * come, until {@link removeSubscription}. With `throttleMs`, and behind a step that is not confirmed yet, it waits for its
   * turn. At most 10,000 are kept. One that fails is sent no more, and told by `subscriptionFailed`; but when one that was
   * confirmed before is not answered on a later connection, or its function fails, that ends the connection, and the next one
   * has it again.
   *
   * @param name a name of yours for it
   * @returns a promise that is resolved when it is confirmed for the first time, and rejected with `ERR_SUBSCRIBE` when it is
   *   not, its function fails, or it is removed before: the connection goes on without it then. It need not be looked at
   * @throws {ConfigError} when there is one of this name, there are 10,000, or the step is none
   */
  addSubscription(name: string, step: SubscribeStep): Promise<void> {
    return this.#confirmed(this.#run.addSubscription(name, step));
  }

  /**
   * Takes a subscription back, so that it is sent on no connection to come. One that still waits for its turn to be sent is
   * not sent at all, and leaves nothing behind, however fast subscriptions come and go.
   *
   * @param step what tells the server, on a connection that the subscription was sent on; without it nothing is sent
   * @returns a promise that is resolved when the step is confirmed or there is nobody to tell, and rejected with
   *   `ERR_SUBSCRIBE` when it is not confirmed. It need not be looked at
   * @throws {ConfigError} when the step is none
   */
  removeSubscription(name: string, step?: SubscribeStep): Promise<void> {
    return this.#confirmed(this.#run.removeSubscription(name, step));
  }

  override read(size?: number): T | null;
  override read(size?: number): never;
  override read(size?: number): T | null {
    const item = super.read(size);
    if (this.#run.isStarted) this.resumeIfRoom();
    return item;
  }

  override _read(): void {
    if (this.#run.isStarted) this.resumeIfRoom();
    else this.#run.start();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#run.release(() => callback(error));
  }

  /** @internal */
  [stopRun](cause: EndCause): void {
    this.#run.stop(cause);
  }

  /** A frame came. The hot path. */
  protected abstract receive(frame: Frame): void;

  /** @internal What takes many frames at once, where there is room for them. */
  protected get runs(): RunConsumer | undefined {
    return undefined;
  }

  /** Whether each item is one frame. */
  protected get isOfFrames(): boolean {
    return false;
  }

  /** How many items are handed out at a time when `overflow` is not `block`. */
  protected get lump(): number {
    return FRAMES_A_LUMP;
  }

  /** The last chance to {@link deliver}: called once, before the end or the error, which come when it calls back. */
  protected beforeEnd(done: () => void): void {
    done();
  }

  /** Whether what stands between the socket and this stream's own buffer takes more. */
  protected get hasRoom(): boolean {
    return true;
  }

  /** Pushes an item of so many bytes and frames; holds the socket when too much waits. */
  protected deliver(item: T, bytes: number, frames: number): void {
    this.push(item);
    const waiting = this.readableLength;
    if (waiting === 0) return;
    if (this.#bytes === undefined) {
      this.#bytes = new BufferedSum();
      if (!this.isOfFrames) this.#frames = new BufferedSum();
    }
    const tooMany = (this.#frames?.added(frames, waiting) ?? waiting) >= this.#maxFrames;
    const isFull = this.#bytes.added(bytes, waiting) >= this.#maxBytes || waiting >= this.#maxItems || tooMany;
    if (isFull) this.hold();
  }

  /** Takes nothing further in, before {@link resumeIfRoom}. */
  protected hold(): void {
    if (this.#queue === undefined) this.#run.pause();
    else this.#isFull = true;
  }

  /** Goes on, unless there is no room. */
  protected resumeIfRoom(): void {
    if (!this.hasRoom) return;
    const waiting = this.readableLength;
    if (this.#queue !== undefined) {
      // In lumps, so that what is dropped between them is one range.
      if (waiting === 0) this.#isFull = false;
      this.#drain(this.#queue);
      return;
    }
    const hasRoom = this.#bytesOf(waiting) < this.#maxBytes && this.#framesOf(waiting) < this.#maxFrames;
    if (waiting < this.#maxItems && hasRoom) this.#run.resume();
  }

  /** Ends the run with an error, which is reported after all that came before it is delivered. */
  protected fail(error: Error): void {
    this.#queue?.clear();
    // The run may be over already, and what it delivers at its end fail.
    this.#failure ??= error;
    this.#run.fail(error);
  }

  /** Ends the run because it has all that it was to get. */
  protected complete(cause: EndCause): void {
    this.#queue?.end();
    this.#queue?.clear();
    this.#run.stop(cause);
  }

  /** An error, in the names of who set the options. */
  #told<E>(error: E): E {
    return this.#isOfFile ? error : tellBy(connectNames, error);
  }

  /** The same of a promise that need not be looked at. */
  #confirmed(confirmation: Promise<void>): Promise<void> {
    const told = confirmation.catch((error) => {
      throw this.#told(error);
    });
    told.catch(() => {});
    return told;
  }

  #bytesOf(waiting: number): number {
    return this.#bytes?.of(waiting) ?? 0;
  }

  #framesOf(waiting: number): number {
    return this.#frames?.of(waiting) ?? waiting;
  }

  #offer(queue: OverflowQueue, frame: Frame): void {
    if (!this.#isFull && queue.isIdle) {
      this.receive(frame);
      return;
    }
    queue.offer(frame);
    this.#drain(queue);
  }

  /** Many frames at once have the same way as one: to the consumer while it takes them, else into the queue. */
  #queuedRuns(queue: OverflowQueue, check: JsonCheck | undefined, isResumed: boolean): RunConsumer {
    const passing = (mayPass: MayPass | undefined): MayPass | undefined =>
      mayPass && ((bytes, start, end) => check?.check(bytes, start, end) === true && mayPass(bytes, start, end));
    let isPast = false;
    return {
      onRun: (run, first, most, mayPass) => {
        isPast = !this.#isFull && queue.isIdle;
        if (isPast) this.runs?.onRun(run, first, most, mayPass);
        // One by one, each has its cursor.
        else if (!isResumed) queue.offerRun(run, first, most, passing(mayPass));
      },
      onCounted: (cursor) => {
        if (isPast) this.runs?.onCounted(cursor);
        else this.#drain(queue);
      },
    };
  }

  #drain(queue: OverflowQueue): void {
    while (!this.#isFull && !queue.isIdle) {
      const frame = queue.shift();
      if (frame === undefined) return;
      this.receive(frame);
    }
  }

  /** At the end all that was received and not dropped is delivered, whether there is room or not. */
  #deliverRest(queue: OverflowQueue): void {
    queue.end();
    for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) this.receive(frame);
  }
}

function publishEvent(feed: string | undefined, name: keyof ConnectionEvents, payload: object): void {
  if (name === 'connected' && opened.hasSubscribers) opened.publish({ feed, ...payload });
  if (name === 'disconnected' && closed.hasSubscribers) closed.publish({ feed, ...payload });
  if (name === 'gap' && gapTold.hasSubscribers) gapTold.publish({ feed, gap: payload });
}

/** Frames that a consumer by hand is given at a time when others may be dropped. */
const FRAMES_A_LUMP = 64;
