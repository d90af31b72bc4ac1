import type { Agent } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import { ConfigError } from '../errors.js';
import { type Fields, field, isFunction, objectWith } from '../internal/options.js';
import { isProxySetting, PROXY_SETTING } from '../internal/proxy-address.js';

/** TLS options as of `tls.connect()`, handed on to the socket as they are. */
export interface TlsOptions
  extends Pick<
    SecureContextOptions,
    'ca' | 'cert' | 'key' | 'passphrase' | 'pfx' | 'ciphers' | 'minVersion' | 'maxVersion'
  > {
  /** The name for SNI and for the certificate check. @default the URL's host */
  readonly servername?: string | undefined;
  /** `false` accepts any certificate: for tests alone. @default true */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** What a {@link TlsProvider} is told. */
export interface TlsRequest {
  /** The address that is about to be connected to, without user info and query. */
  readonly url: string;
}

/** Asked anew before every connect, so that a certificate that was renewed meanwhile is used. */
export type TlsProvider = (request: TlsRequest) => TlsOptions | Promise<TlsOptions>;

/** The options that get a connection through to its server. */
export interface ReachOptions {
  /**
   * TLS options for `wss://`, and for the way to a proxy of `https://`, which takes no more of them than `ca`,
   * `minVersion`, `maxVersion` and `ciphers`. A function is asked at every connect. @default Node's
   */
  readonly tls?: TlsOptions | TlsProvider | undefined;
  /** The header `Origin` of the upgrade request. @default none */
  readonly origin?: string | undefined;
  /**
   * The proxy to go through: `http://`, `https://`, `socks5://`, `socks5h://` (the proxy looks names up), `socks4://` or
   * `socks4a://`, with user info where it asks for that; or `environment` for what `HTTPS_PROXY` (for `wss://`),
   * `HTTP_PROXY` (for `ws://`), `ALL_PROXY` and `NO_PROXY` say; this machine itself is reached without. The environment is
   * not looked at otherwise.
   * @default 'none'
   */
  readonly proxy?: string | undefined;
  /** An `http.Agent` or `https.Agent` of your own for the upgrade request. Not together with `proxy`. @default none */
  readonly agent?: Agent | undefined;
}

/** {@link ReachOptions} with every default filled in. */
export interface ResolvedReachOptions {
  readonly tls: TlsOptions | TlsProvider;
  readonly origin: string | undefined;
  readonly proxy: string;
  readonly agent: Agent | undefined;
}

export const REACH_FIELDS: Fields<ResolvedReachOptions> = {
  tls: field<TlsOptions | TlsProvider>(
    {},
    'an object of TLS options, or a function that returns one',
    (value) => isFunction(value) || (typeof value === 'object' && value !== null),
  ),
  origin: field<string | undefined>(
    undefined,
    'an origin such as https://example.com',
    (value) => typeof value === 'string' && isOrigin(value),
  ),
  proxy: { ...field<string>('none', PROXY_SETTING, isProxySetting), isSecret: true },
  agent: objectWith<Agent | undefined>(undefined, 'destroy'),
};

/**
 * @throws {ConfigError} when two options contradict each other
 */
export function checkReach(options: ResolvedReachOptions): void {
  if (options.agent === undefined || options.proxy === 'none') return;
  throw new ConfigError([
    { path: 'WebSocketReadable.agent', message: 'An agent finds its own way: remove `agent` or `proxy`.' },
  ]);
}

function isOrigin(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
