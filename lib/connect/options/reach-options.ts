import type { Agent } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import { ConfigError } from '../../errors.js';
import { own, secret } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { field, isFunction, objectWith } from '../../internal/options.js';
import { isProxySetting, PROXY_SETTING } from '../../internal/proxy-address.js';

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

/** The options that get a connection through to its server, and that a configuration has as code has them. */
export const REACH_OPTIONS = {
  /** The header `Origin` of the upgrade request. @default none */
  origin: own(
    field<string | undefined>(
      undefined,
      'an origin such as https://example.com',
      (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
    ),
    {
      title: 'Origin',
      description: 'The header `Origin` of the upgrade request, which some servers ask for.',
      type: 'string',
      schema: { $comment: 'an origin such as `https://example.com`', type: 'string', pattern: '^[\\x21-\\x7e]+$' },
      examples: ['https://example.com'],
    },
  ),
  /**
   * The proxy to go through: `http://`, `https://`, `socks5://`, `socks5h://` (the proxy looks names up), `socks4://` or
   * `socks4a://`, with user info where it asks for that; or `environment` for what `HTTPS_PROXY` (for `wss://`),
   * `HTTP_PROXY` (for `ws://`), `ALL_PROXY` and `NO_PROXY` say; this machine itself is reached without. The environment is
   * not looked at otherwise.
   * @default 'none'
   */
  proxy: secret(
    own<string>(field<string>('none', PROXY_SETTING, isProxySetting), {
      title: 'Proxy',
      description:
        'The proxy to go through: `http://`, `https://`, `socks5://`, `socks5h://` (the proxy looks names up), `socks4://` or `socks4a://`, with `user:password@` where it asks for that. `environment` goes by `HTTPS_PROXY` (for `wss://`), `HTTP_PROXY` (for `ws://`), `ALL_PROXY` and `NO_PROXY`, in lower case, too, and leads to this machine itself (`localhost` and names below it, loopback addresses, `0.0.0.0`) without one; `none` goes straight.',
      type: 'string',
      schema: { $comment: PROXY_SETTING, type: 'string', minLength: 1 },
      examples: ['none', 'http://proxy.example.com:3128', `socks5://me:\${env:PROXY_PASSWORD}@proxy.example.com:1080`],
    }),
  ),
};

export const REACH_FIELDS = {
  /**
   * TLS options for `wss://`, and for the way to a proxy of `https://`, which takes no more of them than `ca`,
   * `minVersion`, `maxVersion` and `ciphers`. A function is asked at every connect. @default Node's
   */
  tls: field<TlsOptions | TlsProvider>(
    {},
    'an object of TLS options, or a function that returns one',
    (value) => isFunction(value) || isTlsOptions(value),
  ),
  ...REACH_OPTIONS,
  /** An `http.Agent` or `https.Agent` of your own for the upgrade request. Not together with `proxy`. @default none */
  agent: objectWith<Agent | undefined>(undefined, 'destroy'),
};

/** What may be given of `REACH_FIELDS`. */
export interface ReachOptions extends GivenOf<typeof REACH_FIELDS> {}

/** {@link ReachOptions} with every default filled in. */
export interface ResolvedReachOptions extends ResolvedOf<typeof REACH_FIELDS> {}

/** Whether it is an object of options, as far as can be seen before a connect. */
export function isTlsOptions(value: unknown): value is TlsOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('then' in value);
}

/**
 * @throws {ConfigError} when two options contradict each other
 */
export function checkReach(options: ResolvedReachOptions): void {
  if (options.agent === undefined || options.proxy === 'none') return;
  throw new ConfigError([
    { path: 'WebSocketReadable.agent', message: 'An agent finds its own way: remove `agent` or `proxy`.' },
  ]);
}
