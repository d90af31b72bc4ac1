import { Secrets, secretValues } from '../internal/secrets.js';
import type { CredentialProvider, Credentials } from './credentials.js';
import type { ResolvedOAuth2Options } from './oauth2.js';
import type { ResolvedWebSocketOptions, SubscribeMessage } from './options.js';
import type { SubscribeStep } from './subscribe-options.js';

/**
 * What the options of a run hold of secrets, in the forms in which a server could say them back. Of headers and of the address's query only
 * what a name gives away: other values, such as `symbol=btcusdt`, may be in a path that has to be shown.
 */
export function secretsOfRun(urls: readonly string[], options: ResolvedWebSocketOptions): Secrets {
  const { credentials, headers, subscribeMessages, subscribe, proxy, tls } = options;
  return new Secrets([
    ...(typeof credentials === 'function' ? heldBy(credentials) : credentialSecrets(credentials)),
    ...secretValues(Object.entries(headers)),
    ...urls.flatMap(addressSecrets),
    ...sentSecrets(typeof subscribeMessages === 'function' ? [] : subscribeMessages, subscribe),
    ...proxySecrets(proxy),
    ...(typeof tls === 'function' ? [] : tlsSecrets(tls)),
  ]);
}

/** What messages hold that are sent as they stand: no function makes them. */
export function sentSecrets(messages: readonly SubscribeMessage[], steps: readonly SubscribeStep[]): string[] {
  const all = [...messages, ...steps.map(({ send }) => send)];
  return all.filter((message) => typeof message === 'string').flatMap(messageSecrets);
}

/** What credentials hold, and how it goes out. */
export function credentialSecrets(credentials: Credentials): string[] {
  switch (credentials.type) {
    case 'bearer':
      return [credentials.token];
    case 'basic': {
      const { username, password } = credentials;
      return [password, Buffer.from(`${username}:${password}`).toString('base64')];
    }
    case 'custom':
      // A scheme may stand before the token.
      return Object.values(credentials.headers).flatMap((value) => [value, value.slice(value.indexOf(' ') + 1)]);
    default:
      return [];
  }
}

/** What a log-in by OAuth 2 holds, and how it goes out. */
export function oauth2Secrets({
  clientId,
  clientSecret,
  params,
}: Pick<ResolvedOAuth2Options, 'clientId' | 'clientSecret' | 'params'>): string[] {
  const login = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return [
    clientSecret,
    encodeURIComponent(clientSecret),
    Buffer.from(login).toString('base64'),
    ...secretValues(Object.entries(params)),
  ];
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

/** The login and the query of an address, as they stand there, as they are meant and as they go out. */
export function addressSecrets(url: string): string[] {
  const values = secretValues(new URL(url).searchParams);
  return [...loginSecrets(url), ...values, ...values.map(encodeURIComponent)];
}

/** What a message says under a name that leaves no doubt: a feed's log-in. */
export function messageSecrets(message: string): string[] {
  return [...message.matchAll(SECRET_MEMBER)].map(([, value]) => value!);
}

/** The login of a proxy, by option or by the environment. */
export function proxySecrets(proxy: string): string[] {
  const addresses =
    proxy === 'environment' ? ['http_proxy', 'https_proxy', 'all_proxy'].flatMap(fromEnvironment) : [proxy];
  return addresses.filter((address) => URL.canParse(address)).flatMap(loginSecrets);
}

/** The passphrase of a key. */
export function tlsSecrets({ passphrase }: { readonly passphrase?: string | undefined }): string[] {
  return passphrase === undefined ? [] : [passphrase];
}

function loginSecrets(url: string): string[] {
  const { username, password } = new URL(url);
  if (password === '') return [];
  const login = `${decoded(username)}:${decoded(password)}`;
  return [password, decoded(password), Buffer.from(login).toString('base64')];
}

function fromEnvironment(name: string): string[] {
  return [name, name.toUpperCase()].flatMap((key) => process.env[key] ?? []);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const HELD = Symbol('secrets');
/** Its value as it stands in the text: with its escapes. */
const SECRET_MEMBER =
  /"(?:api_?key|access_?key|\w*secret\w*|\w*token|pass(?:word|phrase)?|sign(?:ature)?)"\s*:\s*"((?:[^"\\]|\\.)*)"/gi;
