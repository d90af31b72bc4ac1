import { validateHeaderName, validateHeaderValue } from 'node:http';
import { ConfigError, optionError } from '../errors.js';
import { type Clock, systemClock } from '../internal/clock.js';
import { type Logger, silentLogger } from '../internal/logger.js';
import {
  type Fields,
  field,
  flag,
  isFunction,
  isTexts,
  milliseconds,
  objectWith,
  resolveOptions,
  wholeNumber,
} from '../internal/options.js';
import { redactUrl } from '../internal/redaction.js';
import { checkBackoff } from './backoff.js';
import type { CredentialProvider, Credentials } from './credentials.js';
import { INTAKE_FIELDS, type IntakeOptions, type ResolvedIntakeOptions } from './intake-options.js';
import { LIVENESS_FIELDS, type LivenessOptions, type ResolvedLivenessOptions } from './liveness-options.js';
import { checkReach, REACH_FIELDS, type ReachOptions, type ResolvedReachOptions } from './reach-options.js';
import { RECONNECT_FIELDS, type ReconnectOptions, type ResolvedReconnectOptions } from './reconnect-options.js';
import {
  checkRotation,
  type ResolvedRotationOptions,
  ROTATION_FIELDS,
  type RotationOptions,
} from './rotation-options.js';
import { type ResolvedSubscribeOptions, SUBSCRIBE_FIELDS, type SubscribeOptions } from './subscribe-options.js';

/** One subscribe message: a string goes out as a text frame, a Buffer as a binary one. */
export type SubscribeMessage = string | Buffer;

/** What a function that makes subscribe messages is told. */
export interface SubscribeRequest {
  /** The number of the connection that was just opened: 1, 2, … */
  readonly connection: number;
  readonly url: string;
}

/** Makes the subscribe messages of one connection: for signatures and timestamps. */
export type SubscribeFunction = (
  request: SubscribeRequest,
) => readonly SubscribeMessage[] | Promise<readonly SubscribeMessage[]>;

