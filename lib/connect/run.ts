import { abortError } from '../internal/abort.js';
import type { JsonCheck } from '../json/check.js';
import { Endpoints } from './endpoints.js';
import type { ConnectionEvents, ConnectionStats, EndCause } from './events.js';
import type { Frame } from './frame.js';
import { IdleClock } from './idle-clock.js';
import { Intake } from './intake.js';
import type { ResolvedWebSocketOptions } from './options.js';
import { Rotation } from './rotation.js';
import { secretsOfRun } from './secrets.js';
import type { Stretch } from './stretch.js';
import type { SubscribeStep } from './subscribe-options.js';
import { Subscriptions } from './subscriptions.js';
import { Succession } from './succession.js';

/** Who consumes a run: the Readable of frames, or the fused Readable of pages. */
export interface RunHandler {
  /** The check that the frames' bytes go through next, where that is known. */
  readonly check: JsonCheck | undefined;
  /** A frame came. The hot path. */
  readonly frame: (frame: Frame) => void;
  /** No further frame will come. With an error the run failed; without, it ended as it should. */
  ended(cause: EndCause, error: Error | undefined): void;
  /** What waits for the consumer, for events and stats. */
  buffered(): { readonly frames: number; readonly bytes: number; readonly dropped: number };
  /** Something happened on the connection. */
  event<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void;
}

/**
 * One run: connection after connection until one of its ends. This is its life: what starts, holds and ends it. Frames
 * pass through its {@link Intake}; which connection brings them is a matter of the {@link Succession}. It is no stream: it
 * calls its handler, which pauses and resumes it. `ended` is called exactly once, unless {@link Run.release} came before it.
 */
export class Run {
  readonly #endpoints: Endpoints;
  readonly #options: ResolvedWebSocketOptions;
  readonly #handler: RunHandler;
  readonly #idle: IdleClock;
  readonly #rotation: Rotation;
  readonly #intake: Intake;
  readonly #succession: Succession;
  readonly #subscriptions: Subscriptions;
  readonly #onAbort = (): void => this.#conclude('aborted', abortError(this.#options.signal as AbortSignal));
  #state: ConnectionStats['state'] = 'idle';
  #isConcluding = false;
  /** Ends the run, once the consumer has taken what was read before. */
  #lateEnd: (() => void) | undefined;

