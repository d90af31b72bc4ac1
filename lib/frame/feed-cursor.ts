/** From where a server is to go on: values out of the feed's own frames, by their names in `resume.values`. */
export interface FeedCursor {
  /** The address that they came from, without user info and query. */
  readonly endpoint: string;
  /** Text, never numbers: what is past 2^53 keeps its digits. */
  readonly values: Readonly<Record<string, string>>;
  /** With `caughtUp`, while a server sends what was missed: when the gap began that this closes, in epoch milliseconds. */
  readonly since?: number | undefined;
}

/** Whether it can be a cursor. */
export function isCursor(value: unknown): value is FeedCursor {
  const { endpoint, values, since } = Object(value) as Partial<FeedCursor>;
  if (since !== undefined && !Number.isFinite(since)) return false;
  const isObject = typeof values === 'object' && values !== null;
  return typeof endpoint === 'string' && isObject && Object.values(values).every((text) => typeof text === 'string');
}
