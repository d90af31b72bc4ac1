import { DisconnectedError, MessageTooLargeError, SpillwayError, SubscribeError, type Watchdog } from '../errors.js';
import { closedEarly, unreachable } from './connection-failures.js';
import type { Endpoint } from './endpoints.js';

/** How a connection ended. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  /** Absent after a close with code 1000 of a connection that was subscribed. */
  readonly error: SpillwayError | undefined;
  /** Whether frames could come. */
  readonly wasOpen: boolean;
  /** For how long it was subscribed; `undefined` when it never was. */
  readonly openMs: number | undefined;
  /** Whether the server began to close, and not we. */
  readonly isServers: boolean;
}

/** A clock that found a connection dead. */
export interface Silence {
  readonly name: Watchdog;
  readonly ms: number;
}

/** What a {@link CauseOfEnd} has to know of its connection. */
export interface EndingFacts {
  readonly endpoint: Endpoint;
  readonly maxMessageBytes: number;
  /** Whether another connection may follow. */
  readonly reconnects: boolean;
  /** Whether frames could come. */
  isOpen(): boolean;
  /** Frames received in the whole run so far. */
  frames(): number;
}

/** Why a connection ended: of all that goes wrong at an end, the first is the cause. */
export class CauseOfEnd {
  readonly #facts: EndingFacts;
  #error: SpillwayError | undefined;

  constructor(facts: EndingFacts) {
    this.#facts = facts;
  }

  /** What went wrong; `undefined` while nothing has. */
  get error(): SpillwayError | undefined {
    return this.#error;
  }

  /** It never became open. */
  failed(error: SpillwayError): void {
    this.#error ??= error;
  }

  /** We end an open connection, since it is of no use any more. */
  lost(cause: unknown, watchdog: Silence | undefined): void {
    const isItself = cause instanceof MessageTooLargeError || cause instanceof SubscribeError;
    this.#error ??= isItself ? cause : this.#disconnected(1006, '', { cause, ...(watchdog && { watchdog }) });
  }

  /** `ws` reports an error, as it does before it reports the close. */
  reported(error: Error & { code?: string }): void {
    const { endpoint, maxMessageBytes: limit, isOpen } = this.#facts;
    if (this.#error !== undefined) return;
    if (error instanceof SpillwayError) this.#error = error;
    else if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
      this.#error = new MessageTooLargeError({ url: endpoint.shownUrl, limit, cause: error });
    else if (isOpen()) this.#error = this.#disconnected(1006, '', { cause: error });
    else this.#error = unreachable(endpoint.url, error);
  }

  /** It is closed: an error by itself, unless the server said that all is well to one that was subscribed. */
  closed(code: number, reason: string, wasSubscribed: boolean): SpillwayError | undefined {
    if (this.#error !== undefined || (wasSubscribed && code === 1000)) return this.#error;
    const { endpoint, isOpen } = this.#facts;
    this.#error = isOpen() ? this.#disconnected(code, reason) : closedEarly(endpoint.url, code);
    return this.#error;
  }

  #disconnected(
    closeCode: number,
    reason: string,
    more: Partial<ConstructorParameters<typeof DisconnectedError>[0]> = {},
  ): DisconnectedError {
    const { endpoint, reconnects, frames } = this.#facts;
    const url = endpoint.shownUrl;
    return new DisconnectedError({ url, closeCode, reason, reconnects, frames: frames(), ...more });
  }
}
