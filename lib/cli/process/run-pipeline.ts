import type { FeedConfig } from '../../feed/open-feed.js';
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
  onHangup: OnHangup | undefined,
): Promise<ExitStatus> {
  const [{ openFeed }, { refusalLogger }, { noticeLogger }, { runFeed }] = await Promise.all([
    import('../../feed/open-feed.js'),
    import('../report/refusals.js'),
    import('../report/notices.js'),
    import('./run-feed.js'),
  ]);
  const feed = await openFeed(config, {
    secretsMet: output.hideMet,
    refusals: refusalLogger((refusal) => reporter.refused(refusal)),
    notices: noticeLogger((notice) => reporter.notice(notice)),
  });
  if (feed.sink.isOnTerminal) output.shareTerminal();
  return await runFeed(feed, reporter, onHangup);
}
