import type { Reporter, Summary } from './reporter.js';

/** Says nothing but why a command fails, in the words of another reporter. */
export class QuietReporter implements Reporter {
  readonly progressEveryMs = undefined;
  readonly #reporter: Reporter;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  failure(error: unknown): void {
    this.#reporter.failure(error);
  }

  progress(): void {}
  event(): void {}
  refused(): void {}
  stopping(): void {}
  abandoned(): void {}
  summary(_summary: Summary): void {}
}
