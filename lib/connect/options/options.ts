import { ConfigError, optionError } from '../../errors.js';
import { type FeedPosition, isPosition } from '../../frame/feed-position.js';
import { hasStraySpace } from '../../internal/address.js';
import { functionFailed, wrongResult } from '../../internal/given-function.js';
import { type Names, namesIn } from '../../internal/names.js';
import type { GivenOf, ResolvedOf, Rule } from '../../internal/options/option.js';
import { checkRules } from '../../internal/options/rules.js';
import { field, isFunction, milliseconds, objectWith, resolveOptions, wholeNumber } from '../../internal/options.js';
import { CLOCK, LOGGER } from '../../internal/service-fields.js';
import { lacksZstd, NO_ZSTD } from '../../internal/zstd.js';
import { redactUrl } from '../../secrets/redaction.js';
import type { ConnectBudget } from '../reach/connect-budget.js';
import { BACKFILL_OPTIONS, BACKFILL_RULES, type ResolvedBackfillOptions } from './backfill-options.js';
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
import { RESUME_OPTIONS, RESUME_RULES, type ResolvedResumeOptions } from './resume-options.js';
import {
  type ResolvedRotationOptions,
  ROTATION_OPTIONS,
  ROTATION_RULES,
  type RotationOptions,
} from './rotation-options.js';
import { type ResolvedSocketOptions, SOCKET_OPTIONS, SOCKET_RULES, type SocketOptions } from './socket-options.js';
import { type ResolvedSubscribeOptions, SUBSCRIBE_OPTIONS, type SubscribeOptions } from './subscribe-options.js';
import { CLIENT_OPTIONS, ENDPOINT_OPTIONS, LIFETIME_OPTIONS, REFRESH_OPTIONS } from './token-options.js';

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
  maxFrames: wholeNumber<number | undefined>(undefined, 1),
  /**
   * What `maxFrames` was called before. A configuration's `max_messages` counts records, not frames. @default none
   * @deprecated Say `maxFrames`.
   */
  maxMessages: wholeNumber<number | undefined>(undefined, 1),
  /** How long the server may take to answer our close before the socket is cut. @default 2_000 */
  closeTimeoutMs: milliseconds<number>(2_000),
  /** Ends the run at any moment; what was received is delivered first, then the stream fails with an AbortError. */
  signal: objectWith<AbortSignal | undefined>(undefined, 'addEventListener', 'removeEventListener'),
  /** The socket is paused when this many frames wait for the consumer. @default 1024 */
  highWaterMark: wholeNumber<number>(1_024, 1),
  /** What the feed is called, in gaps. @default none */
  feed: field<string | undefined>(undefined, 'a name', (value) => typeof value === 'string'),
  /**
   * Where an earlier run of the feed came to, as `openState()` knows it: frames are numbered on from there, and what was missed in
   * between is a gap with the cause `not_running`. @default none: frames are numbered from 0
   */
  position: field<FeedPosition | undefined>(
    undefined,
    'a position, as `openState()` gives it: { sequence, receivedAt }',
    isPosition,
  ),
  /** How quickly feeds may connect that share it, all together. @default none: each connects when it likes */
  connectBudget: objectWith<ConnectBudget | undefined>(undefined, 'enter'),
  /** Where randomness comes from, numbers from 0 to below 1: for tests. @default Math.random */
  random: field<() => number>(Math.random, 'a function that returns numbers from 0 to below 1', isFunction),
  /** Where to log to: anything of pino's shape. @default nothing is logged */
  logger: LOGGER,
  /** Where time comes from: for tests. @default this machine's */
  clock: CLOCK,
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
    GivenOf<typeof RESUME_OPTIONS>,
    GivenOf<typeof BACKFILL_OPTIONS>,
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
    ResolvedResumeOptions,
    ResolvedBackfillOptions,
    Omit<ResolvedOf<typeof CODE_FIELDS>, 'maxMessages'> {}

/** What `maxFrames` may be called. */
type GivenAlias = Pick<ResolvedOf<typeof CODE_FIELDS>, 'maxMessages'>;

/**
 * @throws {ConfigError} when an option is unknown or its value is not accepted
 */
export function resolveWebSocketOptions(options: WebSocketReadableOptions): ResolvedWebSocketOptions {
  const { maxMessages, ...resolved } = resolveOptions<GivenAlias & ResolvedWebSocketOptions>(OWNER, options, FIELDS);
  if (maxMessages !== undefined && resolved.maxFrames !== undefined) {
    throw optionError(`${OWNER}.maxMessages`, 'It is an old name of `maxFrames`. Remove it.');
  }
  if (resolved.requireProtocol && resolved.protocols.length === 0) {
    throw optionError(`${OWNER}.requireProtocol`, 'Without `protocols` there is none that could be taken.');
  }
  if (resolved.decompress === 'zstd' && lacksZstd()) {
    throw optionError(`${OWNER}.decompress`, `${NO_ZSTD} Run this with one of them.`);
  }
  checkReach(resolved);
  checkRules(OWNER, OPTIONS, RULES, resolved);
  const { random, maxFrames = maxMessages } = resolved;
  return { ...resolved, maxFrames, random: randomOf(random) };
}

/** What runs of the same other options may have of their own. */
export type OwnOptions = Pick<WebSocketReadableOptions, keyof typeof OWN_FIELDS>;

/**
 * Options that were resolved before, with what one run has of its own. One that has nothing has the very same object.
 *
 * @param shared resolved without any of these
 * @throws {ConfigError} when a value is not accepted
 */
export function withOwnOptions(shared: ResolvedWebSocketOptions, given: OwnOptions): ResolvedWebSocketOptions {
  const own = resolveOptions<ResolvedOf<typeof OWN_FIELDS>>(OWNER, given, OWN_FIELDS);
  const { credentials, tls, signal, feed, position, connectBudget, random } = own;
  const hasNone =
    'type' in credentials &&
    credentials.type === 'none' &&
    typeof tls === 'object' &&
    Object.keys(tls).length === 0 &&
    random === Math.random &&
    [signal, feed, position, connectBudget].every((value) => value === undefined);
  return hasNone ? shared : { ...shared, ...own, random: randomOf(random) };
}

/** What the keys of a file are called in the options of `WebSocketReadable` and of those who get tokens for it. */
export function connectNames(): Names {
  return namesIn({ ...OPTIONS, ...LIFETIME_OPTIONS, ...CLIENT_OPTIONS, ...REFRESH_OPTIONS, ...ENDPOINT_OPTIONS });
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

function randomOf(random: () => number): () => number {
  return random === Math.random ? random : () => checkedRandom(random);
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
  ...RESUME_OPTIONS,
  ...BACKFILL_OPTIONS,
};
const FIELDS = { ...OPTIONS, ...REACH_FIELDS, ...CODE_FIELDS };
const OWN_FIELDS = {
  credentials: CODE_FIELDS.credentials,
  tls: REACH_FIELDS.tls,
  signal: CODE_FIELDS.signal,
  feed: CODE_FIELDS.feed,
  position: CODE_FIELDS.position,
  connectBudget: CODE_FIELDS.connectBudget,
  random: CODE_FIELDS.random,
};
const RULES: readonly Rule<ResolvedWebSocketOptions>[] = [
  ...SOCKET_RULES,
  ...ROTATION_RULES,
  ...RECONNECT_RULES,
  ...RESUME_RULES,
  ...BACKFILL_RULES,
];
