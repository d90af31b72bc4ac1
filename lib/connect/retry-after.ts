/**
 * How long a `Retry-After` header asks to wait, in milliseconds: it holds seconds, or an HTTP date (RFC 9110, section
 * 10.2.3). At most one hour; `undefined` when it holds neither.
 *
 * @param now epoch milliseconds
 */
export function retryAfterMs(header: string, now: number): number | undefined {
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : HTTP_DATE.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, and the two forms before it that a recipient must accept. */
const HTTP_DATE =
  /^(\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT|\w{6,9}, \d{2}-\w{3}-\d{2} \d{2}:\d{2}:\d{2} GMT|\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;
const MAX_RETRY_AFTER_MS = 3_600_000;
