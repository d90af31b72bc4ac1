import type { Notice } from './notices.js';
import type { Reporter, RunTrace, Summary } from './reporter.js';

/** Says nothing but why a command fails, in the words of another reporter. */
export class QuietReporter implements Reporter {
  readonly progressEveryMs = undefined;
  readonly #reporter: Reporter;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  named(feed: string | undefined): void {
    this.#reporter.named?.(feed);
  }

  traced(trace: RunTrace | undefined): void {
    this.#reporter.traced?.(trace);
  }

  failure(error: unknown): void {
    this.#reporter.failure(error);
  }

  reopenFailed(error: unknown): void {
    this.#reporter.reopenFailed(error);
  }

  progress(): void {}
  note(): void {}
  event(): void {}
  refused(): void {}
  notice(_notice: Notice): void {}
  stopping(): void {}
  reopened(): void {}
  abandoned(): void {}
  summary(_summary: Summary): void {}
}
