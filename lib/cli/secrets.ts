import type { KafkaAuthConfig } from '../config/sinks/kafka-auth.js';
import type { ResolvedSinkConfig } from '../config/sinks/kinds.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';

/**
 * Every credential that a configuration holds, in the forms in which a server could say it back: in a close reason, in
 * a frame that is no JSON. Of headers and the address's query only what a name gives away: other values, such as
 * `symbol=btcusdt`, may be in a path that has to be shown. Texts of fewer than four characters occur by chance.
 */
export function secretsOf(
  {
    auth,
    headers,
    urls,
    subscribeMessages,
    reach,
  }: Pick<ResolvedSourceConfig, 'auth' | 'headers' | 'urls' | 'subscribeMessages' | 'reach'>,
  sink?: ResolvedSinkConfig,
): string[] {
  const secrets = [
    ...(sink?.type === 'kafka' ? kafkaSecrets(sink.auth) : []),
    ...authSecrets(auth),
    ...telling(Object.entries(headers)),
    ...urls.flatMap(urlSecrets),
    ...subscribeMessages.flatMap(messageSecrets),
    ...reachSecrets(reach),
  ];
  // The longest first: one may hold another.
  return [...new Set(secrets)].filter((text) => text.length >= MIN_LENGTH).sort((a, b) => b.length - a.length);
}

function authSecrets(auth: ResolvedSourceConfig['auth']): string[] {
  if ('ref' in auth) return [];
  switch (auth.type) {
    case 'bearer':
      return [auth.config.token];
    case 'basic': {
      const { username, password } = auth.config;
      return [password, Buffer.from(`${username}:${password}`).toString('base64')];
    }
    case 'custom':
      return Object.values(auth.config.headers);
    case 'oauth2': {
      const { client_id, client_secret, params = {} } = auth.config;
      const login = [client_id, client_secret].map(encodeURIComponent).join(':');
      return [
        client_secret,
        encodeURIComponent(client_secret),
        Buffer.from(login).toString('base64'),
        ...telling(Object.entries(params)),
      ];
    }
    case 'none':
    case 'token_file':
      return [];
  }
}

function kafkaSecrets(auth: KafkaAuthConfig): string[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'sasl_plain':
    case 'sasl_scram':
      return [auth.config.password];
    case 'sasl_oauthbearer':
      return auth.config.token === undefined ? [] : [auth.config.token];
    case 'ssl':
      return auth.config?.key_password === undefined ? [] : [auth.config.key_password];
    case 'sasl_ssl': {
      const { sasl, ssl } = auth.config;
      return [...kafkaSecrets(sasl), ...(ssl === undefined ? [] : kafkaSecrets(ssl))];
    }
  }
}

function urlSecrets(url: string): string[] {
  const { password, searchParams } = new URL(url);
  const values = telling([...searchParams]);
  return [password, decoded(password), ...values, ...values.map(encodeURIComponent)];
}

/** What a message says under a name that leaves no doubt: a feed's log-in. */
function messageSecrets(message: string): string[] {
  return [...message.matchAll(SECRET_MEMBER)].map(([, value]) => value!);
}

function reachSecrets({ tls, proxy }: ResolvedSourceConfig['reach']): string[] {
  const addresses =
    proxy === 'environment' ? ['http_proxy', 'https_proxy', 'all_proxy'].flatMap(fromEnvironment) : [proxy];
  const logins = addresses.filter((address) => URL.canParse(address)).map((address) => new URL(address));
  return [
    ...(tls.passphrase === undefined ? [] : [tls.passphrase]),
    ...logins.flatMap(({ username, password }) => [
      password,
      decoded(password),
      Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64'),
    ]),
  ];
}

function fromEnvironment(name: string): string[] {
  return [name, name.toUpperCase()].flatMap((key) => process.env[key] ?? []);
}

function telling(entries: readonly (readonly [name: string, value: string])[]): string[] {
  return entries.filter(([name]) => TELLING_NAME.test(name)).map(([, value]) => value);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const TELLING_NAME = /auth|cookie|key|pass|secret|session|sign|token/i;
/** Its value as it stands in the text: with its escapes. */
const SECRET_MEMBER =
  /"(?:api_?key|access_?key|\w*secret\w*|\w*token|pass(?:word|phrase)?|sign(?:ature)?)"\s*:\s*"((?:[^"\\]|\\.)*)"/gi;
const MIN_LENGTH = 4;
