import type { Writable } from 'node:stream';
import type { Clock } from './clock.js';
import type { Logger } from './logger.js';

/** What a stage does with input that it refuses. */
export type OnError = 'fail' | 'skip' | 'divert';

/** What {@link Rejects} handles: a dead letter carries at least its cause. */
interface Letter {
  readonly error: Error;
}

/**
 * The one place that decides what becomes of refused input: `fail` throws its error, `skip` counts and warns, `divert`
 * also writes it to the dead letter. Warnings are at most one every ten seconds, with the count since the last.
 */
export class Rejects<L extends Letter> {
  readonly #options: { onError: OnError; deadLetter: Writable | undefined; logger: Logger; clock: Clock };
  #count = 0;
  #warnedCount = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(options: { onError: OnError; deadLetter: Writable | undefined; logger: Logger; clock: Clock }) {
    this.#options = options;
  }

  /** How many were refused and not fatal. */
  get count(): number {
    return this.#count;
  }

  /** @throws the letter's error, with `fail` */
  handle(letter: L): void {
    if (this.#options.onError === 'fail') throw letter.error;
    this.#count += 1;
    const { deadLetter } = this.#options;
    deadLetter?.write(letter);
    // One that writes at once fails at once: what comes next would be lost.
    if (deadLetter?.errored) throw deadLetter.errored;
    this.#warn(letter.error);
  }

  #warn(error: Error): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    const since = this.#count - this.#warnedCount;
    this.#options.logger.warn({ err: error, count: since, total: this.#count }, 'input was refused');
    this.#warnedAt = now;
    this.#warnedCount = this.#count;
  }
}

const WARN_EVERY_MS = 10_000;
