import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import type { Secrets } from '../../secrets/secrets.js';
import { CLIENT_OPTIONS, WAY_FIELDS } from '../options/token-options.js';
import { askForToken, type GrantedToken, isClientRefused, readGrant } from './token-request.js';

export const OAUTH2_CLIENT_FIELDS = { ...CLIENT_OPTIONS, ...WAY_FIELDS };

/** Who asks a token endpoint of OAuth 2, and for what. */
export interface OAuth2ClientOptions extends GivenOf<typeof CLIENT_OPTIONS>, GivenOf<typeof WAY_FIELDS> {}

/** {@link OAuth2ClientOptions} with every default filled in. */
export interface ResolvedOAuth2ClientOptions extends ResolvedOf<typeof OAUTH2_CLIENT_FIELDS> {}

/** Asks for tokens by grants of OAuth 2 (RFC 6749), and remembers where the server takes the client's secret. */
export class OAuth2Client {
  readonly #options: ResolvedOAuth2ClientOptions;
  #isInBody: boolean;

  constructor(options: ResolvedOAuth2ClientOptions) {
    this.#options = options;
    this.#isInBody = options.clientAuth === 'body';
  }

  /**
   * @param grant the fields of this grant
   * @throws {AuthError} when there is no token to be had
   */
  async ask(grant: Readonly<Record<string, string>>, secrets: Secrets, signal: AbortSignal): Promise<GrantedToken> {
    try {
      return await this.#ask(grant, secrets, signal);
    } catch (error) {
      if (this.#options.clientAuth !== 'auto' || this.#isInBody || !isClientRefused(error)) throw error;
      this.#isInBody = true;
      try {
        return await this.#ask(grant, secrets, signal);
      } catch (again) {
        if (isClientRefused(again)) this.#isInBody = false;
        throw again;
      }
    }
  }

  async #ask(grant: Readonly<Record<string, string>>, secrets: Secrets, signal: AbortSignal): Promise<GrantedToken> {
    const { tokenUrl: url, clientId, clientSecret, scopes, audience, params, tls, proxy, clock } = this.#options;
    const { scope = scopes.length === 0 ? undefined : scopes.join(' ') } = this.#options;
    const form = new URLSearchParams({ ...grant, ...params });
    if (scope !== undefined) form.set('scope', scope);
    if (audience !== undefined) form.set('audience', audience);
    if (this.#isInBody) {
      form.set('client_id', clientId);
      form.set('client_secret', clientSecret);
    }
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...(this.#isInBody ? {} : { authorization: `Basic ${loginOf(clientId, clientSecret)}` }),
    };
    const asked = { url, key: 'token_url', method: 'POST', headers, body: form.toString(), tls, proxy, clock, secrets };
    return readGrant(url, await askForToken(asked, signal));
  }
}

/** Each is encoded as in a form first (RFC 6749, section 2.3.1). */
function loginOf(...idAndSecret: readonly [string, string]): string {
  const [id, secret] = idAndSecret.map((text) => new URLSearchParams({ x: text }).toString().slice(2));
  return Buffer.from(`${id}:${secret}`).toString('base64');
}
