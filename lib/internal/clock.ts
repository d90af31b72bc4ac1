/** Where time comes from. Passed in, so that a test can hold it in its hand. */
export interface Clock {
  /** Epoch milliseconds: for facts about the world. */
  now(): number;
  /** Milliseconds that never go back: for durations. */
  monotonic(): number;
  /** Calls `callback` once after `ms`; waits that exceed what a timer can hold are cut to 24.8 days. */
  setTimeout(callback: () => void, ms: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}

/** What {@link Clock.setTimeout} returns. Opaque. */
export type TimerHandle = unknown;

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, MAX_TIMER_MS)),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** Node fires a timer at once when it is longer than a signed 32-bit count of milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;
