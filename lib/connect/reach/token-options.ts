import { optionError } from '../../errors.js';
import { hasStraySpace } from '../../internal/address.js';
import { type Clock, systemClock } from '../../internal/clock.js';
import { type Field, type Fields, field, milliseconds, objectWith } from '../../internal/options.js';
import { REACH_FIELDS, type TlsOptions, type TlsProvider } from '../options/reach-options.js';

/** How long a token is used, and the way to its endpoint. */
export interface TokenOptions {
  /**
   * A token is not used any more so long before it ends; of one that lives for less than ten times that, a tenth. Not together with
   * `expiryRatio`. @default 60_000
   */
  readonly expiryMarginMs?: number | undefined;
  /** How much of its time a token is used, above 0 and up to 1: 0.9 is up to a tenth before its end. @default none: by `expiryMarginMs` */
  readonly expiryRatio?: number | undefined;
  /** The proxy on the way to the token endpoint, as that of `WebSocketReadable`. @default 'none' */
  readonly proxy?: string | undefined;
  /** TLS options for the token endpoint. @default Node's */
  readonly tls?: TlsOptions | TlsProvider | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** {@link TokenOptions} with every default filled in. */
export interface ResolvedTokenOptions {
  readonly expiryMarginMs: number | undefined;
  readonly expiryRatio: number | undefined;
  readonly proxy: string;
  readonly tls: TlsOptions | TlsProvider;
  readonly clock: Clock;
}

export const TOKEN_FIELDS: Fields<ResolvedTokenOptions> = {
  expiryMarginMs: milliseconds<number | undefined>(undefined, 0),
  expiryRatio: field<number | undefined>(
    undefined,
    'a number above 0 and up to 1',
    (value) => typeof value === 'number' && value > 0 && value <= 1,
  ),
  proxy: REACH_FIELDS.proxy,
  tls: REACH_FIELDS.tls,
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};

/** The address of a token endpoint. */
export const endpointField: Field<string> = {
  ...field('', 'an address that begins with https://, or http:// on this machine', isEndpoint),
  isSecret: true,
};

/** Text that is not shown. */
export function secretText<T extends string | undefined>(fallback: T): Field<T> {
  return { ...field<T>(fallback, 'text that is not empty', isText), isSecret: true };
}

/**
 * @throws {ConfigError} when one of `needed` is missing, or both say how long a token is used
 */
export function checkTokenOptions<T extends ResolvedTokenOptions>(
  owner: string,
  resolved: T,
  fields: Fields<T>,
  needed: readonly (keyof T & string)[],
): void {
  for (const key of needed) {
    if (resolved[key] === '') throw optionError(`${owner}.${key}`, `Expected ${fields[key].expected}, got none.`);
  }
  if (resolved.expiryRatio !== undefined && resolved.expiryMarginMs !== undefined) {
    throw optionError(`${owner}.expiryRatio`, 'It does not go together with `expiryMarginMs`. Remove one of the two.');
  }
}

function isEndpoint(value: unknown): boolean {
  if (typeof value !== 'string' || hasStraySpace(value) || !URL.canParse(value)) return false;
  const { protocol, hostname, hash } = new URL(value);
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return hash === '' && (protocol === 'https:' || (protocol === 'http:' && isHere));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
