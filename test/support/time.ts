import type { FakeClock } from '../../lib/testing/index.js';
import { deadline } from './until.js';

/** Lets so much time pass, and then what is due at once happen, until it has. */
export async function again(clock: FakeClock, hasHappened: () => boolean, ms: number): Promise<void> {
  const giveUp = deadline(() => String(hasHappened));
  await clock.advance(ms);
  while (!hasHappened()) {
    giveUp();
    await clock.advance(0);
  }
}

/** For `onEvent`: lets the wait before each attempt pass, and nothing more, however long the sockets take. */
export function passingWaits(clock: FakeClock): (name: string, payload: unknown) => void {
  return (name, payload) => {
    if (name === 'reconnecting') void clock.advance((payload as { readonly delayMs: number }).delayMs);
  };
}

/** Lets time pass in small steps until the run is over. It does not wait for sockets: no time-out may change the outcome. */
export async function whileTimePasses<T>(clock: FakeClock, running: Promise<T>, stepMs = 100): Promise<T> {
  const giveUp = deadline(() => 'the end of a run, while time passes');
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  running.then(end, end);
  while (!isOver) {
    giveUp();
    await clock.advance(stepMs);
  }
  return await running;
}
