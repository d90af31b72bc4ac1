import { ConnectError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import { abortError } from '../internal/abort.js';
import type { JsonCheck } from '../json/check.js';
import type { Secrets } from '../secrets/secrets.js';
import type { ConnectionStats } from '../telemetry/stats.js';
import type { Filled } from './backfill/backfill.js';
import type { RecordFinder } from './backfill/fill.js';
import { GivenRecords } from './backfill/given-records.js';
import { HttpRecords } from './backfill/http-records.js';
import { DurationLimit } from './connection/duration-limit.js';
import type { DroppedRange } from './intake/dropped-range.js';
import { type FillingRun, Intake, type RunConsumer } from './intake/intake.js';
import { type BackfillFunction, type BackfillOptions, remembered } from './options/backfill-options.js';
import type { ConnectionEvents, EndCause } from './options/events.js';
import type { ResolvedWebSocketOptions } from './options/options.js';
import type { SubscribeStep } from './options/subscribe-options.js';
import { Endpoints } from './reach/endpoints.js';
import { secretsOfRun } from './reach/secrets.js';
import { Lineup } from './reconnect/lineup.js';
import { Succession } from './reconnect/succession.js';
import { Resume } from './resume/resume.js';
import { IdleClock } from './session/idle-clock.js';
import { Subscriptions } from './session/subscriptions.js';

/** Who consumes a run: the Readable of frames, or the fused Readable of pages. */
export interface RunHandler {
  /** The check that the frames' bytes go through next, where that is known. */
  readonly check: JsonCheck | undefined;
  /** A frame came. The hot path. */
  readonly onFrame: (frame: Frame) => void;
  /** Who takes many frames at once, if anybody does. */
  runs(): RunConsumer | undefined;
  /** Nothing further is received: what was is still delivered, and then {@link onEnded} comes. */
  onEnding(): void;
  /** No further frame will come. With an error the run failed; without, it ended as it should. */
  onEnded(error: Error | undefined): void;
  /** What waits for the consumer, for events and stats. */
  buffered(): { readonly frames: number; readonly bytes: number; readonly dropped: number };
  /** Something happened on the connection. */
  onEvent<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void;
}

/**
 * One run: connection after connection until one of its ends. This is its life: what starts, pauses and ends it. Frames
 * pass through its {@link Intake}; which connection brings them stands in its {@link Lineup}, and which comes next is a matter
 * of its {@link Succession}. It is no stream: it calls its handler, which pauses and resumes it. `onEnded` is called exactly
 * once, unless {@link Run.release} came before it.
 */
export class Run {
  readonly #endpoints: Endpoints;
  readonly #options: ResolvedWebSocketOptions;
  readonly #handler: RunHandler;
  /** Those that the options ask for. */
  readonly #idle: IdleClock | undefined;
  readonly #duration: DurationLimit | undefined;
  readonly #lineup: Lineup;
  readonly #intake: Intake;
  readonly #subscriptions: Subscriptions;
  readonly #succession: Succession;
  readonly #onAbort = (): void => this.#conclude('aborted', abortError(this.#options.signal as AbortSignal));
  #state: ConnectionStats['state'] = 'idle';
  #isConcluding = false;
  /** Whether the consumer takes nothing now. */
  #isSlow = false;
  /** Ends the run, once the consumer has taken what was read before. */
  #lateEnd: (() => void) | undefined;

  constructor(urls: readonly string[], options: ResolvedWebSocketOptions, handler: RunHandler) {
    const { clock, idleTimeoutMs, maxDurationMs } = options;
    const endpoints = new Endpoints(urls);
    this.#endpoints = endpoints;
    this.#options = options;
    this.#handler = handler;
    if (idleTimeoutMs !== undefined) {
      this.#idle = new IdleClock(clock, idleTimeoutMs, () => this.#conclude('idle_timeout', undefined));
    }
    if (maxDurationMs !== undefined) {
      this.#duration = new DurationLimit(clock, maxDurationMs, () => this.#conclude('max_duration', undefined));
    }
    this.#lineup = new Lineup(clock);
    const secrets = secretsOfRun(urls, options);
    const kept = remembered(options);
    const resume = kept && new Resume(kept, options.position?.cursor, options.logger);
    this.#intake = new Intake(options, endpoints, {
      check: handler.check,
      onFrame: handler.onFrame,
      runs: () => handler.runs(),
      onGap: (gap) => handler.onEvent('gap', gap),
      onAlive: (at) => this.#idle?.touch(at),
      onFull: () => this.#end('max_messages', undefined),
      resume,
      backfill: options.backfill && this.#filling(finderOf(options.backfill, options, secrets)),
    });
    this.#subscriptions = new Subscriptions(
      options.subscribe,
      () => this.#lineup.talking(),
      (subscription, error) => {
        options.logger.warn({ subscription, err: error }, 'subscription failed');
        handler.onEvent('subscriptionFailed', { subscription, error });
      },
    );
    this.#succession = new Succession({
      options,
      endpoints,
      secrets,
      lineup: this.#lineup,
      intake: this.#intake,
      subscriptions: this.#subscriptions,
      resume,
      handler: {
        onEvent: (name, payload) => {
          handler.onEvent(name, payload);
          return !this.#isEnded() && this.#lateEnd === undefined;
        },
        onState: (state) => this.#enter(state),
        onOver: ({ cause, error }) => this.#conclude(cause, error),
      },
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
    this.#intake.start();
    this.#idle?.start();
    this.#duration?.start();
    this.#succession.start();
  }

  /** Whether {@link start} was called. */
  get isStarted(): boolean {
    return this.#state !== 'idle';
  }

  /** A slow consumer: the socket stops reading, and the idle clock stands still. */
  pause(): void {
    this.#isSlow = true;
    this.#hold();
  }

  /** The consumer caught up. */
  resume(): void {
    if (this.#isSlow) {
      this.#isSlow = false;
      // What waits for it may be too much for it once more.
      this.#intake.backfill?.goOn();
    }
    this.#goOn();
  }

  #hold(): void {
    if (this.#lineup.isPaused || this.#isEnded()) return;
    this.#lineup.pause();
    this.#idle?.stop();
    this.#tellFlow('paused');
  }

  /** Goes on, unless somebody has no room. */
  #goOn(): void {
    if (this.#isSlow || this.#intake.backfill?.isFull === true) return;
    if (!this.#lineup.isPaused || this.#isEnded()) return;
    this.#lineup.endPause();
    this.#idle?.start();
    this.#tellFlow('resumed');
    // A listener may have ended the run.
    if (this.#isEnded()) return;
    this.#lineup.resume();
    if (!this.#lineup.isPaused) this.#lateEnd?.();
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
    if (HAS_ALL.has(cause)) this.#end(cause, undefined);
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
    this.#lineup.whenReleased(onReleased);
  }

  /** Frames were dropped for a slow consumer. Returns what stands for them between the frames, if anything does. */
  overflowed(range: DroppedRange): Frame | undefined {
    return this.#intake.gaps.overflowed(range);
  }

  /** A snapshot of the counters. */
  get stats(): ConnectionStats {
    const { frames, bytes, dropped } = this.#handler.buffered();
    const { sockets, reconnects, rotations } = this.#succession;
    const { isPaused, pausedMs } = this.#lineup;
    const intake = this.#intake;
    const { withheld } = intake.rotation;
    const { held } = intake.backfill ?? NOTHING_HELD;
    return {
      state: this.#state,
      frames: intake.frames,
      bytes: intake.bytes,
      controlFrames: intake.controlFrames,
      connections: sockets,
      reconnects,
      rotations,
      paused: isPaused,
      pausedMs,
      bufferedFrames: frames + withheld.frames + held.frames,
      bufferedBytes: bytes + withheld.bytes + held.bytes,
      lastFrameAt: intake.lastFrameAt,
      gaps: intake.gaps.count,
      gapMs: intake.gaps.ms,
      gapCause: intake.gaps.cause,
      rttMs: intake.rttMs,
      dropped,
      duplicates: intake.duplicates,
      sequence: intake.sequence,
      backfilled: intake.backfill?.records,
      backfillRequests: intake.backfill?.requests,
      backfillFailures: intake.backfill?.failures,
      backfillMs: intake.backfill?.waitedMs,
    };
  }

  /** Ends it after all that it has received. A listener that hears of that cannot end it once more. */
  #conclude(cause: EndCause, error: Error | undefined): void {
    if (this.#isEnded()) return;
    if (this.#isConcluding) {
      // Who has it end now waits for nothing.
      if (!WAITS.has(cause)) this.#intake.flush();
      return;
    }
    this.#isConcluding = true;
    this.#handler.onEnding();
    const end = (): void => {
      this.#lineup.readRest();
      this.#succession.flush();
      const { backfill } = this.#intake;
      if (WAITS.has(cause) && backfill?.isOpen === true) {
        this.#succession.stop();
        this.#lineup.seal();
        backfill.whenOver(() => this.#end(cause, error));
        return;
      }
      this.#intake.flush();
      this.#end(cause, error);
    };
    // Frames wait compressed, so that memory stays flat: the consumer takes them as it can.
    if (this.#lineup.areWaiting) {
      this.#lateEnd = end;
      this.#succession.stop();
      this.#lineup.seal();
    } else end();
  }

  /** Ends it here: what else was received is not wanted. */
  #end(cause: EndCause, error: Error | undefined): void {
    if (this.#isEnded()) return;
    if (!this.#isConcluding) this.#handler.onEnding();
    this.#finish(cause, error);
    this.#handler.onEnded(error);
  }

  #finish(cause: EndCause, error: Error | undefined): void {
    this.#enter('ended');
    this.#intake.backfill?.abandon();
    this.#intake.gaps.end();
    this.#subscriptions.end();
    this.#succession.stop();
    this.#idle?.stop();
    this.#duration?.stop();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    // The server need not wait until the consumer has taken what came before.
    this.#lineup.closeAll();
    const { frames } = this.#intake;
    this.#options.logger.info({ url: this.#endpoints.current.shownUrl, cause, frames, err: error }, 'ended');
    this.#handler.onEvent('ended', { cause, error });
  }

  #enter(state: ConnectionStats['state']): void {
    this.#state = state;
    this.#intake.isOpen = state === 'open';
    this.#intake.isOver = state === 'ended';
  }

  /** What is missing is fetched, and what came meanwhile waits. */
  #filling(finder: RecordFinder): FillingRun {
    const { logger } = this.#options;
    const { shownUrl: url = this.#endpoints.current.shownUrl } = finder;
    return {
      finder,
      isSlow: () => this.#isSlow,
      onRoom: (isFull) => {
        if (isFull) this.#hold();
        else this.#goOn();
      },
      onFilled: ({ hole: { after, before, key }, brought, missing, durationMs, why }) => {
        const facts = { url, key, records: brought, missing, durationMs, why };
        if (missing === 0) logger.info(facts, 'backfilled');
        else logger.warn(facts, 'not all that was missing could be fetched');
        this.#handler.onEvent('backfilled', { ...facts, afterSequence: after, beforeSequence: before });
      },
      onMissed: (filled) => this.fail(missedError(filled, url)),
    };
  }

  /** A method, since the state may change in any call to the handler, which the compiler cannot know. */
  #isEnded(): boolean {
    return this.#state === 'ended';
  }

  #tellFlow(name: 'paused' | 'resumed'): void {
    const { frames, bytes } = this.#handler.buffered();
    this.#options.logger.debug({ url: this.#endpoints.current.shownUrl, frames, bytes }, name);
    this.#handler.onEvent(name, { bufferedFrames: frames, bufferedBytes: bytes });
  }
}

function finderOf(
  backfill: BackfillOptions | BackfillFunction,
  options: ResolvedWebSocketOptions,
  secrets: Secrets,
): RecordFinder {
  return typeof backfill === 'function'
    ? new GivenRecords(backfill, options.sequence?.path as string, secrets)
    : new HttpRecords(backfill, options, secrets);
}

function missedError({ hole: { after, before, key }, missing, why }: Filled, url: string): ConnectError {
  const whose = key === undefined ? '' : ` of ${key}`;
  const because = why === undefined ? 'its answer has not all of them' : why;
  return new ConnectError(
    `${missing} number(s)${whose} are missing between ${after} and ${before}, and cannot be had from ${url}: ${because}. Check \`backfill\`, or set its \`on_failure\` to \`gap\`.`,
    { url },
  );
}

/** Without a backfill. */
const NOTHING_HELD = { held: { frames: 0, bytes: 0 } } as const;

/** Causes that come by themselves: what is missing is waited for. */
const WAITS: ReadonlySet<EndCause> = new Set(['closed', 'failed', 'idle_timeout']);

/** Causes by which nothing further is wanted, received or not. */
const HAS_ALL: ReadonlySet<EndCause> = new Set(['max_messages', 'max_bytes', 'stop_when']);
