import type { TimerHandle } from '../../internal/clock.js';
import type { Logger } from '../../internal/logger.js';
import type { Secrets } from '../../secrets/secrets.js';
import type { ConnectionStats } from '../../telemetry/stats.js';
import { type Agreed, Connection, type ConnectionHandler } from '../connection/connection.js';
import type { ConnectionEnd } from '../connection/end-cause.js';
import type { Intake } from '../intake/intake.js';
import type { ConnectionEvents, EndCause } from '../options/events.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { Endpoints } from '../reach/endpoints.js';
import type { Resume } from '../resume/resume.js';
import type { RotationHandler } from '../rotation/rotation.js';
import { RotationTimer } from '../rotation/rotation-timer.js';
import type { Subscriptions } from '../session/subscriptions.js';
import type { Lineup } from './lineup.js';
import { type Next, Reconnects } from './reconnects.js';

/** What a {@link Succession} tells its run. */
export interface SuccessionHandler {
  /** Something happened. Returns whether the run goes on, since a listener may have ended it. */
  onEvent<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): boolean;
  /** What the run does now is another thing. */
  onState(state: ConnectionStats['state']): void;
  /** No connection follows. */
  onOver(over: { readonly cause: EndCause; readonly error: Error | undefined }): void;
}

/** What a {@link Succession} is made of. */
export interface SuccessionParts {
  readonly options: ResolvedWebSocketOptions;
  readonly endpoints: Endpoints;
  /** What must not be shown. */
  readonly secrets: Secrets;
  readonly lineup: Lineup;
  readonly intake: Intake;
  readonly subscriptions: Subscriptions;
  readonly resume: Resume | undefined;
  readonly handler: SuccessionHandler;
}

/**
 * Opens one connection after the other: when one is lost, another attempt as {@link Reconnects} says; when its time has come, a
 * successor beside it. Never two attempts at once. What each is meanwhile stands in the {@link Lineup}.
 */
export class Succession implements ConnectionHandler, RotationHandler {
  /** Sockets that were opened. */
  sockets = 0;
  /** Attempts to connect after the first, without those of planned rotations. */
  reconnects = 0;
  /** Rotations that were made. */
  rotations = 0;
  readonly #parts: SuccessionParts;
  readonly #logger: Logger;
  readonly #lineup: Lineup;
  readonly #intake: Intake;
  readonly #handler: SuccessionHandler;
  readonly #policy: Reconnects;
  readonly #rotationTimer: RotationTimer;
  #retryTimer: TimerHandle;
  #attempts = 0;
  /** How a connection has ended that had taken over, while the one before it is being drained: what both brought comes first. */
  #lateEnding: ConnectionEnd | undefined;

  constructor(parts: SuccessionParts) {
    const { options, endpoints, lineup, intake, handler } = parts;
    this.#parts = parts;
    this.#logger = options.logger;
    this.#lineup = lineup;
    this.#intake = intake;
    this.#handler = handler;
    this.#policy = new Reconnects(options, endpoints);
    this.#rotationTimer = new RotationTimer(options, () => this.#rotate());
  }

  /** Makes the first attempt to connect. */
  start(): void {
    this.#connect(false);
  }

  /** Nothing more is planned: the run is over, or about to be. */
  stop(): void {
    this.#parts.options.clock.clearTimeout(this.#retryTimer);
    this.#rotationTimer.stop();
    this.#intake.rotation.lost();
  }

  /** The run is about to end: what the new connection of a rotation has brought belongs to what was received. */
  flush(): void {
    const { draining, feeding } = this.#lineup;
    const { rotation } = this.#intake;
    this.#intake.onLate(rotation.cutOff((draining ?? feeding)?.number));
    rotation.forget();
  }

