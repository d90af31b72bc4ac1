import {
  ConfigError,
  DisconnectedError,
  MessageTooLargeError,
  SpillwayError,
  SubscribeError,
  type Watchdog,
} from '../../errors.js';
import { closedEarly, unreachable } from '../reach/connection-failures.js';
import type { Endpoint } from '../reach/endpoints.js';

/** How a connection ended. */
export interface ConnectionEnd {
  readonly code: number;
  readonly reason: string;
  /** Absent after a clean close of a connection that was subscribed. */
  readonly error: SpillwayError | undefined;
  /** Whether frames could come. */
  readonly wasOpen: boolean;
  /** For how long it was subscribed; `undefined` when it never was. */
  readonly openMs: number | undefined;
  /** Whether data came while it was subscribed. */
  readonly wasFed: boolean;
  /** Whether the server began to close, and not we. */
  readonly isServers: boolean;
}

/** A clock that found a connection dead. */
export interface Silence {
  readonly name: Watchdog;
  readonly ms: number;
}

/** What a {@link ConnectionEndCause} has to know of its connection. */
export interface ConnectionFacts {
  readonly endpoint: Endpoint;
  readonly maxMessageBytes: number;
  /** Whether another connection may follow. */
  readonly reconnects: boolean;
  /** The close codes that are no error where none follows. */
  readonly cleanCodes: readonly number[];
  /** Whether frames could come. */
  isOpen(): boolean;
  /** Frames received in the whole run so far. */
  frames(): number;
}

/** Why a connection ended: of all that goes wrong at an end, the first is the cause. */
export class ConnectionEndCause {
  readonly #facts: ConnectionFacts;
  #error: SpillwayError | undefined;

  constructor(facts: ConnectionFacts) {
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
    const isItself = ITSELF.some((kind) => cause instanceof kind);
    this.#error ??= isItself
      ? (cause as SpillwayError)
      : this.#disconnected(1006, '', { cause, ...(watchdog && { watchdog }) });
  }

  /** `ws` reports an error, as it does before it reports the close. */
  reported(error: Error & { code?: string }): void {
    const { endpoint, maxMessageBytes: limit, isOpen } = this.#facts;
    if (this.#error !== undefined) return;
    if (error instanceof SpillwayError) this.#error = error;
    else if (error.code !== undefined && TOO_LARGE.has(error.code))
      this.#error = new MessageTooLargeError({ url: endpoint.shownUrl, limit, cause: error });
    else if (isOpen())
      this.#error = this.#disconnected(1006, '', { cause: error, failedWith: FAILED_WITH.get(error.code ?? '') });
    else this.#error = unreachable(endpoint.url, error);
  }

  /** It is closed: an error by itself, unless the server said that all is well to one that was subscribed. */
  closed(code: number, reason: string, wasSubscribed: boolean): SpillwayError | undefined {
    const { endpoint, isOpen, reconnects, cleanCodes } = this.#facts;
    const isClean = wasSubscribed && (reconnects ? code === 1000 : cleanCodes.includes(code));
    if (this.#error !== undefined || isClean) return this.#error;
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

/** What ends a connection and is told as it is. */
const ITSELF = [MessageTooLargeError, SubscribeError, ConfigError] as const;
/** What the receiver of `ws`, or zlib, finds broken, and the close code that it answers with (RFC 6455, section 7.4.1). */
const FAILED_WITH: ReadonlyMap<string, number> = new Map([
  ['WS_ERR_EXPECTED_FIN', 1002],
  ['WS_ERR_INVALID_CLOSE_CODE', 1002],
  ['WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', 1002],
  ['WS_ERR_INVALID_OPCODE', 1002],
  ['WS_ERR_INVALID_UTF8', 1007],
  ['WS_ERR_UNEXPECTED_MASK', 1002],
  ['WS_ERR_UNEXPECTED_RSV_1', 1002],
  ['WS_ERR_UNEXPECTED_RSV_2_3', 1002],
  ['Z_DATA_ERROR', 1007],
]);
/** The latter for a length that is no safe integer. */
const TOO_LARGE: ReadonlySet<string> = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
]);
