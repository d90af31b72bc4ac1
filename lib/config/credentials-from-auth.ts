import { open } from 'node:fs/promises';
import type { CredentialProvider, Credentials } from '../connect/credentials.js';
import type { OAuth2Options } from '../connect/oauth2.js';
import { AuthError, optionError } from '../errors.js';
import { unknownRef } from './auth-catalogue.js';
import { type AuthSpec, type OAuth2Config, type TokenFileConfig, tokenFileHeader } from './auth-spec.js';
import { toMs } from './fields/duration.js';
import { isHeaderValue } from './header-rules.js';

/** Credentials by name, for `{ ref }`. */
export type CredentialCatalogue = Readonly<Record<string, AuthSpec | Credentials | CredentialProvider>>;

/** Makes a provider of tokens. */
export type OAuth2 = (options: OAuth2Options) => CredentialProvider;

/**
 * What a connection takes for a configuration's `auth`: the credentials, or a function that is asked again at every
 * connect (`token_file`, and providers that the catalogue holds).
 *
 * @param oauth2 makes the provider for `oauth2`, with the proxy and the TLS of the feed
 * @throws {ConfigError} when `{ ref }` names nothing in the catalogue
 */
export function credentialsFromAuth(
  auth: AuthSpec,
  catalogue: CredentialCatalogue,
  oauth2: OAuth2,
): Credentials | CredentialProvider {
  if ('ref' in auth) return named(auth.ref, catalogue, oauth2);
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
    case 'oauth2':
      return oauth2(toOAuth2Options(auth.config));
  }
}

function named(ref: string, catalogue: CredentialCatalogue, oauth2: OAuth2): Credentials | CredentialProvider {
  const entry = Object.hasOwn(catalogue, ref) ? catalogue[ref] : undefined;
  if (entry === undefined) throw optionError('auth.ref', unknownRef(ref, Object.keys(catalogue)));
  if (typeof entry === 'function') return entry;
  if ('ref' in entry)
    throw optionError('auth.ref', 'Expected credentials or a provider under this name, but found another `ref`.');
  // The two forms of the same words: `{ type, config: { … } }` as files write it, `{ type, … }` as code does.
  return isSpec(entry) ? credentialsFromAuth(entry, {}, oauth2) : entry;
}

function toOAuth2Options(config: OAuth2Config): OAuth2Options {
  return {
    tokenUrl: config.token_url,
    clientId: config.client_id,
    clientSecret: config.client_secret,
    scope: config.scope,
    audience: config.audience,
    params: config.params,
    clientAuth: config.client_auth,
    expiryMarginMs: toMs(config.expiry_margin),
  };
}

function isSpec(entry: AuthSpec | Credentials): entry is AuthSpec {
  return 'config' in entry || 'ref' in entry;
}

async function readTokenFile(config: TokenFileConfig): Promise<Credentials> {
  const token = (await readBounded(config.path)).trim();
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
