import type { ConnectionEvents } from '../connect/events.js';
import { describeError } from './describe-error.js';
import { dressError, dressSummary } from './dress.js';
import { eventText } from './event-text.js';
import { LineBudget } from './line-budget.js';
import type { Output } from './output.js';
import { plainProgressText, progressText } from './progress-text.js';
import type { Refusal } from './refusals.js';
import type { Progress, Reporter, Summary } from './reporter.js';
import type { StopSignal } from './signals.js';
import { summaryText } from './summary-text.js';

/** For people: a status line that is redrawn four times a second on a terminal, a plain line every ten seconds elsewhere. */
export class TextReporter implements Reporter {
  readonly #output: Output;
  readonly #verbose: boolean;
  readonly #isPiped: boolean;
  readonly #budget = new LineBudget();
  #lost: ConnectionEvents['disconnected'] | undefined;

  constructor(output: Output, options: { readonly verbose: boolean; readonly isPiped: boolean }) {
    this.#output = output;
    this.#verbose = options.verbose;
    this.#isPiped = options.isPiped;
  }

  get progressEveryMs(): number | undefined {
    if (this.#isPiped && !this.#output.isTerminal) return undefined;
    return this.#output.isTerminal ? REDRAW_EVERY_MS : LINE_EVERY_MS;
  }

  progress(progress: Progress): void {
    if (this.#output.isTerminal) this.#output.status(progressText(progress));
    else this.#output.mention(plainProgressText(progress));
  }

  event<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void {
    const text = eventText(name, payload, { verbose: this.#verbose, lost: this.#lost });
    if (name === 'disconnected') this.#lost = payload as ConnectionEvents['disconnected'];
    if (name === 'subscribed') this.#lost = undefined;
    if (text === undefined) return;
    const leftOut = this.#budget.take();
    if (leftOut === undefined) return;
    if (leftOut > 0) this.#output.mention(`(${leftOut} such lines were left out)`);
    this.#output.mention(text);
  }

  refused({ count, total, error }: Refusal): void {
    const newest =
      error.code === 'ERR_PARSE'
        ? `${error.reason} at byte ${error.offset}, near ${JSON.stringify(error.excerpt)}`
        : error.problems.map((problem) => `${problem.instancePath || 'the record'} ${problem.message}`).join('; ');
    this.#output.mention(`Skipped ${count} more (${total} in all), the newest in frame ${error.sequence}: ${newest}.`);
  }

  stopping(signal: StopSignal): void {
    const again =
      signal === 'SIGINT' && this.#output.isTerminal ? 'Press Ctrl-C once more' : 'A second signal is the way';
    this.#output.say(`Stopping at ${signal}: writing what was received. ${again} to give up at once, and lose that.`);
  }

  abandoned(): void {
    this.#output.say('Given up at the second signal: what was received and not written yet is lost.');
  }

  summary(summary: Summary): void {
    // Who reads from a pipe leaves when there is enough: nobody wants to hear of it.
    if (this.#isPiped && summary.ended === 'output_closed') return;
    this.#output.say(summaryText(summary), dressSummary);
  }

  failure(error: unknown): void {
    this.#output.say(`spillway: ${describeError(error, this.#verbose)}`, dressError);
  }
}

const REDRAW_EVERY_MS = 250;
const LINE_EVERY_MS = 10_000;