/** Options of `WebSocketReadable`. An explicit `undefined` means the default. */
export interface WebSocketReadableOptions
  extends LivenessOptions,
    ReachOptions,
    ReconnectOptions,
    RotationOptions,
    SubscribeOptions,
    IntakeOptions {
  /** Subprotocols offered to the server. @default [] */
  readonly protocols?: readonly string[] | undefined;
  /** Further headers of the upgrade request. @default {} */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * What proves who we are: a value, or a function that is asked again before every connect. Never logged.
   * @default { type: 'none' }
   */
  readonly credentials?: Credentials | CredentialProvider | undefined;
  /**
   * Sent in order after every connect and reconnect, before any frame is emitted; with `throttleMs` frames are emitted in
   * between. One that cannot be sent makes the connect a failed one. A function is asked at every connect.
   * @default []
   */
  readonly subscribeMessages?: readonly SubscribeMessage[] | SubscribeFunction | undefined;
  /** Send a WebSocket ping this often. It goes out while a slow consumer holds the socket, too. @default none */
  readonly pingIntervalMs?: number | undefined;
  /** End, successfully, after this many frames. @default none */
  readonly maxMessages?: number | undefined;
  /**
   * End, successfully, after this long without any inbound frame: data, ping and pong all count, unless `idleReset` says
   * otherwise. The clock runs on through outages, and stands still while a slow consumer holds the socket.
   * @default none
   */
  readonly idleTimeoutMs?: number | undefined;
  /** A larger message fails the connection with 1009; memory never grows past it. @default 64 MiB */
  readonly maxMessageBytes?: number | undefined;
  /** What one connect may take in all: credentials, TCP, TLS, upgrade, subscribe messages. @default 10_000 */
  readonly handshakeTimeoutMs?: number | undefined;
  /** How long the server may take to answer our close before the socket is cut. @default 2_000 */
  readonly closeTimeoutMs?: number | undefined;
  /**
   * Offer permessage-deflate (RFC 7692). It costs about forty times the work a frame, and up to 129 MiB more may wait for a slow
   * consumer. @default false
   */
  readonly perMessageDeflate?: boolean | undefined;
  /** Ends the run at any moment; what was received is delivered first, then the stream fails with an AbortError. */
  readonly signal?: AbortSignal | undefined;
  /** The socket is paused when this many frames wait for the consumer. @default 1024 */
  readonly highWaterMark?: number | undefined;
  /** The socket is paused when this many bytes wait for the consumer. @default 16 MiB */
  readonly maxBufferedBytes?: number | undefined;
  /** What the feed is called, in gaps. @default none */
  readonly feed?: string | undefined;
  /** Where to log to: anything of pino's shape. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export interface ResolvedWebSocketOptions
  extends ResolvedLivenessOptions,
    ResolvedReachOptions,
    ResolvedReconnectOptions,
    ResolvedRotationOptions,
    ResolvedSubscribeOptions,
    ResolvedIntakeOptions {
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: Credentials | CredentialProvider;
  readonly subscribeMessages: readonly SubscribeMessage[] | SubscribeFunction;
  readonly pingIntervalMs: number | undefined;
  readonly maxMessages: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly maxMessageBytes: number;
  readonly handshakeTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly perMessageDeflate: boolean;
  readonly signal: AbortSignal | undefined;
  readonly highWaterMark: number;
  readonly maxBufferedBytes: number;
  readonly feed: string | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * @throws {ConfigError} when an option is unknown or its value is not accepted
 */
export function resolveWebSocketOptions(options: WebSocketReadableOptions): ResolvedWebSocketOptions {
  const resolved = resolveOptions<ResolvedWebSocketOptions>('WebSocketReadable', options, FIELDS);
  if (resolved.pongTimeoutMs !== undefined && resolved.pingIntervalMs === undefined) {
    throw optionError('WebSocketReadable.pongTimeoutMs', 'Without `pingIntervalMs` there is no pong to wait for.');
  }
  checkReach(resolved);
  checkRotation(resolved);
  checkBackoff(resolved.reconnectBackoff, 'WebSocketReadable.reconnectBackoff');
  return resolved;
}

/**
 * The addresses that were given: one, or several that are tried in turn.
 *
 * @throws {ConfigError} when there is none, or one is no absolute `ws://` or `wss://` address
 */
export function checkUrls(urls: unknown): readonly string[] {
  if (!Array.isArray(urls)) return [checkUrl(urls, 'url')];
  if (urls.length === 0) throw optionError('url', 'Expected at least one address, got an empty array.');
  return urls.map((url, index) => checkUrl(url, `url[${index}]`));
}

function checkUrl(url: unknown, option: string): string {
  if (typeof url !== 'string' || url.trim() === '') {
    throw optionError(option, 'Expected an address that starts with ws:// or wss://, got none.');
  }
  if (!URL.canParse(url))
    throw optionError(option, 'The address cannot be parsed. Expected ws://host/path or wss://host/path.');
  if (!/^wss?:$/.test(new URL(url).protocol)) {
    throw optionError(option, `Expected an address that starts with ws:// or wss://, got ${redactUrl(url)}.`);
  }
  if (new URL(url).hash !== '')
    throw new ConfigError([{ path: option, message: 'A WebSocket address has no #fragment (RFC 6455, section 3).' }]);
  return url;
}

const FIELDS: Fields<ResolvedWebSocketOptions> = {
  protocols: field<readonly string[]>([], 'an array of subprotocol names, each once', isProtocols),
  headers: field<Readonly<Record<string, string>>>({}, 'an object of header names and their values', isHeaders),
  credentials: field<Credentials | CredentialProvider>(
    { type: 'none' },
    'credentials ({ type, … }) or a function that returns them',
    (value) => isFunction(value) || (typeof value === 'object' && value !== null && 'type' in value),
  ),
  subscribeMessages: field<readonly SubscribeMessage[] | SubscribeFunction>(
    [],
    'an array of strings and Buffers, or a function that returns one',
    (value) => isFunction(value) || isSubscribeMessages(value),
  ),
  pingIntervalMs: milliseconds<number | undefined>(undefined),
  maxMessages: wholeNumber<number | undefined>(undefined, 1),
  idleTimeoutMs: milliseconds<number | undefined>(undefined),
  ...SUBSCRIBE_FIELDS,
  ...ROTATION_FIELDS,
  ...LIVENESS_FIELDS,
  ...INTAKE_FIELDS,
  ...RECONNECT_FIELDS,
  maxMessageBytes: wholeNumber(64 * 1024 * 1024, 1, 2 ** 31 - 1),
  handshakeTimeoutMs: milliseconds(10_000),
  closeTimeoutMs: milliseconds(2_000),
  perMessageDeflate: flag(false),
  ...REACH_FIELDS,
  signal: objectWith<AbortSignal | undefined>(undefined, 'addEventListener', 'removeEventListener'),
  highWaterMark: wholeNumber(1_024, 1),
  maxBufferedBytes: wholeNumber(16 * 1024 * 1024, 1),
  feed: field<string | undefined>(undefined, 'a name', (value) => typeof value === 'string'),
  logger: objectWith<Logger>(silentLogger, 'debug', 'info', 'warn', 'error'),
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};

function isHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  try {
    for (const [name, text] of Object.entries(value)) {
      validateHeaderName(name);
      validateHeaderValue(name, text);
      if (typeof text !== 'string') return false;
    }
    return true;
  } catch {
    return false;
  }
}

function isProtocols(value: unknown): boolean {
  return (
    isTexts(value) && (value as string[]).every((name, index, all) => TOKEN.test(name) && all.indexOf(name) === index)
  );
}

/** Whether it can be sent as subscribe messages. */
export function isSubscribeMessages(value: unknown): value is readonly SubscribeMessage[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' || Buffer.isBuffer(item));
}

/** RFC 7230, section 3.2.6. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
