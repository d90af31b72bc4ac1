import type { Stream } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectionEvents } from '../../connect/options/events.js';
import { SpillwayError } from '../../errors.js';
import { systemClock } from '../../internal/clock.js';
import type { OpenSink } from '../../sink/kind.js';
import type { Source } from '../../source/source.js';
import { ProgressTicker } from '../report/progress-ticker.js';
import type { Reporter, RunEnd } from '../report/reporter.js';
import { EXIT, type ExitStatus, exitStatusOf } from './exit-status.js';
import { hangupHandler, type OnHangup } from './hangup.js';
import { leave } from './leave.js';
import { onStopSignals, type StopSignal } from './signals.js';

/**
 * Runs a source into a sink, with progress, signals and a summary: what `spillway run` and `spillway demo` share. It
 * never rejects; a failure is reported, and tells in the exit status. When it is done, nothing of the run is left open.
 *
 * @param onHangup what SIGHUP is for
 */
export async function runFeed(
  feed: { readonly source: Source; readonly sink: OpenSink; readonly deadLetter?: string | undefined },
  reporter: Reporter,
  onHangup?: OnHangup,
): Promise<ExitStatus> {
  const { source, sink } = feed;
  const startedAt = systemClock.monotonic();
  const elapsed = () => systemClock.monotonic() - startedAt;
  const pages = source.pages();
  const closed = Promise.all([closeOf(pages), closeOf(sink.stream)]);
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
  for (const name of EVENTS) pages.on(name, (payload) => reporter.event(name, payload));
  const ticker = new ProgressTicker({ source, reporter, clock: systemClock, elapsed });

  let failure: { readonly error: unknown } | undefined;
  try {
    await pipeline(pages, sink.stream);
  } catch (error) {
    failure = { error };
  }
  // The closing handshake may still be under way, and what the sink was given last: a signal must find its listener
  // until the end, and the summary what is stored.
  await closed;
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
  });
  if (failure !== undefined) reporter.failure(failure.error);
  unlisten();
  return exitStatusOf(failure);
}

function closeOf(stream: Stream): Promise<void> {
  return new Promise((resolve) => void stream.once('close', resolve));
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
