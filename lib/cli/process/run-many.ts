import type { PipelineFile } from '../../feed/feed-of.js';
import type { Pipelines } from '../../feed/pipeline-file.js';
import type { FeedRun } from '../../feeds/feed-run.js';
import { type SupervisedFeed, Supervisor } from '../../feeds/supervisor.js';
import { systemClock } from '../../internal/clock.js';
import { FeedMeters } from '../../observe/feed-meters.js';
import type { ListenFlags } from '../observe/listen-flags.js';
import { type Observers, openObservers } from '../observe/observers.js';
import { watchedFeed } from '../observe/watched.js';
import type { ManyReporter } from '../report/many/many-reporter.js';
import { TableTicker } from '../report/many/table-ticker.js';
import { noticeLogger } from '../report/notices.js';
import { ProgressTicker } from '../report/progress-ticker.js';
import { refusalLogger } from '../report/refusals.js';
import type { Output } from '../terminal/output.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { hangupHandler, type OnHangup } from './hangup.js';
import { leave, leaveIfHeld } from './leave.js';
import { reportEvents, summaryOf } from './run-summary.js';
import { onStopSignals, type StopSignal } from './signals.js';

/**
 * Runs the feeds of a file beside each other, each looked after by itself. It ends when all are over, or by a signal, which ends all in good order.
 *
 * @throws {ConfigError} when nobody may or can listen as is configured
 */
export async function runMany(
  { feeds, execution, restart }: Pipelines,
  output: Output,
  reporter: ManyReporter,
  { onHangup, ...flags }: ListenFlags & { readonly onHangup?: OnHangup | undefined },
): Promise<ExitStatus> {
  const startedAt = systemClock.monotonic();
  let signal: StopSignal | undefined;
  let isKept = false;
  const meters = new FeedMeters();
  const tickers = new Map<string, ProgressTicker>();
  const begunAt = new Map<string, number>();
  const elapsedOf = (name: string): number => systemClock.monotonic() - (begunAt.get(name) ?? startedAt);
  let observers: Observers | undefined;
  const supervisor = new Supervisor<NamedFeed>(
    { ...execution, restart, clock: systemClock, random: Math.random },
    {
      watcherOf({ name }) {
        const told = reporter.of(name);
        return {
          secretsMet: output.hideMet,
          refusals: refusalLogger((refusal) => told.refused(refusal)),
          notices: noticeLogger((notice) => told.notice(notice)),
        };
      },
      begun(feed, run) {
        const { name } = feed;
        begunAt.set(name, systemClock.monotonic());
        if (run.feed.sink.isOnTerminal) output.shareTerminal();
        const told = reporter.of(name);
        reportEvents(run, told);
        meters.watch(output.clean(name), watchedFeed(feed, run));
        observers?.watch(run, feed, told);
        const { source, spool } = run.feed;
        tickers.set(
          name,
          new ProgressTicker({ source, spool, reporter: told, clock: systemClock, elapsed: () => elapsedOf(name) }),
        );
      },
      over({ name }, { run, outcome }, restartMs) {
        tickers.get(name)?.stop();
        isKept ||= outcome.isKept;
        const told = reporter.of(name);
        if (run !== undefined) told.summary(summaryOf(run.feed, outcome, { signal, elapsedMs: elapsedOf(name) }));
        if (outcome.failure !== undefined) told.failure(outcome.failure.error);
        if (restartMs !== undefined) reporter.restarting(name, restartMs);
      },
    },
  );
  const unlisten = onStopSignals({
    first(received) {
      signal = received;
      reporter.stopping(received);
      supervisor.stop();
    },
    again() {
      reporter.abandoned();
      leave(EXIT.interrupted, 'SIGINT');
    },
    hangup: hangupHandler(onHangup, sinksOf(supervisor), reporter),
  });
  const table = new TableTicker({ meters, reporter, clock: systemClock });
  let status: ExitStatus | undefined;
  try {
    observers = await openObservers(feeds[0]!, flags, { output, reporter: reporter.whole });
    for (const feed of feeds) supervisor.add(feed as NamedFeed);
    await supervisor.done();
    const slots = supervisor.feeds;
    const failed = slots.filter(({ state }) => state === 'failed');
    reporter.over({
      feeds: slots.length,
      failed: failed.map(({ feed, failure }) => ({ feed: feed.name, error: failure?.error })),
      records: slots.reduce((sum, { stored }) => sum + stored, 0),
      restarts: slots.reduce((sum, { restarts }) => sum + restarts, 0),
      elapsedMs: systemClock.monotonic() - startedAt,
    });
    status = failed.length === 0 ? EXIT.ok : EXIT.failed;
    return status;
  } finally {
    table.stop();
    unlisten();
    meters.close();
    const isFree = (await observers?.close()) ?? true;
    if ((isKept || !isFree) && status !== undefined) leaveIfHeld(status);
  }
}

/** A feed of a file of many, which has a name. */
type NamedFeed = PipelineFile & SupervisedFeed;

/** The sinks of the runs that go on, whenever somebody asks. */
function* sinksOfRuns(runs: Iterable<FeedRun | undefined>): Generator<FeedRun['feed']['sink']> {
  for (const run of runs) if (run !== undefined) yield run.feed.sink;
}

function sinksOf(supervisor: Supervisor<NamedFeed>): Iterable<FeedRun['feed']['sink']> {
  return { [Symbol.iterator]: () => sinksOfRuns(supervisor.feeds.map(({ run }) => run)) };
}
