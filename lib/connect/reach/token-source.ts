import { abortError } from '../../internal/abort.js';
import type { Clock } from '../../internal/clock.js';
import type { CredentialProvider, Credentials } from '../options/credentials.js';

/** What a token endpoint gave. */
export interface Fetched {
  readonly credentials: Credentials;
  /** How long it is good for. @default 5 minutes */
  readonly lifetimeMs: number | undefined;
}

/** What a {@link tokenProvider} does. */
export interface TokenSourceOptions {
  readonly clock: Clock;
  /** How much of its time a token is used, from 0 to 1; in place of the margin. */
  readonly expiryRatio: number | undefined;
  /** So long before its end a token is not used any more, or a tenth of its time before it where that is less. @default 60_000 */
  readonly expiryMarginMs: number | undefined;
  /** Whether a request is given up when nobody waits for it any more. One that spends a token has to be seen to its end. */
  readonly isAbortable: boolean;
  /** Asks the token endpoint. */
  request(signal: AbortSignal): Promise<Fetched>;
}

/**
 * Gives the newest token until shortly before it ends, or a server has refused it. However many connections wait for the
 * next, one request is under way.
 */
export function tokenProvider(options: TokenSourceOptions): CredentialProvider {
  const source = new TokenSource(options);
  return ({ refused, signal }) => source.get(refused, signal);
}

/** A request under way, and how many wait for it. */
interface Pending {
  readonly answer: Promise<Credentials>;
  readonly abort: AbortController;
  waiting: number;
  isOver: boolean;
}

class TokenSource {
  readonly #options: TokenSourceOptions;
  #token: { readonly credentials: Credentials; readonly usableUntil: number } | undefined;
  #pending: Pending | undefined;

  constructor(options: TokenSourceOptions) {
    this.#options = options;
  }

  /** The token; the wait for it ends with `signal`. */
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
      if (pending.waiting === 0 && (pending.isOver || this.#options.isAbortable)) {
        if (this.#pending === pending) this.#pending = undefined;
        pending.abort.abort();
      }
    }
  }

  #ask(): Pending {
    const abort = new AbortController();
    const answer = this.#request(abort.signal);
    const pending: Pending = { answer, abort, waiting: 0, isOver: false };
    // It may be that nobody waits any more when it fails.
    const over = (): void => {
      pending.isOver = true;
      if (pending.waiting === 0 && this.#pending === pending) this.#pending = undefined;
    };
    answer.then(over, over);
    return pending;
  }

  async #request(signal: AbortSignal): Promise<Credentials> {
    const { clock, request } = this.#options;
    const askedAt = clock.monotonic();
    const { credentials, lifetimeMs = DEFAULT_LIFETIME_MS } = await request(signal);
    if (!signal.aborted) this.#token = { credentials, usableUntil: askedAt + this.#usableMs(lifetimeMs) };
    return credentials;
  }

  #usableMs(lifetimeMs: number): number {
    const { expiryRatio, expiryMarginMs = DEFAULT_MARGIN_MS } = this.#options;
    return expiryRatio === undefined
      ? lifetimeMs - Math.min(expiryMarginMs, lifetimeMs / 10)
      : lifetimeMs * expiryRatio;
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

/** Where the answer does not say when it ends. */
const DEFAULT_LIFETIME_MS = 5 * 60_000;
const DEFAULT_MARGIN_MS = 60_000;
