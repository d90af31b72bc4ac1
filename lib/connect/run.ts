import { DisconnectedError, type SpillwayError } from '../errors.js';
import { abortError } from '../internal/abort.js';
import type { TimerHandle } from '../internal/clock.js';
import { type Agreed, Connection, type ConnectionHandler, type Ending } from './connection.js';
import { Dedupe } from './dedupe.js';
import { Endpoints } from './endpoints.js';
import type { ConnectionEvents, ConnectionStats, EndCause } from './events.js';
import type { Frame } from './frame.js';
import { type Gap, gapFrame, type Moment } from './gap.js';
import { GapRecorder } from './gap-recorder.js';
import type { Handover, HeldFrame } from './handover.js';
import { IdleClock } from './idle-clock.js';
import type { ResolvedWebSocketOptions, SubscribeMessage } from './options.js';
import type { Stretch } from './overflow-queue.js';
import { type Next, Reconnects } from './reconnects.js';
import { Rotation } from './rotation.js';
import { SequenceCheck } from './sequence-check.js';
import type { SubscribeStep } from './subscribe-options.js';
import type { NamedStep } from './subscriber.js';
import { Subscriptions } from './subscriptions.js';

/** Who consumes a run: the Readable of frames, or the fused Readable of pages. */
export interface RunHandler {
  /** A frame came. The hot path. */
  frame(frame: Frame): void;
  /** No further frame will come. With an error the run failed; without, it ended as it should. */
  ended(cause: EndCause, error: Error | undefined): void;
  /** What waits for the consumer, for events and stats. */
  buffered(): { readonly frames: number; readonly bytes: number; readonly dropped: number };
  /** Something happened on the connection. */
  event<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void;
}

/**
 * One run: connection after connection until one of its ends. It is no stream: it calls its handler, which pauses and
 * resumes it. `ended` is called exactly once, unless {@link Run.release} came before it.
 */
