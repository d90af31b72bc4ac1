import type { FeedConfig } from '../../feed/open-feed.js';
import type { FeedRun } from '../../feeds/feed-run.js';
import type { CommandFeed } from '../../observe/watched-feed.js';

/** A run as those see it who look on. */
export function watchedFeed(config: FeedConfig, { pages, feed, spoolStream }: FeedRun): CommandFeed {
  const { sink, source, spool } = feed;
  return {
    ...{ source, stream: pages, sink: sink.stream, sinkType: config.sink.type, spool, spoolStream, reports: sink },
    policies: { overflow: policyOf(config.source.intake.overflow), onFull: config.spool?.onFull },
    ...config.watch,
    target: sink.target,
    address: source.datasetUri,
  };
}

/** A word, whatever the key is. */
function policyOf(overflow: FeedConfig['source']['intake']['overflow']): string {
  return typeof overflow === 'string' ? overflow : 'latest_by';
}
