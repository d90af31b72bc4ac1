import type { Moment } from '../../frame/gap.js';
import { DAY_MS, type ResolvedRotationOptions } from '../options/rotation-options.js';

/**
 * When a connection that is new now is to be rotated: by its age, or at a time of day, whichever comes first. Ages are
 * measured on the clock that never goes back. The one on the wall may be set meanwhile, so it is looked at each time.
 */
export class RotationPlan {
  readonly #options: ResolvedRotationOptions;
  readonly #earlyMs: number;
  /** On the clock that never goes back. */
  readonly #oldAt: number;
  /** On the wall: the time of day that comes next, and the time when that was looked at last. */
  #dailyAt: number;
  #seenAt: number;

  constructor(options: ResolvedRotationOptions, { at, monotonic }: Moment, random: () => number) {
    this.#options = options;
    this.#earlyMs = random() * options.rotationJitterMs;
    this.#oldAt = monotonic + (options.maxConnectionAgeMs ?? Number.POSITIVE_INFINITY);
    this.#dailyAt = nextDaily(options, at);
    this.#seenAt = at;
  }

  /** How long after `now` that is: nothing or less when it is time, `Infinity` for never. */
  leftMs({ at, monotonic }: Moment): number {
    // It was put back: the time of day may come before the one that was planned for.
    if (at < this.#seenAt) this.#dailyAt = nextDaily(this.#options, at);
    this.#seenAt = at;
    return Math.min(this.#oldAt - monotonic, this.#dailyAt - at) - this.#earlyMs;
  }
}

/** The time of day after `now`, in epoch milliseconds; `Infinity` where there is none. */
function nextDaily({ rotateAt, rotationJitterMs }: ResolvedRotationOptions, now: number): number {
  if (rotateAt === undefined) return Number.POSITIVE_INFINITY;
  const [hours = 0, minutes = 0, seconds = 0] = rotateAt.split(':').map(Number);
  const inDayMs = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  const leftMs = DAY_MS - ((now - inDayMs) % DAY_MS);
  // One that came early by its jitter must not come again at the planned time.
  return now + (leftMs > rotationJitterMs ? leftMs : leftMs + DAY_MS);
}
