import type { FakeClock } from '../../lib/testing/index.js';

/** Lets so much time pass, and then what is due at once happen, until it has. */
export async function again(clock: FakeClock, hasHappened: () => boolean, ms: number): Promise<void> {
  await clock.advance(ms);
  while (!hasHappened()) await clock.advance(0);
}

/** Lets time pass in small steps until the run is over. */
export async function whileTimePasses<T>(clock: FakeClock, running: Promise<T>): Promise<T> {
  const over = new AbortController();
  const ended = running.finally(() => over.abort());
  while (!over.signal.aborted) await clock.advance(100);
  return await ended;
}