  #connect(refused: boolean): void {
    this.#handler.onState('connecting');
    const connection = this.#dial(refused);
    if (connection !== undefined) this.#lineup.enter(connection, 'feeding');
  }

  /** Makes an attempt; `undefined` when a listener has ended the run. */
  #dial(refused: boolean): Connection | undefined {
    const { options, endpoints, secrets, subscriptions, resume } = this.#parts;
    this.#attempts += 1;
    const endpoint = endpoints.current;
    const attempt = this.#attempts;
    this.#logger.debug({ url: endpoint.shownUrl, attempt }, 'connecting');
    if (!this.#handler.onEvent('connecting', { url: endpoint.shownUrl, attempt })) return undefined;
    return new Connection({
      endpoint,
      attempt: { attempt, refused },
      options,
      secrets,
      subscriptions,
      cursor: resume?.begin(endpoint),
      taker: this.#intake,
      handler: this,
    });
  }

  // What the connections report.

  onUpgraded({ endpoint }: Connection, agreed: Agreed): number {
    this.sockets += 1;
    const number = this.sockets;
    const { shownUrl: url } = endpoint;
    if (agreed.protocol === '' && agreed.offered.length > 0) {
      this.#logger.warn({ url, connection: number, offered: agreed.offered }, 'no sub-protocol taken');
    }
    this.#handler.onEvent('connected', { url, connection: number, ...agreed });
    return number;
  }

  onOpen(connection: Connection): void {
    if (connection === this.#lineup.feeding) this.#handler.onState('open');
  }

  onSubscribed(connection: Connection, messages: number): void {
    const { endpoint, number } = connection;
    this.#logger.info({ url: endpoint.shownUrl, connection: number }, 'connected');
    if (!this.#handler.onEvent('subscribed', { connection: number, messages })) return;
    if (connection === this.#lineup.successor) {
      this.#intake.rotation.merge?.confirm();
      this.#policy.rotated();
      this.#lineup.takeOver();
    }
    this.#rotationTimer.plan();
  }

  onClosed(connection: Connection, ending: ConnectionEnd): void {
    if (ending.wasFed) this.#policy.fed();
    const role = this.#lineup.leave(connection);
    if (role === 'successor') this.#rotationFailed(connection, ending.error);
    else if (role === 'draining') this.#drained(connection, ending);
    else if (this.#lineup.draining === undefined) this.#lost(connection, ending);
    else this.#lateEnding = ending;
  }

  /** The connection that feeds the run has ended. */
  #lost({ endpoint, number, cursor }: Connection, ending: ConnectionEnd): void {
    const { code, reason, error, wasOpen } = ending;
    const connection = wasOpen ? number : 0;
    const { shownUrl: url } = endpoint;
    this.#lineup.lose();
    this.#rotationTimer.stop();
    this.#intake.rotation.lost();
    this.#logger.warn({ url, code, reason, err: error }, 'disconnected');
    const { frames } = this.#intake;
    if (!this.#handler.onEvent('disconnected', { url, connection, code, reason, error, frames })) return;
    const missingSince = cursor && this.#parts.resume?.lost(cursor);
    const isForgotten = cursor !== undefined && this.#parts.resume?.isForgotten(cursor, error) === true;
    const next = isForgotten ? this.#policy.afterForgotten() : this.#policy.after(ending);
    // Without a connection before and without another attempt there is only an error.
    if (next.kind === 'attempt' || (wasOpen && error !== undefined))
      this.#intake.gaps.lost(connection, ending, undefined, missingSince);
    if (isForgotten) this.#intake.gaps.cursorExpired();
    if (next.kind === 'end') {
      this.#handler.onOver({ cause: next.error === undefined ? 'closed' : 'failed', error: next.error });
      return;
    }
    // A successor that is being opened is the next attempt.
    const heir = this.#lineup.promote();
    if (heir === undefined) {
      this.#retry(next);
    } else {
      this.#handler.onState(heir.isOpen ? 'open' : 'connecting');
      this.#intake.onLate(this.#intake.rotation.release());
    }
  }

  #retry({ attempt, delayMs, refused }: Next & { kind: 'attempt' }): void {
    this.#handler.onState('waiting');
    if (!this.#handler.onEvent('reconnecting', { attempt, delayMs })) return;
    this.#retryTimer = this.#parts.options.clock.setTimeout(() => {
      this.reconnects += 1;
      this.#connect(refused);
    }, delayMs);
  }

  // Planned rotation.

  /** Opens a connection beside the one that feeds the run. */
  #rotate(): void {
    const { rotation, isOpen } = this.#intake;
    // The overlap of the rotation before would be mistaken for this one's.
    if (rotation.isUnderWay) {
      this.#rotationTimer.wait(STILL_OVERLAPPING_MS);
      return;
    }
    rotation.forget();
    const { feeding } = this.#lineup;
    if (!isOpen || feeding === undefined) return;
    if (!this.#handler.onEvent('rotating', { connection: feeding.number })) return;
    const successor = this.#dial(this.#policy.wasRotationRefused);
    if (successor === undefined) return;
    this.#lineup.enter(successor, 'successor');
    rotation.begin(successor, this);
  }

  /** The old connection has ended: its successor goes on alone. */
  #drained({ number: from }: Connection, ending: ConnectionEnd): void {
    const { rotation } = this.#intake;
    const heir = this.#lineup.feeding as Connection;
    const { number: to } = heir;
    if (rotation.merge?.isIncomplete === true) {
      this.#logger.warn({ from, to }, 'more came in a rotation than could be compared: frames may have come twice');
    }
    this.#intake.onLate(rotation.settle(from, ending));
    this.#lineup.resumeFeeding();
    this.rotations += 1;
    const goesOn = this.#handler.onEvent('rotated', { from, to });
    const late = this.#lateEnding;
    this.#lateEnding = undefined;
    if (goesOn && late !== undefined) this.#lost(heir, late);
  }

  /** The old connection goes on; another attempt to follow it comes as the reconnect table says. */
  #rotationFailed({ endpoint, cursor }: Connection, error: ConnectionEnd['error']): void {
    this.#intake.rotation.forget();
    // The connection that feeds the run says anew where it is.
    if (cursor !== undefined) this.#parts.resume?.isForgotten(cursor, error);
    let delayMs: number;
    try {
      delayMs = this.#policy.afterRotation(error).delayMs;
    } catch (wrong) {
      this.#handler.onOver({ cause: 'failed', error: wrong as Error });
      return;
    }
    this.#rotationTimer.wait(delayMs);
    this.#logger.warn({ url: endpoint.shownUrl, err: error }, 'rotation failed');
    this.#handler.onEvent('rotationFailed', { error, delayMs });
  }

  onOverfull(): void {
    const { successor } = this.#lineup;
    if (successor === undefined) {
      this.#lineup.pauseFeeding();
    } else {
      this.#lineup.abandon();
      this.#rotationFailed(successor, undefined);
    }
  }

  onCaughtUp(): void {
    this.#lineup.draining?.hurry();
  }

  pausedMs(): number {
    return this.#lineup.pausedMs;
  }
}

const STILL_OVERLAPPING_MS = 1_000;
