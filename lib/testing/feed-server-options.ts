import type { TlsOptions } from 'node:tls';
import { type Clock, systemClock } from '../internal/clock.js';
import {
  type Fields,
  field,
  flag,
  isFunction,
  isTexts,
  objectWith,
  resolveOptions,
  wholeNumber,
} from '../internal/options.js';
import type { FeedClient } from './feed-client.js';
import type { ReplayOptions } from './replay-log.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** What {@link createFeedServer} can be told. Without anything it accepts every client and stays silent. */
export interface FeedServerOptions {
  /**
   * The script: called once for each connection, after the upgrade. The connection stays open when it returns. When it
   * throws, the client gets close code 1011, and the error is kept for `server.errors` and `server.close()`; that the
   * client went away while the script was sending or waiting is no error.
   */
  readonly onConnection?: (client: FeedClient) => void | Promise<void>;
  /**
   * Has the server remember what it publishes (`server.publish()`), and go on from a cursor: a client that says one gets what follows, and
   * any other what is published from then on. With a script of its own, that calls `client.replay()`. @default none
   */
  readonly replay?: ReplayOptions;
  /**
   * Asked at each upgrade request (the first is attempt 1): a {@link Refusal} refuses it, `undefined` accepts. An error
   * is kept as the script's are, and answered with status 500.
   */
  readonly refuse?: (request: UpgradeRequest, attempt: number) => Refusal | undefined | Promise<Refusal | undefined>;
  /** Headers that an upgrade request must have, by name; it is refused with status 401 otherwise. */
  readonly requireHeader?: Readonly<Record<string, string | RegExp>>;
  /** Each upgrade request is answered, with acceptance or refusal, when the promise that this returns is resolved. */
  readonly handshakeDelay?: (request: UpgradeRequest, attempt: number) => Promise<unknown>;
  /** The subprotocols that the server speaks; the client's first that is among them is chosen. @default any */
  readonly protocols?: readonly string[];
  /** Whether pings are answered. @default true */
  readonly pongs?: boolean;
  /** Whether messages are compressed when the client offers `permessage-deflate`. @default false */
  readonly perMessageDeflate?: boolean;
  /** Serves `wss://`: `{ cert, key }`, and whatever else `node:tls` takes. @default none: `ws://` */
  readonly tls?: TlsOptions;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /**
   * Whether the server holds the process while it is open: for a program that is nothing but a server. A test that fails before
   * it closes its server would never end with `true`. @default false
   */
  readonly ref?: boolean;
  /** What paces `client.sendMany(frames, { rate })`. @default the time of this machine */
  readonly clock?: Clock;
  /** How many messages `client.received` keeps; the oldest go. @default 10,000 */
  readonly maxReceived?: number;
  /** How many bytes of messages `client.received` keeps; the oldest go. @default 4 MiB */
  readonly maxReceivedBytes?: number;
  /** A larger message from a client fails its connection with code 1009. @default 16 MiB */
  readonly maxMessageBytes?: number;
  /** How many of `server.clients` and of `server.requests` are kept; the oldest go. @default 1000 */
  readonly maxHistory?: number;
  /** Connections at a time; more are dropped at once. @default 10,000 */
  readonly maxConnections?: number;
}

/** How an upgrade is refused. */
export interface Refusal {
  /** The HTTP status, 200 to 599. */
  readonly status: number;
  /** Headers of the answer, such as `Retry-After` or `Location`. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default the status in words */
  readonly body?: string;
}

/** {@link FeedServerOptions} with its defaults. */
export type ResolvedFeedServerOptions = Required<Omit<FeedServerOptions, Optional>> & {
  readonly [K in Optional]: FeedServerOptions[K];
};

/** @throws {ConfigError} when an option is not known or has a value that is not accepted */
export function resolveFeedServerOptions(options: FeedServerOptions): ResolvedFeedServerOptions {
  return resolveOptions<ResolvedFeedServerOptions>('createFeedServer', options, FIELDS);
}

type Optional = 'replay' | 'onConnection' | 'refuse' | 'requireHeader' | 'handshakeDelay' | 'protocols' | 'tls';

const FIELDS: Fields<ResolvedFeedServerOptions> = {
  onConnection: field(undefined, 'a function', isFunction),
  replay: field<ReplayOptions | undefined>(
    undefined,
    'an object with the path of the cursor',
    // The rest is looked at when the log is made.
    (value) => typeof (value as ReplayOptions | null)?.path === 'string',
  ),
  refuse: field(undefined, 'a function', isFunction),
  requireHeader: field(undefined, 'an object of strings and regular expressions by header name', isHeaderPatterns),
  handshakeDelay: field(undefined, 'a function', isFunction),
  protocols: field(undefined, 'an array of strings', isTexts),
  pongs: flag(true),
  perMessageDeflate: flag(false),
  tls: field(undefined, 'an object with cert and key', (value) => value !== null && typeof value === 'object'),
  host: field('127.0.0.1', 'a host name or address', (value) => typeof value === 'string' && value !== ''),
  port: wholeNumber(0, 0, 65_535),
  ref: flag(false),
  clock: objectWith(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
  maxReceived: wholeNumber(10_000, 1),
  maxReceivedBytes: wholeNumber(4 * 1024 * 1024, 1),
  maxMessageBytes: wholeNumber(16 * 1024 * 1024, 1),
  maxHistory: wholeNumber(1_000, 1),
  maxConnections: wholeNumber(10_000, 1),
};

function isHeaderPatterns(value: unknown): boolean {
  return (
    value !== null &&
    typeof value === 'object' &&
    Object.values(value).every((pattern) => typeof pattern === 'string' || pattern instanceof RegExp)
  );
}
