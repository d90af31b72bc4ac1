import { hostname } from 'node:os';
import type { ConnectionEvents } from '../../connect/options/events.js';
import type { ConfigProblem } from '../../errors.js';
import { readingsOf } from '../../telemetry/readings.js';
import type { StopSignal } from '../process/signals.js';
import type { Speaker } from '../terminal/output.js';
import { errorFacts } from './describe-error.js';
import { eventFacts } from './event-facts.js';
import { eventText } from './event-text.js';
import { LineBudget } from './line-budget.js';
import type { Notice } from './notices.js';
import type { Refusal } from './refusals.js';
import type { Reporter, RunTrace, Summary } from './reporter.js';
import { spoolFacts } from './spool-report.js';
import { endText } from './summary-text.js';

/**
 * For what collects logs: JSON lines in the shape of pino's, `level` (10 to 60), `time`, `pid`, `hostname`, `name`, `feed`, `event`,
 * its facts, and `msg`, the same as a sentence. One line a fact: progress is what metrics tell, and is none.
 */
export class LogReporter implements Reporter {
  readonly progressEveryMs = undefined;
  readonly #output: Speaker;
  readonly #verbose: boolean;
  readonly #budget: LineBudget;
  #feed: string | undefined;
  /** As those write it who find a trace by its lines. */
  #trace = {};

  constructor(output: Speaker, verbose: boolean, budget = new LineBudget()) {
    this.#output = output;
    this.#verbose = verbose;
    this.#budget = budget;
  }

  named(feed: string | undefined): void {
    this.#feed = feed;
  }

  traced(trace: RunTrace | undefined): void {
    this.#trace =
      trace === undefined
        ? {}
        : { trace_id: trace.traceId, span_id: trace.spanId, trace_flags: String(trace.traceFlags).padStart(2, '0') };
  }

  progress(): void {}

  note({ path, message, line, column }: ConfigProblem, file: string): void {
    this.#log('warn', 'note', { file, path, line: line ?? null, column: column ?? null }, message);
  }

  event<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void {
    const level = LEVELS[name];
    if (level === 'debug' && !this.#verbose) return;
    const leftOut = this.#budget.take();
    if (leftOut === undefined) return;
    const text = eventText(name, payload, { verbose: true, lost: undefined }) ?? name;
    const facts = { ...eventFacts(name, payload, this.#verbose), ...(leftOut > 0 && { left_out: leftOut }) };
    this.#log(level, name, facts, text, true);
  }

  refused({ count, total, error }: Refusal): void {
    const facts = { count, total, err: errOf(error, false) };
    this.#log('warn', 'refused', facts, `Skipped ${count} more (${total} in all). ${error.message}`, true);
  }

  notice({ facts, message }: Notice): void {
    const { event = 'notice', ...others } = facts as { readonly event?: string };
    this.#log(INFORMING.has(event) ? 'info' : 'warn', event, others, message);
  }

  stopping(signal: StopSignal): void {
    this.#log('info', 'stopping', { signal }, `Stopping at ${signal}: writing what was received.`);
  }

  reopened(target: string): void {
    this.#log('info', 'reopened', { target }, `Reopened ${target} at SIGHUP.`);
  }

  reopenFailed(error: unknown): void {
    const facts = { err: errOf(error, this.#verbose) };
    this.#log(
      'error',
      'reopenFailed',
      facts,
      `Not reopened at SIGHUP, and gone on in the old file. ${messageOf(error)}`,
    );
  }

  abandoned(): void {
    this.#log(
      'fatal',
      'abandoned',
      {},
      'Given up at the second signal: what was received and not written yet is lost.',
    );
  }

  summary(summary: Summary): void {
    const { ended, signal, records, stats, elapsedMs, target, spool } = summary;
    const facts = {
      ...{ ended, signal: signal ?? null, target, records },
      ...readingsOf('summary', stats, { elapsedMs }),
      ...(spool !== undefined && { spool: spoolFacts(spool) }),
    };
    this.#log('info', 'summary', facts, `Ended: ${endText(summary)} ${records} records are safely written.`);
  }

  failure(error: unknown): void {
    this.#log('fatal', 'failed', { err: errOf(error, this.#verbose) }, messageOf(error));
  }

  /** @param mayWait whether it may be left out where the reader is far behind */
  #log(level: Level, event: string, facts: object, msg: string, mayWait = false): void {
    const head = {
      level: PINO_LEVELS[level],
      time: Date.now(),
      pid: process.pid,
      hostname: hostname(),
      name: 'spillway',
    };
    const line = {
      ...head,
      ...(this.#feed !== undefined && { feed: this.#feed }),
      ...this.#trace,
      event,
      ...facts,
      msg,
    };
    if (mayWait) this.#output.mentionJson(line);
    else this.#output.sayJson(line);
  }
}

/** An error as pino writes it: `type`, `message`, and what else is known. */
function errOf(error: unknown, verbose: boolean): object {
  return { type: error instanceof Error ? error.name : typeof error, ...errorFacts(error, verbose) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type Level = keyof typeof PINO_LEVELS;

const PINO_LEVELS = { debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

/** What somebody may have to do something about is a warning. */
const LEVELS: Readonly<Record<keyof ConnectionEvents, Level>> = {
  connecting: 'debug',
  connected: 'info',
  subscribed: 'info',
  subscriptionFailed: 'error',
  disconnected: 'warn',
  reconnecting: 'info',
  gap: 'warn',
  backfilled: 'info',
  rotating: 'debug',
  rotated: 'info',
  rotationFailed: 'warn',
  paused: 'debug',
  resumed: 'debug',
  // The summary says the same.
  ended: 'debug',
};

/** Notices of what goes as it should. */
const INFORMING: ReadonlySet<string> = new Set([
  'listening',
  'otel_back',
  'goes_on',
  'backlog',
  'rolled',
  'file_mended',
  'spool_has_room',
]);
