import { open } from 'node:fs/promises';
import type { CredentialProvider, Credentials } from '../../connect/options/credentials.js';
import type { OAuth2Options } from '../../connect/reach/oauth2.js';
import type { RefreshTokenOptions } from '../../connect/reach/refresh-token.js';
import type { TokenEndpointOptions } from '../../connect/reach/token-endpoint.js';
import { AuthError, optionError } from '../../errors.js';
import { isHeaderValue } from '../../internal/header.js';
import { shapeRead } from '../fields/option-surface.js';
import type { TokenEndpointConfig, TokenFileConfig } from '../fields/option-types.js';
import { expandHome } from '../files/file-path.js';
import { unknownRef } from './auth-catalogue.js';
import { AUTH_OPTIONS } from './auth-options.js';
import { type AuthSpec, type StaticConfig, tokenFileHeader } from './auth-spec.js';

/** Credentials by name, for `{ ref }`. */
export type CredentialCatalogue = Readonly<Record<string, AuthSpec | Credentials | CredentialProvider>>;

/** Makes the providers of tokens, with the proxy and the TLS of the feed. */
export interface TokenProviders {
  oauth2(options: OAuth2Options): CredentialProvider;
  refreshToken(options: RefreshTokenOptions): CredentialProvider;
  tokenEndpoint(options: TokenEndpointOptions): CredentialProvider;
}

/**
 * What a connection takes for a configuration's `auth`: the credentials, or a function that is asked again at every
 * connect (`token_file`, and providers that the catalogue holds).
 *
 * @throws {ConfigError} when `{ ref }` names nothing in the catalogue
 */
export function credentialsFromAuth(
  auth: AuthSpec,
  catalogue: CredentialCatalogue,
  providers: TokenProviders,
): Credentials | CredentialProvider {
  if ('ref' in auth) return named(auth.ref, catalogue, providers);
  switch (auth.type) {
    case 'none':
      return { type: 'none' };
    case 'bearer':
      return { type: 'bearer', token: auth.config.token };
    case 'basic':
      return { type: 'basic', username: auth.config.username, password: auth.config.password };
    case 'custom':
      return { type: 'custom', headers: { ...auth.config.headers } };
    case 'token_file':
      return () => readTokenFile(auth.config);
    case 'static':
      return staticCredentials(auth.config);
    case 'oauth2':
      return providers.oauth2(shapeRead(AUTH_OPTIONS.oauth2.table, auth.config));
    case 'oauth2_refresh':
      return providers.refreshToken(shapeRead(AUTH_OPTIONS.oauth2_refresh.table, auth.config));
    case 'token_endpoint':
      return providers.tokenEndpoint(toTokenEndpointOptions(auth.config));
  }
}

/** What `static` stands for. */
export function staticCredentials(config: StaticConfig): Credentials {
  if ('token' in config) return { type: 'bearer', token: config.token };
  return 'header' in config
    ? { type: 'custom', headers: { [config.header]: config.value } }
    : { type: 'basic', username: config.username, password: config.password };
}

function named(
  ref: string,
  catalogue: CredentialCatalogue,
  providers: TokenProviders,
): Credentials | CredentialProvider {
  const entry = Object.hasOwn(catalogue, ref) ? catalogue[ref] : undefined;
  if (entry === undefined) throw optionError('auth.ref', unknownRef(ref, Object.keys(catalogue)));
  if (typeof entry === 'function') return entry;
  if ('ref' in entry)
    throw optionError('auth.ref', 'Expected credentials or a provider under this name, but found another `ref`.');
  // The two forms of the same words: `{ type, config: { … } }` as files write it, `{ type, … }` as code does.
  return isSpec(entry) ? credentialsFromAuth(entry, {}, providers) : entry;
}

function toTokenEndpointOptions(config: TokenEndpointConfig): TokenEndpointOptions {
  const { expiryPath, ...options } = shapeRead(AUTH_OPTIONS.token_endpoint.table, config);
  return { ...options, expiresPath: options.expiresPath ?? expiryPath };
}

function isSpec(entry: AuthSpec | Credentials): entry is AuthSpec {
  return 'config' in entry || 'ref' in entry;
}

async function readTokenFile(config: TokenFileConfig): Promise<Credentials> {
  const token = (await readBounded(expandHome(config.path))).trim();
  if (token === '') throw new AuthError(`The token file ${config.path} is empty. Write the token into it.`);
  const { header, scheme } = tokenFileHeader(config);
  if (!isHeaderValue(token)) {
    throw new AuthError(
      `The token file ${config.path} holds more than one line, or characters that no HTTP header can carry. Write nothing but the token into it.`,
    );
  }
  return header.toLowerCase() === 'authorization' && scheme === 'Bearer'
    ? { type: 'bearer', token }
    : { type: 'custom', headers: { [header]: scheme === '' ? token : `${scheme} ${token}` } };
}

/** Reads no more than a token could have, so that a wrong path, such as a device, costs no memory. */
async function readBounded(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(MAX_TOKEN_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead > MAX_TOKEN_BYTES)
        throw new AuthError(
          `The token file ${path} is larger than ${MAX_TOKEN_BYTES} bytes. Check that it is the right file.`,
        );
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    throw new AuthError(`The token file ${path} cannot be read. Check that it exists and is readable.`, { cause });
  }
}

const MAX_TOKEN_BYTES = 64 * 1024;
