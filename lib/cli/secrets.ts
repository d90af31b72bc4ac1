import type { KafkaAuthConfig } from '../config/sinks/kafka-auth.js';
import type { ResolvedSinkConfig } from '../config/sinks/kinds.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import { addressSecrets, longQueryValues } from '../connect/address-secrets.js';
import {
  credentialSecrets,
  headerSecrets,
  longHeaderValues,
  oauth2Secrets,
  proxySecrets,
  sentSecrets,
  tlsSecrets,
} from '../connect/secrets.js';
import { redactUrl } from '../internal/redaction.js';
import { secretTexts } from '../internal/secrets.js';

/**
 * Every credential that a configuration holds, in the forms in which a server could say it back: in a close reason, in
 * a frame that is no JSON. What comes up at run time, such as a token, is told by the source.
 */
export function secretsOf(
  {
    auth,
    headers,
    urls,
    subscribeMessages,
    subscribe,
    liveness,
    reach,
  }: Pick<ResolvedSourceConfig, 'auth' | 'headers' | 'urls' | 'subscribeMessages' | 'subscribe' | 'liveness' | 'reach'>,
  sink?: ResolvedSinkConfig,
): string[] {
  return secretTexts([
    ...(sink?.type === 'kafka' ? kafkaSecrets(sink.auth) : []),
    ...authSecrets(auth),
    ...headerSecrets(headers),
    ...urls.flatMap(addressSecrets),
    ...sentSecrets({ ...liveness, ...subscribe, subscribeMessages }),
    ...tlsSecrets(reach.tls),
    ...proxySecrets(reach.proxy),
  ]);
}

/**
 * The same with what only may be a secret: it is hidden where it is said, but left in a file that is written. What is in the
 * sink's name or in the shown part of an address is not hidden for being long.
 */
export function hiddenOf(
  source: ResolvedSourceConfig,
  sink: ResolvedSinkConfig | undefined,
  fromEnvironment: readonly string[],
): string[] {
  const shown = JSON.stringify([sink, source.urls.map(redactUrl)]);
  const long = [...source.urls.flatMap(longQueryValues), ...longHeaderValues(source.headers)].filter(
    (value) => !shown.includes(value),
  );
  return secretTexts([...secretsOf(source, sink), ...long, ...fromEnvironment]);
}

function authSecrets(auth: ResolvedSourceConfig['auth']): string[] {
  if ('ref' in auth) return [];
  switch (auth.type) {
    case 'bearer':
      return credentialSecrets({ type: 'bearer', ...auth.config });
    case 'basic':
      return credentialSecrets({ type: 'basic', ...auth.config });
    case 'custom':
      return credentialSecrets({ type: 'custom', ...auth.config });
    case 'oauth2': {
      const { client_id: clientId, client_secret: clientSecret, params = {} } = auth.config;
      return oauth2Secrets({ clientId, clientSecret, params });
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
