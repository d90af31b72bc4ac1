import type { ConnectionEvents } from '../../connect/options/events.js';
import type { ConfigProblem } from '../../errors.js';
import type { KafkaReport } from '../../sink/kafka/delivery/report.js';
import { readingsOf } from '../../telemetry/readings.js';
import type { StopSignal } from '../process/signals.js';
import type { Speaker } from '../terminal/output.js';
import { errorFacts } from './describe-error.js';
import { eventFacts } from './event-facts.js';
import { LineBudget } from './line-budget.js';
import { notGiven } from './not-given.js';
import type { Notice } from './notices.js';
import type { Refusal } from './refusals.js';
import type { Progress, Reporter, Summary } from './reporter.js';
import { spoolFacts } from './spool-report.js';

/**
 * One JSON object a line; `type` tells which, `at` is when, in epoch milliseconds. `JSON_HELP` says what each holds, and the
 * catalogue of counters what those count. Beside that, of a `kafka` sink the line `summary` has `delivery`: `acknowledged`,
 * `retries`, `diverted`, `skipped`, `undelivered`, `uncertain` (may be stored), `undelivered_ranges` (`first`, `last`, `records`),
 * `newest_frame` (that the sink was given), `not_given` (null, or `first`, `last`, `records`: what was received and waited before
 * the sink); of a `jsonl` sink `files` (`name`, `state`: `in_place`, `moved`, `replaced`, `deleted`, `untouched`; `records`) and
 * `gone` (records that went with a file that was deleted or emptied); where files are finished one after another `rolled` in their place:
 * `rolled` (how many), `newest` (the last one), `open` (those that are not finished), `gone`. With a spool, it and the line `progress` have
 * `spool`: `path`, `backlog_records`, `backlog_bytes`, `backlog_ms` (how old the oldest is, or null), `dropped` (records).
 */
export class JsonReporter implements Reporter {
  readonly progressEveryMs = PROGRESS_EVERY_MS;
  readonly #output: Speaker;
  readonly #verbose: boolean;
  readonly #budget: LineBudget;

  constructor(output: Speaker, verbose: boolean, budget = new LineBudget()) {
    this.#output = output;
    this.#verbose = verbose;
    this.#budget = budget;
  }

  progress({ stats, spool, ...measured }: Progress): void {
    const ofSpool = spool && { spool: spoolFacts(spool) };
    this.#output.mentionJson(line('progress', { ...readingsOf('progress', stats, measured), ...ofSpool }));
  }

  note({ path, message, line: row, column }: ConfigProblem, file: string): void {
    this.#output.sayJson(line('note', { file, path, message, line: row ?? null, column: column ?? null }));
  }

  event<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void {
    if (VERBOSE_EVENTS.has(name) && !this.#verbose) return;
    const leftOut = this.#budget.take();
    if (leftOut === undefined) return;
    const more = leftOut === 0 ? {} : { left_out: leftOut };
    this.#output.mentionJson(line('event', { event: name, ...eventFacts(name, payload, this.#verbose), ...more }));
  }

  refused({ count, total, error }: Refusal): void {
    this.#output.mentionJson(line('refused', { count, total, error: errorFacts(error, false) }));
  }

  notice({ facts, message }: Notice): void {
    this.#output.sayJson(line('event', { ...facts, message }));
  }

  stopping(signal: StopSignal): void {
    this.#output.sayJson(line('event', { event: 'stopping', signal }));
  }

  reopened(target: string): void {
    this.#output.sayJson(line('event', { event: 'reopened', target }));
  }

  reopenFailed(error: unknown): void {
    this.#output.sayJson(line('event', { event: 'reopenFailed', error: errorFacts(error, this.#verbose) }));
  }

  abandoned(): void {
    this.#output.sayJson(line('event', { event: 'abandoned' }));
  }

  summary(summary: Summary): void {
    const { ended, signal, errorCode, records, stats, elapsedMs, target, delivery, files, rolled, spool } = summary;
    this.#output.sayJson(
      line('summary', {
        ended,
        signal: signal ?? null,
        error_code: errorCode ?? null,
        target,
        records,
        ...readingsOf('summary', stats, { elapsedMs }),
        ...(delivery === undefined ? {} : { delivery: deliveryFacts(delivery, summary) }),
        ...files,
        ...(spool === undefined ? {} : { spool: spoolFacts(spool) }),
        ...(rolled === undefined ? {} : { rolled }),
      }),
    );
  }

  failure(error: unknown): void {
    this.#output.sayJson(line('error', errorFacts(error, this.#verbose)));
  }
}

function deliveryFacts(report: KafkaReport, summary: Summary): object {
  const { undeliveredRanges, newestFrame, ...counts } = report;
  return {
    ...counts,
    undelivered_ranges: undeliveredRanges,
    newest_frame: newestFrame ?? null,
    not_given: notGiven(summary, report) ?? null,
  };
}

function line(type: string, facts: object): object {
  return { type, at: Date.now(), ...facts };
}

const PROGRESS_EVERY_MS = 10_000;
const VERBOSE_EVENTS: ReadonlySet<keyof ConnectionEvents> = new Set(['paused', 'resumed', 'ended']);
