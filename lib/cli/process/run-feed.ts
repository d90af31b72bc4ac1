import type { OpenFeed } from '../../feed/open-feed.js';
import { FeedRun } from '../../feeds/feed-run.js';
import { systemClock } from '../../internal/clock.js';
import { ProgressTicker } from '../report/progress-ticker.js';
import type { Reporter } from '../report/reporter.js';
import { EXIT, type ExitStatus, exitStatusOf } from './exit-status.js';
import { hangupHandler, type OnHangup } from './hangup.js';
import { leave, leaveIfHeld } from './leave.js';
import { reportEvents, summaryOf } from './run-summary.js';
import { onStopSignals, type StopSignal } from './signals.js';

/**
 * Runs a source into a sink, with progress, signals and a summary: what `spillway run` and `spillway demo` share. It
 * never rejects; a failure is reported, and tells in the exit status. When it is done, nothing of the run is left open.
 *
 * @param options `onHangup`: what SIGHUP is for; `watch`: who looks on
 */
export async function runFeed(
  feed: OpenFeed,
  reporter: Reporter,
  { onHangup, watch }: RunFeedOptions = {},
): Promise<ExitStatus> {
  const { source, sink, spool } = feed;
  const startedAt = systemClock.monotonic();
  const elapsed = () => systemClock.monotonic() - startedAt;
  const run = new FeedRun(feed);
  let signal: StopSignal | undefined;
  // Until the end: the closing handshake may still be under way, and what the sink was given last.
  const unlisten = onStopSignals({
    first(received) {
      signal = received;
      reporter.stopping(received);
      run.stop();
    },
    again() {
      reporter.abandoned();
      leave(EXIT.interrupted, 'SIGINT');
    },
    hangup: hangupHandler(onHangup, [sink], reporter),
  });
  reportEvents(run, reporter);
  watch?.(run);
  const ticker = new ProgressTicker({ source, spool, reporter, clock: systemClock, elapsed });
  const outcome = await run.whole();
  const { failure } = outcome;
  ticker.stop();
  reporter.summary(summaryOf(feed, outcome, { signal, elapsedMs: elapsed() }));
  if (failure !== undefined) reporter.failure(failure.error);
  unlisten();
  // What the sink waits for may hold the process for ever.
  if (outcome.isKept) leaveIfHeld(exitStatusOf(failure));
  return exitStatusOf(failure);
}

/** Who looks on, from before it connects. */
export type WatchRun = (run: FeedRun) => void;

interface RunFeedOptions {
  readonly onHangup?: OnHangup | undefined;
  readonly watch?: WatchRun | undefined;
}
