import { resolveOptions } from '../../internal/options.js';
import { Secrets } from '../../secrets/secrets.js';
import type { CredentialProvider } from '../options/credentials.js';
import {
  OAUTH2_CLIENT_FIELDS,
  OAuth2Client,
  type OAuth2ClientOptions,
  type ResolvedOAuth2ClientOptions,
} from './oauth2-client.js';
import { oauth2Secrets, proxySecrets, withSecrets } from './secrets.js';
import { checkTokenOptions } from './token-options.js';
import { tokenProvider } from './token-source.js';

/** Options of {@link oauth2}. */
export interface OAuth2Options extends OAuth2ClientOptions {}

/**
 * Credentials by OAuth 2, client credentials grant (RFC 6749, section 4.4): a bearer token, which is kept until shortly
 * before it ends, and asked for anew when the server refused it. However many connections wait for it, one request is
 * under way. Errors are `ERR_AUTH`, and hold neither secret nor token.
 *
 * @throws {ConfigError} when an option is not accepted
 * @example
 * ```ts
 * const credentials = oauth2({ tokenUrl: 'https://id.example.com/token', clientId: 'me', clientSecret: process.env.SECRET });
 * new WebSocketReadable('wss://example.com/feed', { credentials });
 * ```
 */
export function oauth2(options: OAuth2Options): CredentialProvider {
  const resolved = resolveOptions<ResolvedOAuth2ClientOptions>('oauth2', options, OAUTH2_CLIENT_FIELDS);
  checkTokenOptions('oauth2', resolved, OAUTH2_CLIENT_FIELDS);
  const client = new OAuth2Client(resolved);
  const held = oauth2Secrets(resolved);
  const secrets = new Secrets([...held, ...proxySecrets(resolved.proxy)]);
  const provider = tokenProvider({
    ...resolved,
    isAbortable: true,
    async request(signal) {
      const { token, lifetimeMs } = await client.ask({ grant_type: 'client_credentials' }, secrets, signal);
      return { credentials: { type: 'bearer', token }, lifetimeMs };
    },
  });
  return withSecrets(provider, held);
}