export class Run implements ConnectionHandler {
  readonly #endpoints: Endpoints;
  readonly #options: ResolvedWebSocketOptions;
  readonly #handler: RunHandler;
  readonly #reconnects: Reconnects;
  readonly #idle: IdleClock;
  readonly #gaps: GapRecorder;
  readonly #dedupe: Dedupe | undefined;
  readonly #sequence: SequenceCheck | undefined;
  readonly #onAbort = (): void => this.#end('aborted', abortError(this.#options.signal as AbortSignal));
  readonly #forgetStamp = (): void => {
    this.#stampedAt = 0;
  };
  readonly #subscriptions = new Subscriptions();
  #state: ConnectionStats['state'] = 'idle';
  readonly #rotation: Rotation;
  /** Every connection that is not closed and released yet. */
  readonly #live = new Set<Connection>();
  /** The one that feeds the run. */
  #connection: Connection | undefined;
  #waitTimer: TimerHandle;
  #attempts = 0;
  #rotations = 0;
  #connections = 0;
  #frames = 0;
  #bytes = 0;
  #controlFrames = 0;
  #lastFrameAt: number | undefined;
  /** When data came last, or the run began. */
  #fed: Moment = { at: 0, monotonic: 0 };
  #stampedAt = 0;
  #pausedSince: number | undefined;
  #pausedMs = 0;
  #isDestroyed = false;
  #onReleased: (() => void) | undefined;

  constructor(urls: readonly string[], options: ResolvedWebSocketOptions, handler: RunHandler) {
    this.#endpoints = new Endpoints(urls);
    this.#options = options;
    this.#handler = handler;
    this.#reconnects = new Reconnects(options, this.#endpoints);
    this.#idle = new IdleClock(options.clock, options.idleTimeoutMs, () => this.#end('idle_timeout', undefined));
    this.#gaps = new GapRecorder(options.clock, options.feed, (gap) => this.#tellGap(gap));
    this.#dedupe = options.dedupe && new Dedupe(options.dedupe);
    this.#sequence = options.sequence && new SequenceCheck(options.sequence);
    this.#rotation = new Rotation(options, {
      open: () => this.#openSuccessor(),
      swap: (successor) => this.#swap(successor),
      emit: (frame, connection) => this.#emitHeld(frame, connection),
      goOn: (heir) => this.#pausedSince === undefined && heir.resume(),
      rotated: (from, to) => this.#handler.event('rotated', { from, to }),
      failed: (error, delayMs) => this.#handler.event('rotationFailed', { error, delayMs }),
    });
  }

  /** Connects. Once. */
  start(): void {
    if (this.#state !== 'idle') return;
    const { signal } = this.#options;
    if (signal?.aborted === true) {
      this.#onAbort();
      return;
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#fed = { at: this.#options.clock.now(), monotonic: this.#options.clock.monotonic() };
    this.#idle.start();
    this.#connect(false);
  }

  /** Whether {@link start} was called. */
  get isStarted(): boolean {
    return this.#state !== 'idle';
  }

  /** A slow consumer: the socket stops reading, and the idle clock stands still. */
  pause(): void {
    if (this.#pausedSince !== undefined || this.#state === 'ended') return;
    this.#pausedSince = this.#options.clock.monotonic();
    for (const connection of this.#live) connection.pause();
    this.#idle.stop();
    this.#tellFlow('paused');
  }

  /** The consumer caught up. */
  resume(): void {
    if (this.#pausedSince === undefined || this.#state === 'ended') return;
    this.#pausedMs += this.#options.clock.monotonic() - this.#pausedSince;
    this.#pausedSince = undefined;
    this.#idle.start();
    for (const connection of this.#live) {
      // One that has taken over waits for the old one to be drained.
      if (this.#rotation.old === undefined || connection !== this.#connection) connection.resume();
    }
    this.#tellFlow('resumed');
  }

  /** Sends a subscription now, and again on each connection to come. Resolves when it was confirmed for the first time. */
  addSubscription(name: string, step: SubscribeStep): Promise<void> {
    const { named, confirmed } = this.#subscriptions.add(name, step);
    for (const connection of this.#live) if (connection !== this.#rotation.old) connection.subscribe(named);
    return confirmed;
  }

  /** Sends it on no connection to come; with a step that says so to the server now. */
  removeSubscription(name: string, step?: SubscribeStep): Promise<void> {
    const { named, confirmed } = this.#subscriptions.remove(name, step);
    let isSent = false;
    for (const connection of named === undefined ? [] : this.#live) {
      if (connection !== this.#rotation.old && connection.subscribe(named as NamedStep)) isSent = true;
    }
    return isSent ? confirmed : Promise.resolve();
  }

  /** Ends the run in good order: no frame after this, and the socket is closed with code 1000. */
  stop(cause: EndCause): void {
    this.#end(cause, undefined);
  }

  /** Ends the run with an error: what it received cannot be used. */
  fail(error: Error): void {
    this.#end('failed', error);
  }

  /** Lets go of everything. `onReleased` is called when no socket, timer or listener is left. */
  release(onReleased: () => void): void {
    this.#isDestroyed = true;
    if (!this.#isEnded()) this.#finish('destroyed', undefined);
    if (this.#live.size === 0) onReleased();
    else this.#onReleased = onReleased;
  }

  /** A snapshot of the counters. */
  get stats(): ConnectionStats {
    const { frames, bytes, dropped } = this.#handler.buffered();
    const pausedNow = this.#pausedSince === undefined ? 0 : this.#options.clock.monotonic() - this.#pausedSince;
    return {
      state: this.#state,
      frames: this.#frames,
      bytes: this.#bytes,
      controlFrames: this.#controlFrames,
      connections: this.#connections,
      reconnects: Math.max(0, this.#attempts - this.#rotations - 1),
      rotations: this.#rotation.count,
      paused: this.#pausedSince !== undefined,
      pausedMs: this.#pausedMs + pausedNow,
      bufferedFrames: frames,
      bufferedBytes: bytes,
      lastFrameAt: this.#lastFrameAt,
      gaps: this.#gaps.count,
      gapMs: this.#gaps.ms,
      dropped,
      duplicates: this.#rotation.duplicates + (this.#dedupe?.duplicates ?? 0),
      sequence: this.#sequence?.stats,
    };
  }

  // What the connection reports.

  upgraded(agreed: Agreed, { endpoint }: Connection): number {
    this.#connections += 1;
    this.#handler.event('connected', { url: endpoint.shownUrl, connection: this.#connections, ...agreed });
    return this.#connections;
  }

  opened(connection: Connection): void {
    if (connection === this.#connection) this.#state = 'open';
  }

  plan(first: readonly SubscribeMessage[]): readonly NamedStep[] {
    const { subscribe } = this.#options;
    return [
      ...first.map((send, index) => ({ name: `Message ${index + 1} of \`subscribe_messages\``, step: { send } })),
      ...subscribe.map((step, index) => ({ name: `Step ${index + 1} of \`subscribe\``, step })),
      ...this.#subscriptions.steps,
    ];
  }

  subscribed(messages: number, connection: Connection): void {
    const { endpoint, number } = connection;
    this.#options.logger.info({ url: endpoint.shownUrl, connection: number }, 'connected');
    this.#handler.event('subscribed', { connection: number, messages });
    if (this.#isEnded()) return;
    if (connection === this.#rotation.successor) this.#rotation.takeOver();
    else this.#rotation.start();
  }

  data(data: Buffer, isBinary: boolean, connection: Connection): void {
    if (this.#state !== 'open') return;
    const receivedAt = this.#stampedAt === 0 ? this.#stamp(connection) : this.#stampedAt;
    const { handover } = this.#rotation;
    if (handover !== undefined && this.#isTaken(handover, data, isBinary, receivedAt, connection)) return;
    this.#accept(data, isBinary, receivedAt, connection);
  }

  control(data: Buffer, isBinary: boolean, connection: Connection): void {
    if (this.#state !== 'open') return;
    this.#controlFrames += 1;
    this.alive();
    if (this.#options.controlFrames === 'drop') return;
    const receivedAt = this.#options.clock.now();
    const { handover } = this.#rotation;
    if (handover !== undefined && this.#isTaken(handover, data, isBinary, receivedAt, connection)) return;
    this.#take(data, isBinary, receivedAt, connection);
  }

  alive(): void {
    if (this.#options.idleReset === 'any') this.#idle.touch(this.#options.clock.monotonic());
  }

  frames(): number {
    return this.#frames;
  }

  closed(ending: Ending, connection: Connection): void {
    const heir = this.#connection as Connection;
    this.#live.delete(connection);
    if (connection === this.#rotation.successor) {
      this.#options.logger.warn({ url: connection.endpoint.shownUrl, err: ending.error }, 'rotation failed');
      this.#endpoints.turn();
      this.#rotation.fail(ending.error);
    } else if (connection === this.#rotation.old) {
      // Cut off before the server answered, as a slow consumer makes `ws` do after 30 s: there may have been more.
      if (ending.code === 1006) this.#openGap(connection.number, ending.code, undefined);
      const late = this.#rotation.drained(heir);
      if (late !== undefined && !this.#isEnded()) this.#lost(late, heir);
    } else if (this.#rotation.old === undefined) {
      this.#lost(ending, connection);
    } else {
      this.#rotation.endLater(ending);
    }
  }

  /** The connection that feeds the run has ended. */
  #lost({ code, reason, error, wasOpen, openMs }: Ending, { endpoint, number }: Connection): void {
    this.#connection = undefined;
    this.#rotation.stop();
    const { shownUrl } = endpoint;
    this.#options.logger.warn({ url: shownUrl, code, reason, err: error }, 'disconnected');
    this.#handler.event('disconnected', {
      url: shownUrl,
      connection: wasOpen ? number : 0,
      code,
      reason,
      error,
      frames: this.#frames,
    });
    // A listener may have ended the run.
    if (this.#isEnded()) return;
    const next = this.#reconnects.after({ error, openMs });
    // Without a connection before and without another attempt there is only an error.
    if (next.kind === 'attempt' || (wasOpen && error !== undefined)) this.#openGap(wasOpen ? number : 0, code, error);
    if (this.#isEnded()) return;
    if (next.kind === 'end') this.#end(next.error === undefined ? 'closed' : 'failed', next.error);
    else if (this.#rotation.successor === undefined) this.#waitFor(next);
    else this.#promote();
  }

  /** The connection was lost while a new one was being opened to take over: that is the next attempt. */
  #promote(): void {
    const heir = this.#rotation.promote() as Connection;
    this.#connection = heir;
    this.#state = heir.isOpen ? 'open' : 'connecting';
    this.#rotation.release(heir);
  }

  /** Opens a connection beside the one that feeds the run. */
  #openSuccessor(): Connection | undefined {
    if (this.#state !== 'open' || this.#connection === undefined) return undefined;
    this.#rotations += 1;
    this.#handler.event('rotating', { connection: this.#connection.number });
    return this.#isEnded() ? undefined : this.#dial(false);
  }

  /** The successor feeds the run from now on; the old connection is drained. */
  #swap(successor: Connection): Connection {
    const old = this.#connection as Connection;
    this.#connection = successor;
    old.drain();
    return old;
  }

  /** Whether a frame of two connections waits, or was emitted before. */
  #isTaken(handover: Handover, data: Buffer, isBinary: boolean, receivedAt: number, connection: Connection): boolean {
    const isTaken = handover.takes(data, isBinary, receivedAt, connection);
    this.#rotation.settle();
    const { successor } = this.#rotation;
    if (handover.isOverfull && successor !== undefined) {
      successor.close(() => this.#released(successor));
      this.#rotation.fail(undefined);
    }
    return isTaken;
  }

  #emitHeld({ data, isBinary, receivedAt }: HeldFrame, connection: Connection): void {
    if (!this.#isEnded()) this.#accept(data, isBinary, receivedAt, connection);
  }

  /** A data frame whose turn it is. */
  #accept(data: Buffer, isBinary: boolean, receivedAt: number, connection: Connection): void {
    if (this.#dedupe?.isDuplicate(data, connection.number, this.#fed.monotonic) === true) return;
    if (this.#gaps.isOpen && !this.#closeGap()) return;
    if (this.#sequence !== undefined && !this.#look(this.#sequence, data, connection.number)) return;
    this.#take(data, isBinary, receivedAt, connection);
  }

  #take(data: Buffer, isBinary: boolean, receivedAt: number, connection: Connection): void {
    const { number, endpoint, inflater } = connection;
    const sequence = this.#frames;
    this.#frames = sequence + 1;
    this.#bytes += data.length;
    this.#lastFrameAt = receivedAt;
    const frame = { data, isBinary, receivedAt, url: endpoint.frameUrl, connection: number, sequence };
    const notInflated = inflater?.failureOf(data);
    this.#handler.frame(notInflated === undefined ? frame : { ...frame, notInflated });
    if (this.#frames === this.#options.maxMessages) this.#end('max_messages', undefined);
  }

  /** A connection was lost, or, as number 0, did not come about. */
  #openGap(connection: number, code: number, error: SpillwayError | undefined): void {
    const watchdog = error instanceof DisconnectedError ? error.watchdog : undefined;
    this.#gaps.open({
      cause: connection === 0 ? 'not_connected' : (watchdog ?? 'disconnected'),
      connection,
      code: connection === 0 ? undefined : code,
      afterSequence: this.#frames === 0 ? undefined : this.#frames - 1,
      // A connection that had to be found dead has been so for longer.
      since: connection === 0 || watchdog !== undefined ? this.#fed : undefined,
    });
  }

  /** Data flows again. Returns whether the run goes on, since a listener may have ended it. */
  #closeGap(): boolean {
    this.#gaps.close(this.#frames);
    return !this.#isEnded();
  }

  /** Looks for a hole before the frame. Returns whether the run goes on, since a listener may have ended it. */
  #look(sequence: SequenceCheck, data: Buffer, connection: number): boolean {
    const hole = sequence.look(data, this.#fed);
    if (hole === undefined) return true;
    const { key, missing, since, after, before } = hole;
    const numbers = { afterSequence: after, beforeSequence: before };
    this.#gaps.add({ cause: 'sequence', connection, from: since, ...numbers, missing, key });
    return !this.#isEnded();
  }

  /** Frames were dropped for a slow consumer. Returns what stands for them between the frames, if anything does. */
  overflowed({ dropped, first, last, connection, at, isLast }: Stretch): Frame | undefined {
    const { clock } = this.#options;
    const from = { at, monotonic: clock.monotonic() - Math.max(0, clock.now() - at) };
    let stand: Frame | undefined;
    const numbers = {
      afterSequence: first === 0 ? undefined : first - 1,
      beforeSequence: isLast ? undefined : last + 1,
    };
    this.#gaps.add({ cause: 'overflow', connection, from, ...numbers, dropped }, (gap) => {
      this.#handler.event('gap', gap);
      if (this.#options.gaps === 'records')
        stand = gapFrame(gap, { url: this.#endpoints.current.frameUrl, sequence: last + 1 });
    });
    return stand;
  }

  #tellGap(gap: Gap): void {
    this.#handler.event('gap', gap);
    if (this.#options.gaps === 'events' || this.#isDestroyed) return;
    this.#handler.frame(gapFrame(gap, { url: this.#endpoints.current.frameUrl, sequence: this.#frames }));
  }

  #connect(refused: boolean): void {
    this.#state = 'connecting';
    this.#connection = this.#dial(refused);
  }

  /** Makes an attempt; `undefined` when a listener has ended the run. */
  #dial(refused: boolean): Connection | undefined {
    this.#attempts += 1;
    const endpoint = this.#endpoints.current;
    this.#options.logger.debug({ url: endpoint.shownUrl, attempt: this.#attempts }, 'connecting');
    this.#handler.event('connecting', { url: endpoint.shownUrl, attempt: this.#attempts });
    if (this.#isEnded()) return undefined;
    const connection = new Connection(endpoint, { attempt: this.#attempts, refused }, this.#options, this);
    this.#live.add(connection);
    if (this.#pausedSince !== undefined) connection.pause();
    return connection;
  }

  #released(connection: Connection): void {
    this.#live.delete(connection);
    if (this.#live.size === 0) this.#onReleased?.();
  }

  #waitFor({ attempt, delayMs, refused }: Next & { kind: 'attempt' }): void {
    this.#state = 'waiting';
    this.#handler.event('reconnecting', { attempt, delayMs });
    if (this.#isEnded()) return;
    this.#waitTimer = this.#options.clock.setTimeout(() => this.#connect(refused), delayMs);
  }

  #end(cause: EndCause, error: Error | undefined): void {
    if (this.#isEnded()) return;
    this.#finish(cause, error);
    this.#handler.ended(cause, error);
  }

  #finish(cause: EndCause, error: Error | undefined): void {
    if (this.#pausedSince !== undefined) {
      this.#pausedMs += this.#options.clock.monotonic() - this.#pausedSince;
      this.#pausedSince = undefined;
    }
    this.#state = 'ended';
    this.#gaps.close(undefined);
    this.#subscriptions.end();
    this.#rotation.stop();
    this.#idle.stop();
    this.#options.clock.clearTimeout(this.#waitTimer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    // The server need not wait until the consumer has taken what came before.
    for (const connection of this.#live) connection.close(() => this.#released(connection));
    this.#options.logger.info(
      { url: this.#endpoints.current.shownUrl, cause, frames: this.#frames, err: error },
      'ended',
    );
    this.#handler.event('ended', { cause, error });
  }

  /** A method, since the state may change in any call to the handler, which the compiler cannot know. */
  #isEnded(): boolean {
    return this.#state === 'ended';
  }

  /** The time, read once for all the frames of a chunk: they arrived together. */
  #stamp(connection: Connection): number {
    const { clock } = this.#options;
    this.#stampedAt = clock.now();
    this.#fed = { at: this.#stampedAt, monotonic: clock.monotonic() };
    this.#idle.touch(this.#fed.monotonic);
    connection.fed();
    if (connection.isSubscribed) this.#reconnects.fed();
    queueMicrotask(this.#forgetStamp);
    return this.#stampedAt;
  }

  #tellFlow(name: 'paused' | 'resumed'): void {
    const { frames, bytes } = this.#handler.buffered();
    this.#options.logger.debug({ url: this.#endpoints.current.shownUrl, frames, bytes }, name);
    this.#handler.event(name, { bufferedFrames: frames, bufferedBytes: bytes });
  }
}
