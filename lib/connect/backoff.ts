/** How long to wait before an attempt to reconnect: `attempt` is 1, 2, …; milliseconds. */
export type Backoff = (attempt: number) => number;

/** The same wait before every attempt. */
export function fixedBackoff(ms: number): Backoff {
  return () => ms;
}
