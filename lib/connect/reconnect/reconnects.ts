import { AuthError, ConfigError, ConnectError, ReconnectExhaustedError, type SpillwayError } from '../../errors.js';
import { type Backoff, toBackoff } from '../options/backoff.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { Endpoints } from '../reach/endpoints.js';
import { type ReconnectAction, reconnectRule } from './reconnect-table.js';
import { retryAfterMs } from './retry-after.js';

/** How a connection ended, as far as it matters for the next one. */
export interface Lost {
  readonly error: SpillwayError | undefined;
  /** For how long it was open; `undefined` when it never was. */
  readonly openMs: number | undefined;
}

/** What comes after an ending. */
export type Next =
  | { readonly kind: 'end'; readonly error: SpillwayError | undefined }
  | {
      readonly kind: 'attempt';
      /** 1, 2, …: consecutive, counted anew after a data frame. */
      readonly attempt: number;
      readonly delayMs: number;
      /** Whether the credentials of the last attempt were refused. */
      readonly refused: boolean;
    };

/**
 * Decides what comes after the end of a connection, by the reconnect table, and turns to the next endpoint where that
 * says so. It counts what has failed; it has no timers.
 */
export class Reconnects {
  readonly #options: ResolvedWebSocketOptions;
  readonly #endpoints: Endpoints;
  readonly #backoff: Backoff;
  readonly #isJittered: boolean;
  /** Consecutive attempts to reconnect without a data frame in between. */
  #attempts = 0;
  /** Consecutive waits, of which the back-off makes each longer. */
  #waits = 0;
  #wasOpen = false;
  /** Consecutive rotations that failed. */
  #rotationsFailed = 0;
  /** How many of the last of them failed for what cannot get better by itself. */
  #hopeless = 0;
  /** Whether the credentials of the last attempt at a rotation were refused, so that others are asked for. */
  #wasRotationRefused = false;
  /** Endpoints given up in a row, while none was ever open. */
  #givenUp = 0;
  /** Whether the credentials of the last attempt had just been renewed, since this endpoint had refused those before. */
  #areRenewed = false;

  constructor(options: ResolvedWebSocketOptions, endpoints: Endpoints) {
    const { reconnectBackoff, random } = options;
    this.#options = options;
    this.#endpoints = endpoints;
    this.#isJittered = typeof reconnectBackoff === 'object' && reconnectBackoff.jitter !== 'none';
    this.#backoff = toBackoff(reconnectBackoff, random);
  }

