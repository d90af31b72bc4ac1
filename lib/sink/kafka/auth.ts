import { readFileSync } from 'node:fs';
import { optionError } from '../../errors.js';
import { describe } from '../../internal/options.js';

/** How to log in to a cluster, and by which certificates. The types are those of a pipeline file. */
export type KafkaAuth = { readonly type: 'none' } | KafkaSasl | KafkaSsl | KafkaSaslSsl;

/** A login without TLS. */
export type KafkaSasl =
  | { readonly type: 'sasl_plain'; readonly config: KafkaLogin }
  | { readonly type: 'sasl_scram'; readonly config: KafkaLogin & { readonly mechanism: 'sha256' | 'sha512' } }
  | { readonly type: 'sasl_oauthbearer'; readonly config: KafkaToken };

/** TLS without a login. */
export interface KafkaSsl {
  readonly type: 'ssl';
  readonly config?: KafkaTls | undefined;
}

/** A login over TLS. */
export interface KafkaSaslSsl {
  readonly type: 'sasl_ssl';
  readonly config: { readonly sasl: KafkaSasl; readonly ssl?: KafkaSsl | undefined };
}

/** A user and a password. */
export interface KafkaLogin {
  readonly username: string;
  readonly password: string;
}

/** A bearer token: itself, or a file that holds nothing but the token and is read again at every login. */
export interface KafkaToken {
  readonly token?: string | undefined;
  readonly token_path?: string | undefined;
}

/** Certificates by file, in PEM. */
export interface KafkaTls {
  /** Whom to trust. @default what Node trusts */
  readonly ca_path?: string | undefined;
  /** Our own certificate. @default none */
  readonly cert_path?: string | undefined;
  /** The key of our own certificate. @default none */
  readonly key_path?: string | undefined;
  /** What the key's file is encrypted with. @default none */
  readonly key_password?: string | undefined;
  /** The name that the broker's certificate must have. @default the host that is connected to */
  readonly server_name?: string | undefined;
}

/** What both clients take for TLS. */
export interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
}

/** The login of an {@link KafkaAuth}, if it has one. */
export function saslOf(auth: KafkaAuth): KafkaSasl | undefined {
  if (auth.type === 'sasl_ssl') return auth.config.sasl;
  return auth.type === 'none' || auth.type === 'ssl' ? undefined : auth;
}

/**
 * The certificates of a {@link KafkaAuth}, read now; `undefined` without TLS.
 *
 * @throws {ConfigError} when a file cannot be read
 */
export function tlsOf(auth: KafkaAuth): TlsFiles | undefined {
  if (auth.type !== 'ssl' && auth.type !== 'sasl_ssl') return undefined;
  const files = (auth.type === 'ssl' ? auth.config : auth.config.ssl?.config) ?? {};
  const { ca_path, cert_path, key_path, key_password, server_name } = files;
  return {
    ...(ca_path === undefined ? {} : { ca: readPem('ca_path', ca_path) }),
    ...(cert_path === undefined ? {} : { cert: readPem('cert_path', cert_path) }),
    ...(key_path === undefined ? {} : { key: readPem('key_path', key_path) }),
    ...(key_password === undefined ? {} : { passphrase: key_password }),
    ...(server_name === undefined ? {} : { servername: server_name }),
  };
}

/** The token, read from its file if it stands in one. */
export function tokenOf({ token, token_path }: KafkaToken): string {
  return token ?? readPem('token_path', token_path!).toString().trim();
}

/**
 * @throws {ConfigError} when it is none of the known forms
 */
export function resolveAuth(auth: KafkaAuth): KafkaAuth {
  switch (auth.type) {
    case 'none':
    case 'ssl':
      return auth;
    case 'sasl_plain':
    case 'sasl_scram':
      requireText(auth.config, 'username', 'password');
      if (auth.type === 'sasl_scram' && !['sha256', 'sha512'].includes(auth.config.mechanism)) {
        throw optionError(
          'kafka.auth.config.mechanism',
          `Expected one of 'sha256', 'sha512', got ${describe(auth.config.mechanism)}.`,
        );
      }
      return auth;
    case 'sasl_oauthbearer': {
      const { token, token_path } = auth.config ?? {};
      if ((token === undefined) === (token_path === undefined)) {
        throw optionError('kafka.auth.config', 'Expected either `token` or `token_path`.');
      }
      return auth;
    }
    case 'sasl_ssl':
      if (auth.config?.sasl === undefined) throw optionError('kafka.auth.config.sasl', 'Expected how to log in.');
      resolveAuth(auth.config.sasl);
      return auth;
    default:
      throw optionError(
        'kafka.auth.type',
        `Expected one of ${TYPES}, got ${describe((auth as { type: unknown }).type)}.`,
      );
  }
}

function requireText(config: object, ...names: readonly string[]): void {
  for (const name of names) {
    const value = (config as Record<string, unknown> | undefined)?.[name];
    if (typeof value !== 'string' || value === '')
      throw optionError(`kafka.auth.config.${name}`, 'Expected text that is not empty.');
  }
}

function readPem(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw optionError(
      `kafka.auth.config.${name}`,
      `The file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      cause,
    );
  }
}

const TYPES = ['none', 'sasl_plain', 'sasl_scram', 'sasl_oauthbearer', 'ssl', 'sasl_ssl']
  .map((type) => `'${type}'`)
  .join(', ');
