import type { Clock } from '../../internal/clock.js';
import { ExplainedError, noAnswer } from '../../kafka/failures.js';

/** What work comes to, unless that takes longer: a client may try for minutes, or forget what it was asked. */
export function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(new ExplainedError(noAnswer(ms))), ms);
    work.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}

/** Closes what looked, which may take no longer than that, and does not matter. */
export async function closed(clock: Clock, closing: Promise<void>): Promise<void> {
  await within(clock, CLOSE_MS, closing).catch(() => {});
}

/** For connections to be closed. */
const CLOSE_MS = 5_000;
