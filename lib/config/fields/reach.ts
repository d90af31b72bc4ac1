import { REACH_OPTIONS } from '../../connect/options/reach-options.js';
import { own } from '../../internal/options/kinds.js';
import { field } from '../../internal/options.js';
import { expandHome } from '../files/file-path.js';

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

/** The options that get a connection through, as a configuration has them: TLS by file, and what the environment says of proxies. */
export const REACH_CONFIG = {
  tls: own(
    field<TlsConfig | undefined>(undefined, 'an object', (value) => typeof value === 'object'),
    {
      title: 'TLS',
      description:
        'For `wss://`: `ca` (a file of the authorities to trust, in place of those that this machine knows), `cert` and `key` (files, for a server that asks who we are), `passphrase` of the key, `servername` (the host of `url` when it is not set), `reject_unauthorized` (`false` accepts any certificate: for tests alone), `min_version` (`TLSv1.2` or `TLSv1.3`). Files are PEM, and read again at every connect.',
      type: 'TlsConfig',
      schema: {
        type: 'object',
        additionalProperties: false,
        properties: {
          ca: { description: 'A file of PEM.', type: 'string', minLength: 1 },
          cert: {
            description: 'A file of PEM, with those between it and its authority.',
            type: 'string',
            minLength: 1,
          },
          key: { description: 'A file of PEM.', type: 'string', minLength: 1 },
          passphrase: { description: 'What the key is encrypted with.', type: 'string', minLength: 1 },
          servername: { description: 'For SNI and for the certificate check.', type: 'string', minLength: 1 },
          reject_unauthorized: {
            description: '`false` accepts any certificate: for tests alone.',
            type: 'boolean',
            default: true,
          },
          min_version: {
            description: 'The oldest version to speak.',
            enum: ['TLSv1.2', 'TLSv1.3'],
            default: 'TLSv1.2',
          },
        },
        dependentRequired: { cert: ['key'], key: ['cert'], passphrase: ['key'] },
      },
      read: withHome,
      examples: [{ ca: './ca.pem', cert: './client.pem', key: './client.key' }],
    },
  ),
  ...REACH_OPTIONS,
  proxy: { ...REACH_OPTIONS.proxy, fallback: 'environment' },
};

function withHome(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const isFile = (key: string, value: unknown): value is string => FILES.has(key) && typeof value === 'string';
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, isFile(key, value) ? expandHome(value) : value]),
  );
}

const FILES: ReadonlySet<string> = new Set(['ca', 'cert', 'key']);
