import type { ConnectionEvents } from '../../connect/options/events.js';
import { SpillwayError } from '../../errors.js';
import type { OpenFeed } from '../../feed/open-feed.js';
import type { FeedRun, RunOutcome } from '../../feeds/feed-run.js';
import type { OpenSink } from '../../sink/kind.js';
import type { Reporter, RunEnd, Summary } from '../report/reporter.js';
import { spoolReport } from '../report/spool-report.js';
import type { StopSignal } from './signals.js';

/** Has a reporter tell what happens on the connections of a run. */
export function reportEvents({ pages, spoolStream }: FeedRun, reporter: Reporter): void {
  spoolStream?.on('gap', (gap) => reporter.event('gap', gap));
  for (const name of EVENTS) pages.on(name, (payload) => reporter.event(name, payload));
}

/** What there is to tell of a run that is over. */
export function summaryOf(
  { source, sink, spool, deadLetter }: OpenFeed,
  { ended, failure }: RunOutcome,
  { signal, elapsedMs }: { readonly signal: StopSignal | undefined; readonly elapsedMs: number },
): Summary {
  return {
    ended: endOf(ended, failure !== undefined, sink),
    signal,
    errorCode: failure?.error instanceof SpillwayError ? failure.error.code : undefined,
    records: sink.stream.stats.records,
    stats: source.stats,
    elapsedMs,
    target: sink.target,
    deadLetter,
    delivery: sink.delivery?.(),
    files: sink.files?.(),
    spool: spool && spoolReport(spool),
    rolled: sink.rolled?.(),
  };
}

function endOf(ended: ConnectionEvents['ended'] | undefined, hasFailed: boolean, sink: OpenSink): RunEnd {
  if (hasFailed || ended === undefined) return 'failed';
  if (sink.stream.isBroken === true) return 'output_closed';
  if (sink.stream.isFull === true) return 'max_records';
  switch (ended.cause) {
    case 'max_messages':
    case 'max_bytes':
    case 'stop_when':
    case 'max_duration':
    case 'idle_timeout':
    case 'closed':
    case 'stopped':
      return ended.cause;
    case 'aborted':
    case 'destroyed':
    case 'failed':
      return 'failed';
  }
}

const EVENTS = [
  'connecting',
  'connected',
  'subscribed',
  'disconnected',
  'reconnecting',
  'rotating',
  'rotated',
  'rotationFailed',
  'gap',
  'backfilled',
  'paused',
  'resumed',
  'ended',
] as const satisfies readonly (keyof ConnectionEvents)[];
