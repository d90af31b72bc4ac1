import type { FeedConfig } from '../../feed/open-feed.js';
import type { ListenFlags } from '../observe/listen-flags.js';
import { type Observers, openObservers } from '../observe/observers.js';
import type { Reporter } from '../report/reporter.js';
import type { Output } from '../terminal/output.js';
import type { ExitStatus } from './exit-status.js';
import type { OnHangup } from './hangup.js';

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
  let observers: Observers | undefined;
  let status: ExitStatus | undefined;
  try {
    observers = await openObservers(config, flags, { output, reporter });
    const feed = await openFeed(config, {
      secretsMet: output.hideMet,
      refusals: refusalLogger((refusal) => reporter.refused(refusal)),
      notices: noticeLogger((notice) => reporter.notice(notice)),
    });
    if (feed.sink.isOnTerminal) output.shareTerminal();
    status = await runFeed(feed, reporter, { onHangup, watch: (run) => observers?.watch(run, config, reporter) });
    return status;
  } finally {
    const isFree = (await observers?.close()) ?? true;
    if (!isFree && status !== undefined) {
      const { leaveIfHeld } = await import('./leave.js');
      leaveIfHeld(status);
    }
  }
}

/** Flags of a command that runs a pipeline. */
interface RunFlags extends ListenFlags {
  readonly onHangup?: OnHangup | undefined;
}
