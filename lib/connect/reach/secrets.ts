import { addressSecrets, loginSecrets, longQueryValues } from '../../secrets/address-secrets.js';
import { Secrets, secretValues } from '../../secrets/secrets.js';
import { MIN_DOUBTFUL_LENGTH } from '../../secrets/telling-names.js';
import type { CredentialProvider, Credentials } from '../options/credentials.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import { messageSecrets } from '../session/message-secrets.js';
import { environmentProxies } from './proxy-environment.js';

/**
 * What the options of a run hold of secrets, as far as a server could say them back. Of headers and of the address's query
 * also what is long enough, under whatever name: only what others say is hidden, and never the address.
 */
export function secretsOfRun(urls: readonly string[], options: ResolvedWebSocketOptions): Secrets {
  const { credentials, proxy, tls, resume, backfill: given } = options;
  const backfill = typeof given === 'function' ? undefined : given;
  const headers = { ...options.headers, ...resume?.into.headers, ...backfill?.headers };
  const addresses = backfill === undefined ? urls : [...urls, backfill.url];
  return new Secrets([
    ...(typeof credentials === 'function' ? heldBy(credentials) : credentialSecrets(credentials)),
    ...headerSecrets(headers),
    ...longHeaderValues(headers),
    ...addresses.flatMap(addressSecrets),
    ...addresses.flatMap(longQueryValues),
    ...sentSecrets(options),
    ...proxySecrets(proxy),
    ...(typeof tls === 'function' ? [] : tlsSecrets(tls)),
  ]);
}

/** What messages hold that are sent as they stand; those that functions make are looked at when they are sent. */
export function sentSecrets({ subscribeMessages, subscribe, heartbeat, reply, resume }: Sent): string[] {
  const all = [
    ...(typeof subscribeMessages === 'function' ? [] : subscribeMessages),
    ...[...subscribe, ...(resume?.into.subscribe ?? []), ...reply].map(({ send }) => send),
    heartbeat?.message ?? [],
  ].flat();
  return all.flatMap((message) =>
    typeof message === 'function' || message === undefined ? [] : messageSecrets(message),
  );
}

type Sent = Pick<ResolvedWebSocketOptions, 'subscribeMessages' | 'subscribe' | 'heartbeat' | 'reply' | 'resume'>;

/** The values of headers whose name tells, and what of them a server is interested in. */
export function headerSecrets(headers: Readonly<Record<string, string>>): string[] {
  return secretValues(Object.entries(headers)).flatMap(headerForms);
}

/** Of headers what is long enough for a secret, but for those that everybody sends. */
export function longHeaderValues(headers: Readonly<Record<string, string>>): string[] {
  const own = Object.entries(headers).filter(([name]) => !PLAIN_HEADER.test(name));
  return own.flatMap(([, value]) => headerForms(value)).filter((value) => value.length >= MIN_DOUBTFUL_LENGTH);
}

/** What credentials hold, and how it goes out. */
export function credentialSecrets(credentials: Credentials): string[] {
  switch (credentials.type) {
    case 'bearer':
      return [credentials.token];
    case 'basic': {
      const { username, password } = credentials;
      return [password || username, Buffer.from(`${username}:${password}`).toString('base64')];
    }
    case 'custom':
      return Object.values(credentials.headers).flatMap(headerForms);
    default:
      return [];
  }
}

/** What a log-in by OAuth 2 holds, and how it goes out. */
export function oauth2Secrets({
  tokenUrl,
  clientId,
  clientSecret,
  params,
}: {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly params: Readonly<Record<string, string>>;
}): string[] {
  const login = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return [
    clientSecret,
    encodeURIComponent(clientSecret),
    Buffer.from(login).toString('base64'),
    ...secretValues(Object.entries(params)),
    ...addressSecrets(tokenUrl),
  ];
}

/** What a log-in by a refresh token holds, and how it goes out. */
export function refreshTokenSecrets(
  login: Parameters<typeof oauth2Secrets>[0] & { readonly refreshToken: string },
): string[] {
  return [...oauth2Secrets(login), login.refreshToken, encodeURIComponent(login.refreshToken)];
}

/** What a request for a token holds, by the names that it stands under. */
export function tokenEndpointSecrets({
  url,
  headers = {},
  body,
}: {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
}): string[] {
  const sent = body === undefined ? [] : messageSecrets(JSON.stringify(body));
  return [...addressSecrets(url), ...headerSecrets(headers), ...sent];
}

/** Of what is sent for a token, what is long enough for a secret, under whatever name. */
export function longBodyTexts(body: unknown): string[] {
  if (typeof body === 'string') return body.length >= MIN_DOUBTFUL_LENGTH ? [body] : [];
  return typeof body === 'object' && body !== null ? Object.values(body).flatMap(longBodyTexts) : [];
}

/** A provider that is known to hold these secrets itself. */
export function withSecrets(provider: CredentialProvider, secrets: readonly string[]): CredentialProvider {
  return Object.assign(provider, { [HELD]: secrets });
}

/** A provider that tells the secrets of all that it gives, before anybody has it. */
export function telling(provider: CredentialProvider, tell: (secrets: readonly string[]) => void): CredentialProvider {
  const tells: CredentialProvider = async (request) => {
    const credentials = await provider(request);
    tell(credentialSecrets(credentials));
    return credentials;
  };
  return withSecrets(tells, heldBy(provider));
}

function heldBy(provider: CredentialProvider & { readonly [HELD]?: readonly string[] }): readonly string[] {
  return provider[HELD] ?? [];
}

/** The login of a proxy, by option or by the environment. */
export function proxySecrets(proxy: string): string[] {
  const addresses = proxy === 'environment' ? environmentProxies() : [proxy];
  return addresses.filter((address) => URL.canParse(address)).flatMap(loginSecrets);
}

/** The passphrase of a key. */
export function tlsSecrets({ passphrase }: { readonly passphrase?: string | undefined }): string[] {
  return passphrase === undefined ? [] : [passphrase];
}

/** A scheme may stand before the token, and before each of several cookies its name. */
function headerForms(value: string): string[] {
  return [value, ...value.split(/;\s*/).map((part) => part.replace(/^[^\s=]+(?:\s+|=)/, ''))];
}

const PLAIN_HEADER = /^(?:accept|cache|content|host|origin|pragma|referer|user-agent)/i;
const HELD = Symbol('secrets');
