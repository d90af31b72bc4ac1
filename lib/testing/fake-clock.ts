import { setImmediate as nextTurn } from 'node:timers/promises';
import { optionError } from '../errors.js';
import type { Clock, TimerHandle } from '../internal/clock.js';

/** A {@link Clock} that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** How many timers are armed. */
  readonly pending: number;
  /**
   * Moves time on by `ms`, and fires what falls due on the way: in order of time, and of arming within the same
   * millisecond; timers that are armed meanwhile too. Before each timer and at the end the event loop turns once, so that
   * promise jobs and I/O callbacks that are ready have run. Calls queue up. Rejects with what a timer throws.
   */
  advance(ms: number): Promise<void>;
  /** Resolves as soon as at least `count` timers are armed: for code that arms one after some I/O. @default 1 */
  whenPending(count?: number): Promise<void>;
}

/**
 * Makes a clock whose `now()` begins at `startAt`, in epoch milliseconds.
 *
 * @param startAt defaults to 2026-01-01T00:00:00Z
 * @example
 * ```ts
 * const clock = createFakeClock();
 * clock.setTimeout(() => console.log(clock.monotonic()), 50);
 * await clock.advance(100); // prints 50
 * ```
 */
export function createFakeClock(startAt = DEFAULT_START): FakeClock {
  const timers = new Set<FakeTimer>();
  const waiters = new Set<() => void>();
  let elapsed = 0;
  let queue: Promise<void> = Promise.resolve();

  async function advance(ms: number): Promise<void> {
    const target = elapsed + ms;
    for (let fired = 0; ; fired += 1) {
      await nextTurn();
      const timer = earliest(timers);
      if (timer === undefined || timer.dueAt > target) break;
      if (fired >= MAX_FIRED) {
        throw optionError(
          'advance',
          `${MAX_FIRED} timers fired within ${ms} ms: one arms itself again without end. Give it a time above 0.`,
        );
      }
      timers.delete(timer);
      elapsed = Math.max(elapsed, timer.dueAt);
      timer.callback();
    }
    elapsed = target;
  }

  return {
    now: () => startAt + elapsed,
    monotonic: () => elapsed,
    setTimeout: (callback, ms) => {
      const timer: FakeTimer = { callback, dueAt: elapsed + (ms > 0 ? Math.min(ms, MAX_TIMER_MS) : 0) };
      timers.add(timer);
      for (const wake of [...waiters]) wake();
      return timer;
    },
    clearTimeout: (handle: TimerHandle) => {
      timers.delete(handle as FakeTimer);
    },
    get pending() {
      return timers.size;
    },
    advance: (ms) => {
      if (!(Number.isFinite(ms) && ms >= 0)) {
        return Promise.reject(optionError('advance', `Expected milliseconds of at least 0, got ${ms}.`));
      }
      const done = queue.then(() => advance(ms));
      queue = done.catch(() => {});
      return done;
    },
    whenPending: (count = 1) =>
      new Promise((resolve) => {
        const wake = (): void => {
          if (timers.size < count) return;
          waiters.delete(wake);
          resolve();
        };
        waiters.add(wake);
        wake();
      }),
  };
}

interface FakeTimer {
  readonly callback: () => void;
  readonly dueAt: number;
}

/** Of those of the same moment the one that was armed first, which a Set keeps before the others. */
function earliest(timers: ReadonlySet<FakeTimer>): FakeTimer | undefined {
  let first: FakeTimer | undefined;
  for (const timer of timers) if (first === undefined || timer.dueAt < first.dueAt) first = timer;
  return first;
}

const DEFAULT_START = Date.UTC(2026, 0, 1);
const MAX_FIRED = 100_000;
const MAX_TIMER_MS = 2 ** 31 - 1;
