import type { Clock, TimerHandle } from '../../../internal/clock.js';
import type { FeedMeters } from '../../../observe/feed-meters.js';
import { feedReport } from '../../../observe/feed-report.js';
import { type FeedNow, Feeds } from '../../top/feeds.js';
import { stateOf, tableOf } from '../../top/table.js';
import { formatCount, formatNumber } from '../format.js';
import type { ManyReporter } from './many-reporter.js';

/** Shows the table of all feeds as often as its reporter wants to, until it is stopped. */
export class TableTicker {
  readonly #facts: TickerFacts;
  readonly #feeds = new Feeds();
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
    const everyMs = reporter.tableEveryMs;
    if (everyMs === undefined) return;
    this.#timer = clock.setTimeout(() => {
      this.#arm();
      this.#show();
    }, everyMs);
  }

  #show(): void {
    const { clock, meters, reporter } = this.#facts;
    this.#feeds.hold(
      clock.now(),
      meters.feeds.map((meter) => [meter.name, feedReport(meter)] as const),
    );
    const feeds = this.#feeds.list();
    const lines = tableOf(feeds, this.#feeds.at, undefined);
    reporter.table(
      headOf(feeds),
      lines.map(({ text }) => text),
    );
  }
}

interface TickerFacts {
  readonly meters: FeedMeters;
  readonly reporter: ManyReporter;
  readonly clock: Clock;
}

/** How many feeds there are in which state, and how fast all of them are. */
function headOf(feeds: readonly FeedNow[]): string {
  const states = new Map<string, number>();
  for (const { facts } of feeds) states.set(stateOf(facts), (states.get(stateOf(facts)) ?? 0) + 1);
  const counts = [...states].toSorted(([, a], [, b]) => b - a).map(([state, count]) => `${count} ${state}`);
  const speed = feeds.reduce((sum, { recordsPerSecond = 0 }) => sum + recordsPerSecond, 0);
  return `${formatNumber(feeds.length, 'feed')}: ${counts.join(', ')} · ${formatCount(speed)} records/s, the worst first`;
}
