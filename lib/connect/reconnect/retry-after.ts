import { httpDate } from './http-date.js';

/**
 * How long a `Retry-After` header asks to wait, in milliseconds: it holds seconds, or an HTTP date (RFC 9110, section
 * 10.2.3). At most one hour; `undefined` when it holds neither.
 *
 * @param now epoch milliseconds
 */
export function retryAfterMs(header: string, now: number): number | undefined {
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : httpDate(text, now) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}

const MAX_RETRY_AFTER_MS = 3_600_000;
