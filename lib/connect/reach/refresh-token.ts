import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { resolveOptions } from '../../internal/options.js';
import { Secrets } from '../../secrets/secrets.js';
import type { CredentialProvider } from '../options/credentials.js';
import { REFRESH_OPTIONS } from '../options/token-options.js';
import { OAUTH2_CLIENT_FIELDS, OAuth2Client, type OAuth2ClientOptions } from './oauth2-client.js';
import { proxySecrets, refreshTokenSecrets, withSecrets } from './secrets.js';
import { checkTokenOptions } from './token-options.js';
import { type GrantedToken, isGrantRefused } from './token-request.js';
import { type Fetched, tokenProvider } from './token-source.js';
import { storeKey, TokenStore } from './token-store.js';

/** Options of {@link refreshToken}. */
export interface RefreshTokenOptions extends OAuth2ClientOptions, GivenOf<typeof REFRESH_OPTIONS> {}

/**
 * Credentials by OAuth 2, refresh token grant (RFC 6749, section 6): a bearer token, as of `oauth2()`. A refresh token that
 * the server gives in place of the one before is used from then on, and kept with `persist`. One process at a time may use a
 * refresh token. Errors are `ERR_AUTH`, and hold neither secret nor token.
 *
 * @throws {ConfigError} when an option is not accepted
 * @example
 * ```ts
 * const credentials = refreshToken({
 *   tokenUrl: 'https://id.example.com/token',
 *   clientId: 'me',
 *   clientSecret: process.env.SECRET,
 *   refreshToken: process.env.REFRESH_TOKEN,
 *   persist: { path: './tokens' },
 * });
 * new WebSocketReadable('wss://example.com/feed', { credentials });
 * ```
 */
export function refreshToken(options: RefreshTokenOptions): CredentialProvider {
  const resolved = resolveOptions<ResolvedRefreshTokenOptions>('refreshToken', options, FIELDS);
  checkTokenOptions('refreshToken', resolved, FIELDS);
  const grant = new RefreshGrant(resolved);
  const provider = tokenProvider({ ...resolved, isAbortable: false, request: () => grant.request() });
  return withSecrets(provider, refreshTokenSecrets(resolved));
}

interface ResolvedRefreshTokenOptions extends ResolvedOf<typeof FIELDS> {}

/** The newest refresh token, and how it is spent. */
class RefreshGrant {
  readonly #options: ResolvedRefreshTokenOptions;
  readonly #client: OAuth2Client;
  readonly #store: TokenStore | undefined;
  readonly #secrets: Secrets;
  #token: string;
  /** Whether the newest token is not in the store yet, since it could not be written. */
  #isUnsaved = false;

  constructor(options: ResolvedRefreshTokenOptions) {
    const { tokenUrl, clientId, refreshToken: seed, persist, proxy } = options;
    this.#options = options;
    this.#client = new OAuth2Client(options);
    this.#token = seed;
    this.#secrets = new Secrets([...refreshTokenSecrets(options), ...proxySecrets(proxy)]);
    if (persist !== undefined) {
      const { path, key = storeKey(tokenUrl, clientId, seed) } = persist;
      this.#store = new TokenStore({ path, key, seed });
    }
  }

  async request(): Promise<Fetched> {
    await this.#load();
    const used = this.#token;
    try {
      return await this.#spend();
    } catch (error) {
      if (!isGrantRefused(error)) throw error;
      // Another process may have spent it meanwhile, and kept what it got.
      await this.#load();
      if (this.#token === used) throw error;
      return await this.#spend();
    }
  }

  async #load(): Promise<void> {
    if (this.#isUnsaved) await this.#save();
    this.#token = (await this.#store?.read()) ?? this.#token;
    this.#secrets.meet([this.#token, encodeURIComponent(this.#token)]);
  }

  /** It is seen to its end, whoever waits for it: the server may have taken the token already. */
  async #spend(): Promise<Fetched> {
    const { clock } = this.#options;
    const abort = new AbortController();
    const timer = clock.setTimeout(() => abort.abort(), LONGEST_MS);
    let granted: GrantedToken;
    try {
      const grant = { grant_type: 'refresh_token', refresh_token: this.#token };
      granted = await this.#client.ask(grant, this.#secrets, abort.signal);
    } finally {
      clock.clearTimeout(timer);
    }
    const { token, lifetimeMs, refreshToken: next } = granted;
    if (next !== undefined && next !== this.#token) {
      this.#token = next;
      await this.#save();
    }
    return { credentials: { type: 'bearer', token }, lifetimeMs };
  }

  async #save(): Promise<void> {
    this.#isUnsaved = this.#store !== undefined;
    await this.#store?.write(this.#token);
    this.#isUnsaved = false;
  }
}

const FIELDS = { ...OAUTH2_CLIENT_FIELDS, ...REFRESH_OPTIONS };
const LONGEST_MS = 30_000;
