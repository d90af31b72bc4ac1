import { PROXY_SETTING } from '../../internal/proxy-address.js';

/** What gets a connection through to its server. */
export interface ReachConfig {
  /** TLS, by file. @default none: what this machine trusts */
  readonly tls?: TlsConfig | undefined;
  /** The header `Origin` of the upgrade request. @default none */
  readonly origin?: string | undefined;
  /** `none`, `environment`, or the address of a proxy. @default 'environment' */
  readonly proxy?: string | undefined;
}

/** Files of PEM, which are read again at every connect, and what else rules TLS. */
export interface TlsConfig {
  /** The authorities to trust, in place of those that this machine knows. */
  readonly ca?: string | undefined;
  /** Our certificate, and those between it and its authority. */
  readonly cert?: string | undefined;
  /** Its key. */
  readonly key?: string | undefined;
  /** What the key is encrypted with. */
  readonly passphrase?: string | undefined;
  /** The name for SNI and for the certificate check. @default the host of `url` */
  readonly servername?: string | undefined;
  /** `false` accepts any certificate. @default true */
  readonly reject_unauthorized?: boolean | undefined;
  /** @default 'TLSv1.2' */
  readonly min_version?: 'TLSv1.2' | 'TLSv1.3' | undefined;
}

/** A {@link ReachConfig} with its defaults. */
export interface ResolvedReachConfig {
  readonly tls: TlsConfig;
  readonly origin: string | undefined;
  readonly proxy: string;
}

/** The fields of {@link ReachConfig}, for the table. */
export const reachFields = {
  tls: {
    title: 'TLS',
    description:
      'For `wss://`: `ca` (a file of the authorities to trust, in place of those that this machine knows), `cert` and `key` (files, for a server that asks who we are), `passphrase` of the key, `servername` (the host of `url` when it is not set), `reject_unauthorized` (`false` accepts any certificate: for tests alone), `min_version` (`TLSv1.2` or `TLSv1.3`). Files are PEM, and read again at every connect.',
    type: 'object',
    additionalProperties: false,
    properties: {
      ca: { description: 'A file of PEM.', type: 'string', minLength: 1 },
      cert: { description: 'A file of PEM, with those between it and its authority.', type: 'string', minLength: 1 },
      key: { description: 'A file of PEM.', type: 'string', minLength: 1 },
      passphrase: { description: 'What the key is encrypted with.', type: 'string', minLength: 1 },
      servername: { description: 'For SNI and for the certificate check.', type: 'string', minLength: 1 },
      reject_unauthorized: {
        description: '`false` accepts any certificate: for tests alone.',
        type: 'boolean',
        default: true,
      },
      min_version: { description: 'The oldest version to speak.', enum: ['TLSv1.2', 'TLSv1.3'], default: 'TLSv1.2' },
    },
    dependentRequired: { cert: ['key'], key: ['cert'], passphrase: ['key'] },
    examples: [{ ca: './ca.pem', cert: './client.pem', key: './client.key' }],
  },
  origin: {
    title: 'Origin',
    description: 'The header `Origin` of the upgrade request, which some servers ask for.',
    $comment: 'an origin such as `https://example.com`',
    type: 'string',
    pattern: '^[\\x21-\\x7e]+$',
    examples: ['https://example.com'],
  },
  proxy: {
    title: 'Proxy',
    description:
      'The proxy to go through: `http://`, `https://`, `socks5://`, `socks5h://` (the proxy looks names up), `socks4://` or `socks4a://`, with `user:password@` where it asks for that. `environment` goes by `HTTPS_PROXY` (for `wss://`), `HTTP_PROXY` (for `ws://`), `ALL_PROXY` and `NO_PROXY`, in lower case, too, and leads to this machine itself (`localhost` and names below it, loopback addresses, `0.0.0.0`) without one; `none` goes straight.',
    $comment: PROXY_SETTING,
    type: 'string',
    minLength: 1,
    default: 'environment',
    examples: ['none', 'http://proxy.example.com:3128', `socks5://me:\${env:PROXY_PASSWORD}@proxy.example.com:1080`],
  },
} as const;

/** The same with its defaults. */
export function resolveReach(given: ReachConfig): ResolvedReachConfig {
  return { tls: given.tls ?? {}, origin: given.origin, proxy: given.proxy ?? reachFields.proxy.default };
}
