import { staticCredentials } from '../config/auth/credentials-from-auth.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import {
  credentialSecrets,
  headerSecrets,
  longBodyTexts,
  longHeaderValues,
  oauth2Secrets,
  proxySecrets,
  refreshTokenSecrets,
  sentSecrets,
  tlsSecrets,
  tokenEndpointSecrets,
} from '../connect/reach/secrets.js';
import { sinkSecrets } from '../feed/open-sink.js';
import type { ResolvedOtel } from '../feed/otel-config.js';
import type { ResolvedSink } from '../feed/sinks.js';
import { addressSecrets, longQueryValues } from '../secrets/address-secrets.js';
import { redactUrl } from '../secrets/redaction.js';
import { secretTexts } from '../secrets/secrets.js';

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
    resume: { resume },
    backfill: { backfill },
  }: Pick<
    ResolvedSourceConfig,
    'auth' | 'headers' | 'urls' | 'subscribeMessages' | 'subscribe' | 'liveness' | 'reach' | 'resume' | 'backfill'
  >,
  sink?: ResolvedSink,
): string[] {
  return secretTexts([
    ...(sink === undefined ? [] : sinkSecrets(sink)),
    ...authSecrets(auth),
    ...headerSecrets({ ...headers, ...resume?.into.headers, ...backfill?.headers }),
    ...[...urls, ...(backfill === undefined ? [] : [backfill.url])].flatMap(addressSecrets),
    ...sentSecrets({ ...liveness, ...subscribe, subscribeMessages, resume }),
    ...tlsSecrets(reach.tls),
    ...proxySecrets(reach.proxy),
  ]);
}

/**
 * The same with what came out of placeholders, and what only may be a secret: it is hidden where it is said, but left in a file that is written. What is in the
 * sink's name or in the shown part of an address is not hidden for being long.
 */
export function hiddenOf(
  source: ResolvedSourceConfig,
  sink: ResolvedSink | undefined,
  placed: readonly string[],
): string[] {
  const shown = JSON.stringify([sink, source.urls.map(redactUrl)]);
  const long = [
    ...[...source.urls, ...(source.backfill.backfill === undefined ? [] : [source.backfill.backfill.url])].flatMap(
      longQueryValues,
    ),
    ...longHeaderValues({
      ...source.headers,
      ...source.resume.resume?.into.headers,
      ...source.backfill.backfill?.headers,
    }),
    ...longOfAuth(source.auth),
  ].filter((value) => !shown.includes(value));
  return secretTexts([...secretsOf(source, sink), ...long, ...placed]);
}

/** What a collector is sent to prove who we are: nobody else has a header of it. */
export function otelSecrets({ headers, endpoint }: ResolvedOtel): string[] {
  return secretTexts([...credentialSecrets({ type: 'custom', headers }), ...addressSecrets(endpoint)]);
}

function longOfAuth(auth: ResolvedSourceConfig['auth']): string[] {
  if ('ref' in auth || auth.type !== 'token_endpoint') return [];
  return [...longBodyTexts(auth.config.body), ...longHeaderValues(auth.config.headers ?? {})];
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
    case 'static':
      return credentialSecrets(staticCredentials(auth.config));
    case 'oauth2':
    case 'oauth2_refresh': {
      const { token_url: tokenUrl, client_id: clientId, client_secret: clientSecret, params = {} } = auth.config;
      const login = { tokenUrl, clientId, clientSecret, params };
      return auth.type === 'oauth2'
        ? oauth2Secrets(login)
        : refreshTokenSecrets({ ...login, refreshToken: auth.config.refresh_token });
    }
    case 'token_endpoint':
      return tokenEndpointSecrets(auth.config);
    case 'none':
    case 'token_file':
      return [];
  }
}