  /** Data came. */
  fed(): void {
    this.#attempts = 0;
    if (this.#options.stableAfterMs === undefined) this.#waits = 0;
  }

  /** What comes after this ending. */
  after(lost: Lost): Next {
    if (!this.#options.reconnect || reconnectRule(lost.error).action === 'end')
      return { kind: 'end', error: lost.error };
    try {
      return this.#after(lost);
    } catch (error) {
      if (error instanceof ConfigError) return { kind: 'end', error };
      throw error;
    }
  }

  /** What comes after a connection whose server had forgotten from where it was to go on: another one, which does not ask for that. */
  afterForgotten(): Next {
    try {
      return { kind: 'attempt', attempt: this.#attempts + 1, delayMs: this.#backoff(1), refused: false };
    } catch (error) {
      if (error instanceof ConfigError) return { kind: 'end', error };
      throw error;
    }
  }

  #after({ error, openMs }: Lost): Next {
    const { maxReconnectAttempts, stableAfterMs, credentials } = this.#options;
    if (openMs !== undefined) {
      this.#wasOpen = true;
      this.#areRenewed = false;
    }
    if (stableAfterMs !== undefined && openMs !== undefined && openMs >= stableAfterMs) this.#waits = 0;
    const { action: rule } = reconnectRule(error);
    const areRefused = rule === 'refresh_credentials';
    const action = this.#action(rule, this.#areRenewed);
    this.#areRenewed = action === 'refresh_credentials';
    if (action === 'give_up' && this.#isTheLast()) return { kind: 'end', error };
    // An endpoint that refuses credentials is not given up yet, but it is no sign that another one may work again.
    if (action !== 'give_up' && !areRefused) this.#givenUp = 0;
    if (this.#attempts === maxReconnectAttempts) return { kind: 'end', error: this.#exhausted(error) };

    this.#attempts += 1;
    this.#waits += 1;
    this.#turn(action);
    const isAtOnce = action === 'retry_at_once' && (openMs ?? 0) >= AT_ONCE_AFTER_MS && !this.#isJittered;
    const delayMs = isAtOnce ? 0 : this.#delay(this.#waits, action, error);
    const refused = areRefused && typeof credentials === 'function';
    return { kind: 'attempt', attempt: this.#attempts, delayMs, refused };
  }

  /**
   * What comes after a new connection of a rotation has failed: the old one goes on, so nothing is given up for good.
   *
   * @throws {ConfigError} when a function that is an option is wrong, which ends the run
   */
  afterRotation(error: SpillwayError | undefined): Pick<Next & { kind: 'attempt' }, 'delayMs' | 'refused'> {
    if (error !== undefined && reconnectRule(error).action === 'end') throw error;
    this.#rotationsFailed += 1;
    const action = this.#action(reconnectRule(error).action, this.#wasRotationRefused);
    this.#wasRotationRefused = action === 'refresh_credentials';
    this.#hopeless = action === 'give_up' ? this.#hopeless + 1 : 0;
    this.#turn(action);
    const delayMs = this.#delay(this.#rotationsFailed, action, error);
    // What cannot get better by itself is not asked for again and again: that is how keys are banned.
    const isHopeless = this.#hopeless >= this.#endpoints.count;
    return { delayMs: isHopeless ? Math.max(delayMs, HOPELESS_MS) : delayMs, refused: this.#wasRotationRefused };
  }

  /** Whether the server refused the credentials of the last attempt at a rotation. */
  get wasRotationRefused(): boolean {
    return this.#wasRotationRefused;
  }

  /** A new connection of a rotation has taken over. */
  rotated(): void {
    this.#rotationsFailed = 0;
    this.#hopeless = 0;
    this.#wasRotationRefused = false;
  }

  /** Whether a run that never had a connection has no endpoint left to try. */
  #isTheLast(): boolean {
    if (this.#wasOpen) return false;
    this.#givenUp += 1;
    return this.#givenUp >= this.#endpoints.count;
  }

  /** What is done: credentials that cannot be renewed, or were renewed already, are a reason to give up. */
  #action(rule: ReconnectAction, areRenewed: boolean): ReconnectAction {
    const canBeRenewed = typeof this.#options.credentials === 'function' && !areRenewed;
    return rule === 'refresh_credentials' && !canBeRenewed ? 'give_up' : rule;
  }

  #turn(action: ReconnectAction): void {
    if (action === 'give_up' || action === 'next_endpoint') this.#endpoints.turn();
  }

  #delay(waits: number, action: ReconnectAction, error: SpillwayError | undefined): number {
    const backoffMs = this.#backoff(waits);
    const isAlone = this.#endpoints.count === 1;
    if (action !== 'retry_after' && !(action === 'next_endpoint' && isAlone)) return backoffMs;
    const header = error instanceof ConnectError || error instanceof AuthError ? error.retryAfter : undefined;
    const askedMs = header === undefined ? undefined : retryAfterMs(header, this.#options.clock.now());
    if (askedMs === undefined) return backoffMs;
    // Clients that were all told the same time must not all come at it.
    return this.#isJittered ? askedMs + backoffMs : Math.max(askedMs, backoffMs);
  }

  #exhausted(cause: SpillwayError | undefined): ReconnectExhaustedError {
    return new ReconnectExhaustedError({ url: this.#endpoints.current.shownUrl, attempts: this.#attempts, cause });
  }
}

/** So long at least is waited after a rotation that failed for what cannot get better by itself, such as a rejected login. */
const HOPELESS_MS = 600_000;
/** A server that ends each connection as soon as it is there must not be asked again and again without a wait. */
const AT_ONCE_AFTER_MS = 1_000;
