import type { ConnectionEvents } from '../connect/events.js';
import { gapRecord } from '../connect/gap.js';
import type { KafkaReport } from '../sink/kafka/report.js';
import type { SourceStats } from '../source.js';
import { errorFacts } from './describe-error.js';
import { LineBudget } from './line-budget.js';
import { notGiven } from './not-given.js';
import type { Output } from './output.js';
import type { Refusal } from './refusals.js';
import type { Progress, Reporter, Summary } from './reporter.js';
import type { StopSignal } from './signals.js';

/**
 * One JSON object a line; `type` tells which, `at` is when, in epoch milliseconds:
 *
 * - `progress`, every 10 s: `state` (`idle`, `connecting`, `open`, `waiting`, `ended`), `records`, `skipped`, `frames`,
 *   `bytes`, `connections`, `reconnects`, `rotations`, `control_frames`, `gaps`, `gap_ms`, `dropped`, `missing`, `duplicates`,
 *   `elapsed_ms`, `records_per_second`, `bytes_per_second`, `since_frame_ms`
 *   (null before the first), `paused`, `paused_ms`, `buffered_frames`, `buffered_bytes`
 * - `event`: `event` (`connecting`, `connected`, `subscribed`, `disconnected`, `reconnecting`, `gap`, `stopping`, `abandoned`;
 *   with `--verbose` also `paused`, `resumed`, `ended`) and its facts; `left_out` counts events before it that were too
 *   many to tell
 * - `refused`, at most every 10 s: `count` since the last, `total`, `error` (`code`, `message`, `causes`) of the newest
 * - `summary`, once: `ended` (`max_messages`, `idle_timeout`, `closed`, `stopped`, `output_closed`, `failed`), `signal`
 *   (null without), `error_code` (null without), `target`, `records` (stored), `received` (records), and the keys of
 *   `progress` from `skipped` to `elapsed_ms`, and `paused_ms`; for a `kafka` sink also `delivery`: `acknowledged`,
 *   `retries`, `diverted`, `skipped`, `undelivered`, `uncertain` (may be stored), `undelivered_ranges` (`first`, `last`,
 *   `records`), `newest_frame` (that the sink was given), `not_given` (null, or `first`, `last`, `records`: what was
 *   received and waited before the sink)
 * - `error`, once when it fails: `code` (null without), `message`, `causes`; for `ERR_CONFIG` also `file` and
 *   `problems` (`path`, `message`, `line`, `column`); with `--verbose` also `stack`
 */
export class JsonReporter implements Reporter {
  readonly progressEveryMs = PROGRESS_EVERY_MS;
  readonly #output: Output;
  readonly #verbose: boolean;
  readonly #budget = new LineBudget();

  constructor(output: Output, verbose: boolean) {
    this.#output = output;
    this.#verbose = verbose;
  }

  progress({ stats, elapsedMs, recordsPerSecond, bytesPerSecond, sinceFrameMs }: Progress): void {
    this.#output.mentionJson(
      line('progress', {
        state: stats.state,
        records: stats.records,
        ...counters(stats, elapsedMs),
        records_per_second: Math.round(recordsPerSecond),
        bytes_per_second: Math.round(bytesPerSecond),
        since_frame_ms: sinceFrameMs ?? null,
        paused: stats.paused,
        paused_ms: Math.round(stats.pausedMs),
        buffered_frames: stats.bufferedFrames,
        buffered_bytes: stats.bufferedBytes,
      }),
    );
  }

  event<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void {
    if (VERBOSE_EVENTS.has(name) && !this.#verbose) return;
    const leftOut = this.#budget.take();
    if (leftOut === undefined) return;
    const facts = Object.entries(name === 'gap' ? gapRecord(payload as ConnectionEvents['gap']) : payload).map(
      ([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), factOf(value, this.#verbose)],
    );
    const more = leftOut === 0 ? {} : { left_out: leftOut };
    this.#output.mentionJson(line('event', { event: name, ...Object.fromEntries(facts), ...more }));
  }

  refused({ count, total, error }: Refusal): void {
    this.#output.mentionJson(line('refused', { count, total, error: errorFacts(error, false) }));
  }

  stopping(signal: StopSignal): void {
    this.#output.sayJson(line('event', { event: 'stopping', signal }));
  }

  abandoned(): void {
    this.#output.sayJson(line('event', { event: 'abandoned' }));
  }

  summary({ ended, signal, errorCode, records, stats, elapsedMs, target, delivery }: Summary): void {
    this.#output.sayJson(
      line('summary', {
        ended,
        signal: signal ?? null,
        error_code: errorCode ?? null,
        target,
        records,
        received: stats.records,
        ...counters(stats, elapsedMs),
        paused_ms: Math.round(stats.pausedMs),
        ...(delivery === undefined ? {} : { delivery: deliveryFacts(delivery, stats) }),
      }),
    );
  }

  failure(error: unknown): void {
    this.#output.sayJson(line('error', errorFacts(error, this.#verbose)));
  }
}

function deliveryFacts(report: KafkaReport, stats: SourceStats): object {
  const { undeliveredRanges, newestFrame, ...counts } = report;
  return {
    ...counts,
    undelivered_ranges: undeliveredRanges,
    newest_frame: newestFrame ?? null,
    not_given: notGiven(stats, report) ?? null,
  };
}

function line(type: string, facts: object): object {
  return { type, at: Date.now(), ...facts };
}

function factOf(value: unknown, verbose: boolean): unknown {
  if (value instanceof Error) return errorFacts(value, verbose);
  // A feed's own sequence numbers can be past what JSON readers take for a number.
  return typeof value === 'bigint' ? String(value) : (value ?? null);
}

function counters(stats: SourceStats, elapsedMs: number): object {
  return {
    skipped: stats.skipped,
    frames: stats.frames,
    bytes: stats.bytes,
    connections: stats.connections,
    reconnects: stats.reconnects,
    rotations: stats.rotations,
    control_frames: stats.controlFrames,
    gaps: stats.gaps,
    gap_ms: Math.round(stats.gapMs),
    dropped: stats.dropped,
    missing: stats.sequence?.missing ?? 0,
    duplicates: stats.duplicates,
    elapsed_ms: Math.round(elapsedMs),
  };
}

const PROGRESS_EVERY_MS = 10_000;
const VERBOSE_EVENTS: ReadonlySet<keyof ConnectionEvents> = new Set(['paused', 'resumed', 'ended']);
