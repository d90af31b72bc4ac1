import { readFileSync } from 'node:fs';
import { optionError } from '../errors.js';
import { describe } from '../internal/options.js';
import {
  type AuthField,
  type AuthFields,
  type LOGIN_FIELDS,
  LOGINS,
  type LoginKind,
  type Texts,
  TLS_FIELDS,
  type TOKEN_FIELDS,
} from './auth-fields.js';

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
export type KafkaLogin = { readonly [K in keyof typeof LOGIN_FIELDS]: string };

/** A bearer token: itself, or a file that holds nothing but the token and is read again at every login. */
export interface KafkaToken extends Texts<typeof TOKEN_FIELDS> {}

/** Certificates by file, in PEM. */
export interface KafkaTls extends Texts<typeof TLS_FIELDS> {}

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

/** Every credential in it. */
export function authSecrets(auth: KafkaAuth): string[] {
  const secrets: string[] = [];
  mapFields(auth, ({ isSecret }, value) => {
    if (isSecret === true) secrets.push(value);
    return value;
  });
  return secrets;
}

/** The same with the paths of its files changed. */
export function withPaths(auth: KafkaAuth, change: (path: string) => string): KafkaAuth {
  return mapFields(auth, ({ isFile }, value) => (isFile === true ? change(value) : value));
}

/** Goes through the texts of valid credentials that are there. */
function mapFields<A extends KafkaAuth>(auth: A, change: (field: AuthField, value: string) => string): A {
  if (auth.type === 'none') return auth;
  if (auth.type === 'sasl_ssl') {
    const { sasl, ssl } = auth.config;
    const config = { sasl: mapFields(sasl, change), ...(ssl !== undefined && { ssl: mapFields(ssl, change) }) };
    return { ...auth, config };
  }
  if (auth.config === undefined) return auth;
  const fields: AuthFields = auth.type === 'ssl' ? TLS_FIELDS : LOGINS[auth.type].fields;
  const config = Object.entries<string | undefined>({ ...auth.config }).map(([name, value]) => {
    const field = fields[name];
    return [name, field === undefined || value === undefined ? value : change(field, value)];
  });
  return { ...auth, config: Object.fromEntries(config) };
}

/**
 * @throws {ConfigError} when it is none of the known forms
 */
export function resolveAuth(auth: KafkaAuth): KafkaAuth {
  if (auth.type === 'none' || auth.type === 'ssl') return auth;
  if (auth.type === 'sasl_ssl') {
    if (auth.config?.sasl === undefined) throw optionError('kafka.auth.config.sasl', 'Expected how to log in.');
    resolveAuth(auth.config.sasl);
    return auth;
  }
  if (!Object.hasOwn(LOGINS, auth.type)) {
    throw optionError(
      'kafka.auth.type',
      `Expected one of ${TYPES}, got ${describe((auth as { type: unknown }).type)}.`,
    );
  }
  checkLogin(LOGINS[auth.type], (auth.config ?? {}) as Readonly<Record<string, unknown>>);
  return auth;
}

function checkLogin({ fields, required, oneOf }: LoginKind, config: Readonly<Record<string, unknown>>): void {
  for (const name of required) {
    const { words } = fields[name]!;
    const value = config[name];
    const path = `kafka.auth.config.${name}`;
    if (words !== undefined && !words.includes(value as string)) {
      throw optionError(path, `Expected one of ${quoted(words)}, got ${describe(value)}.`);
    }
    if (typeof value !== 'string' || value === '') throw optionError(path, 'Expected text that is not empty.');
  }
  if (oneOf !== undefined && oneOf.filter((name) => config[name] !== undefined).length !== 1) {
    throw optionError('kafka.auth.config', `Expected either \`${oneOf[0]}\` or \`${oneOf[1]}\`.`);
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

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

const TYPES = quoted(['none', ...Object.keys(LOGINS), 'ssl', 'sasl_ssl']);
