import { AuthError } from '../../errors.js';
import { isHeaders, isHeaderText } from '../../internal/header.js';

/** What proves who we are, sent with the upgrade request. */
export type Credentials =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'custom'; readonly headers: Readonly<Record<string, string>> };

/** What a {@link CredentialProvider} is told. */
export interface CredentialRequest {
  /** The address that is about to be connected to, without user info. */
  readonly url: string;
  /** 1 for the run's first attempt to connect, 2 for the next, … */
  readonly attempt: number;
  /** Whether the server refused what this provider gave last: what is cached of it is worth nothing. */
  readonly refused: boolean;
  /** Aborted when the answer is no longer wanted: the run ended, or the handshake timed out. */
  readonly signal: AbortSignal;
}

/**
 * Asked anew before every connect and reconnect, so that a token that was renewed meanwhile is used. It has
 * `handshakeTimeoutMs` to answer; a rejection counts as a failed attempt to connect (`ERR_AUTH`).
 */
export type CredentialProvider = (request: CredentialRequest) => Credentials | Promise<Credentials>;

/** Whether they can be sent. */
export function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== 'object' || value === null) return false;
  const given = value as { readonly [key: string]: unknown };
  switch (given['type']) {
    case 'none':
      return true;
    case 'bearer':
      return isHeaderText(given['token']);
    case 'basic':
      return typeof given['username'] === 'string' && typeof given['password'] === 'string';
    case 'custom':
      return isHeaders(given['headers']);
    default:
      return false;
  }
}

/** The request headers that carry `credentials`. */
export function authHeaders(credentials: Credentials): Readonly<Record<string, string>> {
  switch (credentials.type) {
    case 'none':
      return {};
    case 'bearer':
      return { authorization: `Bearer ${credentials.token}` };
    case 'basic':
      return {
        authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`,
      };
    case 'custom':
      return credentials.headers;
    default:
      throw new AuthError(
        "The credential provider returned something that is no credential. Return { type: 'none' | 'bearer' | 'basic' | 'custom', … }.",
      );
  }
}
