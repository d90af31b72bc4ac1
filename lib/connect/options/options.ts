import { ConfigError, optionError } from '../../errors.js';
import { hasStraySpace } from '../../internal/address.js';
import { type Clock, systemClock } from '../../internal/clock.js';
import { functionFailed, wrongResult } from '../../internal/given-function.js';
import { type Logger, silentLogger } from '../../internal/logger.js';
import type { GivenOf, ResolvedOf, Rule } from '../../internal/options/option.js';
import { checkRules } from '../../internal/options/rules.js';
import { field, isFunction, milliseconds, objectWith, resolveOptions, wholeNumber } from '../../internal/options.js';
import { lacksZstd, NO_ZSTD } from '../../internal/zstd.js';
import { redactUrl } from '../../secrets/redaction.js';
import { type CredentialProvider, type Credentials, isCredentials } from './credentials.js';
import { INTAKE_OPTIONS, type IntakeOptions, type ResolvedIntakeOptions } from './intake-options.js';
import { LIVENESS_OPTIONS, type LivenessOptions, type ResolvedLivenessOptions } from './liveness-options.js';
import { checkReach, REACH_FIELDS, type ReachOptions, type ResolvedReachOptions } from './reach-options.js';
import {
  RECONNECT_OPTIONS,
  RECONNECT_RULES,
  type ReconnectOptions,
  type ResolvedReconnectOptions,
} from './reconnect-options.js';
import {
  type ResolvedRotationOptions,
  ROTATION_OPTIONS,
  ROTATION_RULES,
  type RotationOptions,
} from './rotation-options.js';
import { type ResolvedSocketOptions, SOCKET_OPTIONS, SOCKET_RULES, type SocketOptions } from './socket-options.js';
import { type ResolvedSubscribeOptions, SUBSCRIBE_OPTIONS, type SubscribeOptions } from './subscribe-options.js';

/** What code alone may give. */
const CODE_FIELDS = {
  /**
   * What proves who we are: a value, or a function that is asked again before every connect. Never logged.
   * @default { type: 'none' }
   */
  credentials: field<Credentials | CredentialProvider>(
    { type: 'none' },
    'credentials ({ type, … }) or a function that returns them',
    (value) => isFunction(value) || isCredentials(value),
  ),
  /** End, successfully, after this many frames. @default none */
  maxMessages: wholeNumber<number | undefined>(undefined, 1),
  /** How long the server may take to answer our close before the socket is cut. @default 2_000 */
  closeTimeoutMs: milliseconds<number>(2_000),
  /** Ends the run at any moment; what was received is delivered first, then the stream fails with an AbortError. */
  signal: objectWith<AbortSignal | undefined>(undefined, 'addEventListener', 'removeEventListener'),
  /** The socket is paused when this many frames wait for the consumer. @default 1024 */
  highWaterMark: wholeNumber<number>(1_024, 1),
  /** What the feed is called, in gaps. @default none */
  feed: field<string | undefined>(undefined, 'a name', (value) => typeof value === 'string'),
  /** Where randomness comes from, numbers from 0 to below 1: for tests. @default Math.random */
  random: field<() => number>(Math.random, 'a function that returns numbers from 0 to below 1', isFunction),
  /** Where to log to: anything of pino's shape. @default nothing is logged */
  logger: objectWith<Logger>(silentLogger, 'debug', 'info', 'warn', 'error'),
  /** Where time comes from: for tests. @default this machine's */
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};

/** Options of `WebSocketReadable`. An explicit `undefined` means the default. */
export interface WebSocketReadableOptions
  extends SocketOptions,
    LivenessOptions,
    ReachOptions,
    ReconnectOptions,
    RotationOptions,
    SubscribeOptions,
    IntakeOptions,
    GivenOf<typeof CODE_FIELDS> {}

/** The options with every default filled in. */
export interface ResolvedWebSocketOptions
  extends ResolvedSocketOptions,
    ResolvedLivenessOptions,
    ResolvedReachOptions,
    ResolvedReconnectOptions,
    ResolvedRotationOptions,
    ResolvedSubscribeOptions,
    ResolvedIntakeOptions,
    ResolvedOf<typeof CODE_FIELDS> {}

/**
 * @throws {ConfigError} when an option is unknown or its value is not accepted
 */
export function resolveWebSocketOptions(options: WebSocketReadableOptions): ResolvedWebSocketOptions {
  const resolved = resolveOptions<ResolvedWebSocketOptions>(OWNER, options, {
    ...OPTIONS,
    ...REACH_FIELDS,
    ...CODE_FIELDS,
  });
  if (resolved.requireProtocol && resolved.protocols.length === 0) {
    throw optionError(`${OWNER}.requireProtocol`, 'Without `protocols` there is none that could be taken.');
  }
  if (resolved.decompress === 'zstd' && lacksZstd()) {
    throw optionError(`${OWNER}.decompress`, `${NO_ZSTD} Run this with one of them.`);
  }
  checkReach(resolved);
  checkRules(OWNER, OPTIONS, RULES, resolved);
  const { random } = resolved;
  return random === Math.random ? resolved : { ...resolved, random: () => checkedRandom(random) };
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
  if (hasStraySpace(url) || !URL.canParse(url))
    throw optionError(
      option,
      'The address cannot be parsed. Expected ws://host/path or wss://host/path, without blanks around it.',
    );
  if (!/^wss?:$/.test(new URL(url).protocol)) {
    throw optionError(option, `Expected an address that starts with ws:// or wss://, got ${redactUrl(url)}.`);
  }
  if (new URL(url).hash !== '')
    throw new ConfigError([{ path: option, message: 'A WebSocket address has no #fragment (RFC 6455, section 3).' }]);
  return url;
}

function checkedRandom(random: () => number): number {
  let number: number;
  try {
    number = random();
  } catch (cause) {
    throw functionFailed('random', cause);
  }
  if (typeof number === 'number' && number >= 0 && number < 1) return number;
  throw wrongResult('random', number, 'a number from 0 to below 1');
}

const OWNER = 'WebSocketReadable';
const OPTIONS = {
  ...SOCKET_OPTIONS,
  ...SUBSCRIBE_OPTIONS,
  ...ROTATION_OPTIONS,
  ...LIVENESS_OPTIONS,
  ...INTAKE_OPTIONS,
  ...RECONNECT_OPTIONS,
};
const RULES: readonly Rule<ResolvedWebSocketOptions>[] = [...SOCKET_RULES, ...ROTATION_RULES, ...RECONNECT_RULES];
