import { SpillwayError } from '../../../errors.js';
import type { StopSignal } from '../../process/signals.js';
import { dressError } from '../../terminal/dress.js';
import type { Output } from '../../terminal/output.js';
import { errorFacts } from '../describe-error.js';
import { formatDuration, formatNumber } from '../format.js';
import { JsonReporter } from '../json-reporter.js';
import { LineBudget } from '../line-budget.js';
import { LogReporter } from '../log-reporter.js';
import { QuietReporter } from '../quiet-reporter.js';
import type { Reporter, ReportOptions } from '../reporter.js';
import { TextReporter } from '../text-reporter.js';
import { FeedTextReporter } from './feed-text-reporter.js';
import { NamedOutput } from './named-output.js';

/** Who tells how many feeds go: each with its name, and all of them together. */
export class ManyReporter {
  /** Of what is of no feed. */
  readonly whole: Reporter;
  readonly #output: Output;
  readonly #options: ManyOptions;
  readonly #budget = new LineBudget();
  readonly #reporters = new Map<string, Reporter>();

  constructor(output: Output, options: ManyOptions) {
    this.#output = output;
    this.#options = options;
    this.whole = this.#quietly(this.#made(undefined));
  }

  /** Of one feed. */
  of(name: string): Reporter {
    const known = this.#reporters.get(name);
    if (known !== undefined) return known;
    const reporter = this.#quietly(this.#made(name));
    reporter.named?.(name);
    this.#reporters.set(name, reporter);
    return reporter;
  }

  /** How often the table of all is wanted; `undefined` for never. */
  get tableEveryMs(): number | undefined {
    const { quiet = false } = this.#options;
    if (quiet || this.#form !== 'text') return undefined;
    return this.#output.isTerminal ? REDRAW_EVERY_MS : LINES_EVERY_MS;
  }

  /** Shows the table of all. @param head what stands above it */
  table(head: string, lines: readonly string[]): void {
    if (this.#output.isTerminal) {
      this.#output.statusLines([head, ...lines]);
      return;
    }
    const shown = lines.slice(0, MAX_ROWS);
    const more = lines.length > shown.length ? [`… ${lines.length - shown.length} more`] : [];
    this.#output.mention([`Progress: ${head}`, ...shown, ...more]);
  }

  stopping(signal: StopSignal): void {
    this.whole.stopping(signal);
  }

  abandoned(): void {
    this.whole.abandoned();
  }

  reopened(target: string): void {
    this.whole.reopened(target);
  }

  reopenFailed(error: unknown): void {
    this.whole.reopenFailed(error);
  }

  /** A feed is going to be started anew. */
  restarting(name: string, ms: number): void {
    this.of(name).notice({
      facts: { event: 'restarting', delay_ms: Math.round(ms) },
      message: `Starts anew in ${formatDuration(ms)}.`,
    });
  }

  /** All feeds are over. */
  over(end: ManyEnd): void {
    const { feeds, failed, records, restarts, elapsedMs } = end;
    const { quiet = false } = this.#options;
    if (this.#form === 'json') {
      if (!quiet) this.#output.sayJson(factsOf(end));
      return;
    }
    const anew = restarts === 0 ? '' : `, ${formatNumber(restarts, 'start')} anew`;
    const message =
      `${formatNumber(feeds, 'feed')}: ${failed.length === 0 ? 'none has failed' : `${failed.length} failed`}; ` +
      `${formatNumber(records, 'record')} safely written in ${formatDuration(elapsedMs)}${anew}.`;
    if (this.#form === 'log') {
      this.whole.notice({ facts: { event: 'feeds_over', ...countsOf(end) }, message });
      return;
    }
    if (!quiet) this.#output.say(message);
    const shown = failed
      .slice(0, MAX_CAUSES)
      .map(({ feed, error }) => `spillway: ${feed} has failed: ${causeOf(error)}`);
    const more = failed.length > shown.length ? [`… and ${failed.length - shown.length} more`] : [];
    for (const line of [...shown, ...more]) this.#output.say(line, dressError);
  }

  get #form(): 'text' | 'json' | 'log' {
    const { json = false, log } = this.#options;
    return log !== undefined ? 'log' : json ? 'json' : 'text';
  }

  #made(name: string | undefined): Reporter {
    const { verbose = false, isPiped = false } = this.#options;
    const output = name === undefined ? this.#output : new NamedOutput(this.#output, name);
    switch (this.#form) {
      case 'log':
        return new LogReporter(this.#output, verbose, this.#budget);
      case 'json':
        return new JsonReporter(output, verbose, this.#budget);
      case 'text': {
        const options = { verbose, isPiped, budget: this.#budget };
        return name === undefined
          ? new TextReporter(this.#output, options)
          : new FeedTextReporter(this.#output, name, options);
      }
    }
  }

  #quietly(reporter: Reporter): Reporter {
    return this.#options.quiet === true ? new QuietReporter(reporter) : reporter;
  }
}

/** How much is said, and in what form. */
export interface ManyOptions extends ReportOptions {
  readonly log?: 'json' | undefined;
}

/** What many feeds came to. */
export interface ManyEnd {
  readonly feeds: number;
  readonly failed: readonly { readonly feed: string; readonly error: unknown }[];
  /** Records that are stored. */
  readonly records: number;
  /** How often feeds were started anew. */
  readonly restarts: number;
  readonly elapsedMs: number;
}

function factsOf(end: ManyEnd): object {
  const { failed } = end;
  return {
    type: 'feeds',
    at: Date.now(),
    ...countsOf(end),
    failed: failed.map(({ feed, error }) => ({ feed, ...errorFacts(error, false) })),
  };
}

function countsOf({ feeds, failed, records, restarts, elapsedMs }: ManyEnd): object {
  return { feeds, failed: failed.length, records, restarts, elapsed_ms: Math.round(elapsedMs) };
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first = ''] = error.message.split('\n');
  return error instanceof SpillwayError ? `${error.code}: ${first}` : first;
}

const REDRAW_EVERY_MS = 1_000;
const LINES_EVERY_MS = 10_000;
/** Of the table in a log. */
const MAX_ROWS = 21;
const MAX_CAUSES = 50;