  constructor(urls: readonly string[], options: ResolvedWebSocketOptions, handler: RunHandler) {
    const { clock, idleTimeoutMs } = options;
    const endpoints = new Endpoints(urls);
    this.#endpoints = endpoints;
    this.#options = options;
    this.#handler = handler;
    this.#idle = new IdleClock(clock, idleTimeoutMs, () => this.#conclude('idle_timeout', undefined));
    const rotation = new Rotation(options, {
      open: () => this.#succession.openSuccessor(),
      swap: (successor) => this.#succession.swap(successor),
      emit: (frame, connection) => this.#intake.late(frame, connection),
      goOn: (heir) => !this.#succession.connections.isHeld && heir.resume(),
      heldMs: () => this.#succession.connections.heldMs,
      rotated: (from, to) => handler.event('rotated', { from, to }),
      blurred: (from, to) => this.#succession.blurred(from, to),
      missed: ({ connection, code, since }) => this.#intake.gaps.lost(connection, { code, error: undefined }, since),
      abandon: (successor) => this.#succession.abandon(successor),
    });
    const intake = new Intake(options, endpoints, rotation, {
      check: handler.check,
      frame: handler.frame,
      gap: (gap) => handler.event('gap', gap),
      touched: (at) => this.#idle.touch(at),
      fed: (connection) => this.#succession.fed(connection),
      full: () => this.#end('max_messages', undefined),
    });
    this.#rotation = rotation;
    this.#intake = intake;
    this.#succession = new Succession({
      options,
      endpoints,
      secrets: secretsOfRun(urls, options),
      rotation,
      intake,
      event: (name, payload) => handler.event(name, payload),
      plan: (first) => this.#subscriptions.plan(first),
      entered: (state) => this.#enter(state),
      isEnded: () => this.#isEnded() || this.#lateEnd !== undefined,
      over: (cause, error) => this.#conclude(cause, error),
    });
    this.#subscriptions = new Subscriptions(
      options.subscribe,
      () => this.#succession.talking(),
      (subscription, error) => {
        options.logger.warn({ subscription, err: error }, 'subscription failed');
        handler.event('subscriptionFailed', { subscription, error });
      },
    );
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
    this.#intake.start();
    this.#idle.start();
    this.#succession.connect(false);
  }

  /** Whether {@link start} was called. */
  get isStarted(): boolean {
    return this.#state !== 'idle';
  }

  /** A slow consumer: the socket stops reading, and the idle clock stands still. */
  pause(): void {
    if (this.#succession.connections.isHeld || this.#isEnded()) return;
    this.#succession.connections.hold();
    this.#idle.stop();
    this.#tellFlow('paused');
  }

  /** The consumer caught up. */
  resume(): void {
    const { connections } = this.#succession;
    if (!connections.isHeld || this.#isEnded()) return;
    connections.letGo();
    this.#idle.start();
    this.#tellFlow('resumed');
    // A listener may have ended the run.
    if (this.#isEnded()) return;
    this.#succession.goOn();
    if (!connections.isHeld) this.#lateEnd?.();
  }

  /** Sends a subscription now, and again on each connection to come. Resolves when it was confirmed for the first time. */
  addSubscription(name: string, step: SubscribeStep): Promise<void> {
    return this.#subscriptions.add(name, step);
  }

  /** Sends it on no connection to come; with a step that says so to the server now. */
  removeSubscription(name: string, step?: SubscribeStep): Promise<void> {
    return this.#subscriptions.remove(name, step);
  }

  /** Ends the run in good order: no frame after this, and the socket is closed with code 1000. */
  stop(cause: EndCause): void {
    if (cause === 'max_messages') this.#end(cause, undefined);
    else this.#conclude(cause, undefined);
  }

  /** Ends the run with an error: what it received cannot be used. */
  fail(error: Error): void {
    this.#end('failed', error);
  }

  /** Lets go of everything. `onReleased` is called when no socket, timer or listener is left. */
  release(onReleased: () => void): void {
    this.#intake.gaps.placeNoMore();
    if (!this.#isEnded()) this.#finish('destroyed', undefined);
    this.#succession.connections.whenReleased(onReleased);
  }

  /** Frames were dropped for a slow consumer. Returns what stands for them between the frames, if anything does. */
  overflowed(stretch: Stretch): Frame | undefined {
    return this.#intake.gaps.overflowed(stretch);
  }

  /** A snapshot of the counters. */
  get stats(): ConnectionStats {
    const { frames, bytes, dropped } = this.#handler.buffered();
    const { held } = this.#rotation;
    const { connections, sockets, reconnects } = this.#succession;
    const intake = this.#intake;
    return {
      state: this.#state,
      frames: intake.frames,
      bytes: intake.bytes,
      controlFrames: intake.controlFrames,
      connections: sockets,
      reconnects,
      rotations: this.#rotation.count,
      paused: connections.isHeld,
      pausedMs: connections.heldMs,
      bufferedFrames: frames + held.frames,
      bufferedBytes: bytes + held.bytes,
      lastFrameAt: intake.lastFrameAt,
      gaps: intake.gaps.count,
      gapMs: intake.gaps.ms,
      dropped,
      duplicates: this.#rotation.duplicates + intake.duplicates,
      sequence: intake.sequence,
    };
  }

  /** Ends it after all that it has received. A listener that hears of that cannot end it once more. */
  #conclude(cause: EndCause, error: Error | undefined): void {
    if (this.#isConcluding || this.#isEnded()) return;
    this.#isConcluding = true;
    const { connections } = this.#succession;
    const end = (): void => {
      connections.takeRest();
      this.#succession.flush();
      this.#end(cause, error);
    };
    // Frames wait compressed, so that memory stays flat: the consumer takes them as it can.
    if (connections.areWaiting) {
      this.#lateEnd = end;
      this.#rotation.stop();
      connections.seal();
    } else end();
  }

  /** Ends it here: what else was received is not wanted. */
  #end(cause: EndCause, error: Error | undefined): void {
    if (this.#isEnded()) return;
    this.#finish(cause, error);
    this.#handler.ended(cause, error);
  }

  #finish(cause: EndCause, error: Error | undefined): void {
    this.#enter('ended');
    this.#intake.gaps.end();
    this.#subscriptions.end();
    this.#rotation.stop();
    this.#idle.stop();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    // The server need not wait until the consumer has taken what came before.
    this.#succession.connections.closeAll();
    const { frames } = this.#intake;
    this.#options.logger.info({ url: this.#endpoints.current.shownUrl, cause, frames, err: error }, 'ended');
    this.#handler.event('ended', { cause, error });
  }

  #enter(state: ConnectionStats['state']): void {
    this.#state = state;
    this.#intake.isOpen = state === 'open';
  }

  /** A method, since the state may change in any call to the handler, which the compiler cannot know. */
  #isEnded(): boolean {
    return this.#state === 'ended';
  }

  #tellFlow(name: 'paused' | 'resumed'): void {
    const { frames, bytes } = this.#handler.buffered();
    this.#options.logger.debug({ url: this.#endpoints.current.shownUrl, frames, bytes }, name);
    this.#handler.event(name, { bufferedFrames: frames, bufferedBytes: bytes });
  }
}
