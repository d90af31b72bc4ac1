import type { EachValues } from './each.js';

/**
 * What a feed is called: as `name` says, where that tells feeds apart by a placeholder; else that with the row's `id` and the values of `each` behind
 * it, or these alone.
 *
 * @param written what `name` came to, @param placeholders those that it was written with, @param id of the row
 */
export function feedName(
  written: unknown,
  placeholders: readonly string[],
  id: unknown,
  values: EachValues,
): string | undefined {
  const name = typeof written === 'string' ? written : undefined;
  if (name !== undefined && placeholders.some((one) => OF_FEED.test(one))) return name;
  const parts = [name, id, ...Object.values(values)].filter((part) => part !== undefined && part !== null);
  return parts.length === 0 ? undefined : parts.map(String).join('-');
}

const OF_FEED = /^\$\{(row|each)\./;
