import { type Fields, field, oneOf } from '../../internal/options.js';
import type { Secrets } from '../../secrets/secrets.js';
import {
  endpointField,
  type ResolvedTokenOptions,
  secretText,
  TOKEN_FIELDS,
  type TokenOptions,
} from './token-options.js';
import { askForToken, type GrantedToken, isClientRefused, readGrant } from './token-request.js';

/** Who asks a token endpoint of OAuth 2, and for what. */
export interface OAuth2ClientOptions extends TokenOptions {
  /** The token endpoint: `https://`, or `http://` on this machine. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What is asked for, with blanks between. @default none */
  readonly scope?: string | undefined;
  /** For servers that ask whom the token is for. @default none */
  readonly audience?: string | undefined;
  /** Further fields of the request, such as `resource`. @default {} */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /**
   * Where id and secret are sent: in the header `Authorization` (RFC 6749, section 2.3.1), or in the body. `auto`: in the header, and
   * in the body once the server has said `invalid_client` to that. @default 'auto'
   */
  readonly clientAuth?: 'auto' | 'header' | 'body' | undefined;
}

/** {@link OAuth2ClientOptions} with every default filled in. */
export interface ResolvedOAuth2ClientOptions extends ResolvedTokenOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
  readonly audience: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly clientAuth: 'auto' | 'header' | 'body';
}

export const OAUTH2_CLIENT_FIELDS: Fields<ResolvedOAuth2ClientOptions> = {
  tokenUrl: endpointField,
  clientId: secretText(''),
  clientSecret: secretText(''),
  scope: secretText<string | undefined>(undefined),
  audience: secretText<string | undefined>(undefined),
  params: field<Readonly<Record<string, string>>>(
    {},
    'an object of strings',
    (value) =>
      typeof value === 'object' && value !== null && Object.values(value).every((item) => typeof item === 'string'),
  ),
  clientAuth: oneOf<'auto' | 'header' | 'body'>('auto', ['auto', 'header', 'body']),
  ...TOKEN_FIELDS,
};

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
    const { tokenUrl: url, clientId, clientSecret, scope, audience, params, tls, proxy, clock } = this.#options;
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
