import type { FeedConfig } from '../../feed/open-feed.js';
import type { ListenFlags } from '../observe/listen-flags.js';
import type { Observer } from '../observe/observer.js';
import type { Reporter } from '../report/reporter.js';
import type { Output } from '../terminal/output.js';
import type { ExitStatus } from './exit-status.js';
import type { OnHangup } from './hangup.js';
import type { WatchRun } from './run-feed.js';

/**
 * Runs what a pipeline file, or the flags of `capture`, come to. All that a run needs is loaded here, and not before.
 *
 * @throws {ConfigError} when this machine cannot do what is configured
 */
export async function runPipeline(
  config: FeedConfig,
  output: Output,
  reporter: Reporter,
  { onHangup, ...flags }: RunFlags,
): Promise<ExitStatus> {
  const [{ openFeed }, { refusalLogger }, { noticeLogger }, { runFeed }] = await Promise.all([
    import('../../feed/open-feed.js'),
    import('../report/refusals.js'),
    import('../report/notices.js'),
    import('./run-feed.js'),
  ]);
  const observers: Observer[] = [];
  let status: ExitStatus | undefined;
  try {
    for await (const observer of observersOf(config, flags, { output, reporter })) observers.push(observer);
    const feed = await openFeed(config, {
      secretsMet: output.hideMet,
      refusals: refusalLogger((refusal) => reporter.refused(refusal)),
      notices: noticeLogger((notice) => reporter.notice(notice)),
    });
    if (feed.sink.isOnTerminal) output.shareTerminal();
    const watch: WatchRun = (run) => {
      for (const observer of observers) observer.watch(run);
    };
    status = await runFeed(feed, reporter, { onHangup, watch });
    return status;
  } finally {
    const areFree = await Promise.all(observers.map((observer) => observer.close()));
    if (areFree.includes(false) && status !== undefined) {
      const { leaveIfHeld } = await import('./leave.js');
      leaveIfHeld(status);
    }
  }
}

/** Who looks on: what nobody asks for is not loaded. */
async function* observersOf(
  config: FeedConfig,
  flags: ListenFlags,
  told: { readonly output: Output; readonly reporter: Reporter },
): AsyncGenerator<Observer> {
  if (config.otel !== undefined) {
    const { startOtel } = await import('../observe/otel.js');
    yield await startOtel(config.otel, config, told);
  }
  if (flags.listen !== undefined || config.listen !== undefined) {
    const { startObserver } = await import('../observe/observer.js');
    yield await startObserver(flags, config, told);
  }
}

/** Flags of a command that runs a pipeline. */
interface RunFlags extends ListenFlags {
  readonly onHangup?: OnHangup | undefined;
}
