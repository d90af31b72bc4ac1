import type { Stream, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectionEvents } from '../../connect/options/events.js';
import { SpillwayError } from '../../errors.js';
import type { FeedLetters } from '../../feed/feed-letters.js';
import { systemClock } from '../../internal/clock.js';
import type { OpenSink } from '../../sink/kind.js';
import { isOutOfTime } from '../../sink/page-sink.js';
import type { PagesReadable } from '../../source/pages-readable.js';
import type { Source } from '../../source/source.js';
import type { FeedSpool } from '../../spool/spool.js';
import type { SpoolDuplex } from '../../spool/spool-stream.js';
import type { FeedState } from '../../state/state.js';
import { ProgressTicker } from '../report/progress-ticker.js';
import type { Reporter, RunEnd } from '../report/reporter.js';
import { spoolReport } from '../report/spool-report.js';
import { EXIT, type ExitStatus, exitStatusOf } from './exit-status.js';
import { hangupHandler, type OnHangup } from './hangup.js';
import { leave, leaveIfHeld } from './leave.js';
import { onStopSignals, type StopSignal } from './signals.js';

/**
 * Runs a source into a sink, with progress, signals and a summary: what `spillway run` and `spillway demo` share. It
 * never rejects; a failure is reported, and tells in the exit status. When it is done, nothing of the run is left open.

 *
 * @param options `onHangup`: what SIGHUP is for; `watch`: who looks on
 */
export async function runFeed(
  feed: RunnableFeed,
  reporter: Reporter,
  { onHangup, watch }: RunFeedOptions = {},
): Promise<ExitStatus> {
  const { source, sink } = feed;
  const startedAt = systemClock.monotonic();
  const elapsed = () => systemClock.monotonic() - startedAt;
  const pages = source.pages();
  const { spool, state, letters } = feed;
  letters?.endWith(pages);
  const kept = spool?.keep();
  // Without a spool, what the state does is among the steps of the source.
  const between = kept === undefined ? [] : [kept, ...(state === undefined ? [] : [state.keep()])];
  const closed = Promise.all([pages, ...between, sink.stream].map(closeOf));
  let signal: StopSignal | undefined;
  const unlisten = onStopSignals({
    first(received) {
      signal = received;
      reporter.stopping(received);
      source.stop();
    },
    again() {
      reporter.abandoned();
      leave(EXIT.interrupted, 'SIGINT');
    },
    hangup: hangupHandler(onHangup, sink, reporter),
  });
  let ended: ConnectionEvents['ended'] | undefined;
  pages.on('ended', (payload) => {
    ended = payload;
  });
  kept?.on('gap', (gap) => reporter.event('gap', gap));
  for (const name of EVENTS) pages.on(name, (payload) => reporter.event(name, payload));
  watch?.({ pages, feed, spoolStream: kept });
  const ticker = new ProgressTicker({ source, spool, reporter, clock: systemClock, elapsed });

  let failure: { readonly error: unknown } | undefined;
  let isKept = false;
  try {
    await pipeline([pages, ...(between as readonly Transform[]), sink.stream]);
  } catch (error) {
    // What the sink could not store in time is in the spool.
    isKept = spool !== undefined && hasEndedWell(ended) && sink.stream[isOutOfTime] === true;
    if (!isKept) failure = { error };
  }
  // The closing handshake may still be under way, and what the sink was given last: a signal must find its listener
  // until the end, and the summary what is stored.
  await closed;
  for (const one of [letters, spool, state]) {
    try {
      await one?.close();
    } catch (error) {
      failure ??= { error };
    }
  }
  ticker.stop();
  reporter.summary({
    ended: endOf(ended, failure !== undefined, sink),
    signal,
    errorCode: failure?.error instanceof SpillwayError ? failure.error.code : undefined,
    records: sink.stream.stats.records,
    stats: source.stats,
    elapsedMs: elapsed(),
    target: sink.target,
    deadLetter: feed.deadLetter,
    delivery: sink.delivery?.(),
    files: sink.files?.(),
    spool: spool && spoolReport(spool),
    rolled: sink.rolled?.(),
  });
  if (failure !== undefined) reporter.failure(failure.error);
  unlisten();
  // What the sink waits for may hold the process for ever.
  if (isKept) leaveIfHeld(exitStatusOf(failure));
  return exitStatusOf(failure);
}

/** Who looks on, from before it connects. */
export type WatchRun = (run: {
  readonly pages: PagesReadable;
  readonly feed: RunnableFeed;
  readonly spoolStream: SpoolDuplex<unknown> | undefined;
}) => void;

interface RunFeedOptions {
  readonly onHangup?: OnHangup | undefined;
  readonly watch?: WatchRun | undefined;
}

/** A feed that is ready to run. */
interface RunnableFeed {
  readonly source: Source;
  readonly sink: OpenSink;
  readonly deadLetter?: string | undefined;
  readonly letters?: FeedLetters | undefined;
  readonly state?: FeedState | undefined;
  readonly spool?: FeedSpool | undefined;
}

function closeOf(stream: Stream): Promise<void> {
  return new Promise((resolve) => void stream.once('close', resolve));
}

function hasEndedWell(ended: ConnectionEvents['ended'] | undefined): boolean {
  return ended !== undefined && !['aborted', 'destroyed', 'failed'].includes(ended.cause);
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
  'paused',
  'resumed',
  'ended',
] as const satisfies readonly (keyof ConnectionEvents)[];
