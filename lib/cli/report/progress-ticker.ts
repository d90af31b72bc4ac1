import type { Clock, TimerHandle } from '../../internal/clock.js';
import type { Source } from '../../source/source.js';
import type { FeedSpool } from '../../spool/spool.js';
import { RateMeter } from './rate-meter.js';
import type { Reporter } from './reporter.js';
import { spoolReport } from './spool-report.js';

/** Reports progress as often as its reporter wants to hear it, until it is stopped. */
export class ProgressTicker {
  readonly #facts: TickerFacts;
  readonly #meter = new RateMeter();
  #timer: TimerHandle;

  constructor(facts: TickerFacts) {
    this.#facts = facts;
    this.#arm();
  }

  stop(): void {
    this.#facts.clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    const { clock, reporter } = this.#facts;
    if (reporter.progressEveryMs === undefined) return;
    this.#timer = clock.setTimeout(() => {
      this.#arm();
      this.#report();
    }, reporter.progressEveryMs);
  }

  #report(): void {
    const { source, spool, reporter, clock, elapsed } = this.#facts;
    const { stats } = source;
    const elapsedMs = elapsed();
    const rates = this.#meter.rates(elapsedMs, stats.records, stats.bytes);
    reporter.progress({
      elapsedMs,
      stats,
      ...(spool !== undefined && { spool: spoolReport(spool) }),
      recordsPerSecond: rates.records,
      bytesPerSecond: rates.bytes,
      sinceFrameMs: stats.lastFrameAt === undefined ? undefined : Math.max(0, clock.now() - stats.lastFrameAt),
    });
  }
}

interface TickerFacts {
  readonly source: Source;
  readonly spool?: FeedSpool | undefined;
  readonly reporter: Reporter;
  readonly clock: Clock;
  /** Milliseconds since the run began. */
  readonly elapsed: () => number;
}
