import { optionError } from '../errors.js';
import { abortError } from '../internal/abort.js';
import { type Clock, systemClock } from '../internal/clock.js';
import { type Fields, field, milliseconds, objectWith, oneOf, resolveOptions } from '../internal/options.js';
import type { CredentialProvider, Credentials } from './credentials.js';
import { REACH_FIELDS, type TlsOptions, type TlsProvider } from './reach-options.js';
import { oauth2Secrets, withSecrets } from './secrets.js';
import { requestToken } from './token-request.js';

/** Options of {@link oauth2}. */
export interface OAuth2Options {
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
  /** Where id and secret are sent: in the header `Authorization` (RFC 6749, section 2.3.1), or in the body. @default 'header' */
  readonly clientAuth?: 'header' | 'body' | undefined;
  /** A token is not used any more so long before it ends; of one that lives for less than ten times that, a tenth. @default 60_000 */
  readonly expiryMarginMs?: number | undefined;
  /** The proxy on the way to the token endpoint, as that of `WebSocketReadable`. @default 'none' */
  readonly proxy?: string | undefined;
  /** TLS options for the token endpoint. @default Node's */
  readonly tls?: TlsOptions | TlsProvider | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** {@link OAuth2Options} with every default filled in. */
export type ResolvedOAuth2Options = {
  readonly [K in keyof Required<OAuth2Options>]: K extends 'scope' | 'audience'
    ? string | undefined
    : Exclude<OAuth2Options[K], undefined>;
};

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
  const resolved = resolveOptions<ResolvedOAuth2Options>('oauth2', options, FIELDS);
  for (const key of ['tokenUrl', 'clientId', 'clientSecret'] as const) {
    if (resolved[key] === '') throw optionError(`oauth2.${key}`, `Expected ${FIELDS[key].expected}, got none.`);
  }
  const source = new TokenSource(resolved);
  return withSecrets(({ refused, signal }) => source.get(refused, signal), oauth2Secrets(resolved));
}

/** A request under way, and how many wait for it. */
interface Pending {
  readonly answer: Promise<Credentials>;
  readonly abort: AbortController;
  waiting: number;
}

/** The newest token, and the request for the next. */
class TokenSource {
  readonly #options: ResolvedOAuth2Options;
  #token: { readonly credentials: Credentials; readonly usableUntil: number } | undefined;
  #pending: Pending | undefined;

  constructor(options: ResolvedOAuth2Options) {
    this.#options = options;
  }

  /** The token; the wait for it ends with `signal`, and the request when nobody waits for it any more. */
  async get(isRefused: boolean, signal: AbortSignal): Promise<Credentials> {
    if (isRefused) this.#token = undefined;
    const token = this.#token;
    if (token !== undefined && this.#options.clock.monotonic() < token.usableUntil) return token.credentials;
    const pending = this.#pending ?? this.#ask();
    this.#pending = pending;
    pending.waiting += 1;
    try {
      return await untilAborted(pending.answer, signal);
    } finally {
      pending.waiting -= 1;
      if (pending.waiting === 0) {
        if (this.#pending === pending) this.#pending = undefined;
        pending.abort.abort();
      }
    }
  }

  #ask(): Pending {
    const abort = new AbortController();
    const answer = this.#request(abort.signal);
    // It may be that nobody waits any more when it fails.
    answer.catch(() => {});
    return { answer, abort, waiting: 0 };
  }

  async #request(signal: AbortSignal): Promise<Credentials> {
    const { clock, expiryMarginMs } = this.#options;
    const askedAt = clock.monotonic();
    const { token, lifetimeMs } = await requestToken(this.#options, signal);
    const credentials = { type: 'bearer', token } as const;
    const margin = Math.min(expiryMarginMs, lifetimeMs / 10);
    if (!signal.aborted) this.#token = { credentials, usableUntil: askedAt + lifetimeMs - margin };
    return credentials;
  }
}

async function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw abortError(signal);
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function isTokenUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, hash } = new URL(value);
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return hash === '' && (protocol === 'https:' || (protocol === 'http:' && isHere));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function secretText<T extends string | undefined>(fallback: T) {
  return { ...field<T>(fallback, 'text that is not empty', isText), isSecret: true };
}

const FIELDS: Fields<ResolvedOAuth2Options> = {
  tokenUrl: {
    ...field('', 'an address that begins with https://, or http:// on this machine', isTokenUrl),
    isSecret: true,
  },
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
  clientAuth: oneOf<'header' | 'body'>('header', ['header', 'body']),
  expiryMarginMs: milliseconds(60_000, 0),
  proxy: REACH_FIELDS.proxy,
  tls: REACH_FIELDS.tls,
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};
