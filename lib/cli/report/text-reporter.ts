import type { ConnectionEvents } from '../../connect/options/events.js';
import type { ConfigProblem } from '../../errors.js';
import type { StopSignal } from '../process/signals.js';
import { dressError, dressSummary } from '../terminal/dress.js';
import type { Speaker } from '../terminal/output.js';
import { describeError } from './describe-error.js';
import { eventText } from './event-text.js';
import { LineBudget } from './line-budget.js';
import { noteText } from './note-text.js';
import type { Notice } from './notices.js';
import { plainProgressText, progressText } from './progress-text.js';
import type { Refusal } from './refusals.js';
import type { Progress, Reporter, Summary } from './reporter.js';
import { summaryText } from './summary-text.js';

/** For people: a status line that is redrawn four times a second on a terminal, a plain line every ten seconds elsewhere. */
export class TextReporter implements Reporter {
  readonly #output: Speaker;
  readonly #verbose: boolean;
  readonly #isPiped: boolean;
  readonly #budget: LineBudget;
  #lost: ConnectionEvents['disconnected'] | undefined;

  constructor(output: Speaker, options: TextOptions) {
    this.#output = output;
    this.#verbose = options.verbose;
    this.#isPiped = options.isPiped;
    this.#budget = options.budget ?? new LineBudget();
  }

  get progressEveryMs(): number | undefined {
    if (this.#isPiped && !this.#output.isTerminal) return undefined;
    return this.#output.isTerminal ? REDRAW_EVERY_MS : LINE_EVERY_MS;
  }

  progress(progress: Progress): void {
    if (this.#output.isTerminal) this.#output.status(progressText(progress));
    else this.#output.mention(plainProgressText(progress));
  }

  note(note: ConfigProblem, file: string): void {
    this.#output.say(noteText(note, file));
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
    const newest = newestText(error);
    this.#output.mention(`Skipped ${count} more (${total} in all), the newest in frame ${error.sequence}: ${newest}.`);
  }

  notice({ message }: Notice): void {
    this.#output.say(message);
  }

  stopping(signal: StopSignal): void {
    const again =
      signal === 'SIGINT' && this.#output.isTerminal ? 'Press Ctrl-C once more' : 'A second signal is the way';
    const giveUp = signal === 'SIGHUP' ? '' : ` ${again} to give up at once, and lose that.`;
    this.#output.say(`Stopping at ${signal}: writing what was received.${giveUp}`);
  }

  reopened(target: string): void {
    this.#output.say(`Reopened ${target} at SIGHUP: what comes is written to what is there now.`);
  }

  reopenFailed(error: unknown): void {
    this.#output.say(
      describeError('spillway: not reopened at SIGHUP, and gone on in the old file', error, this.#verbose),
      dressError,
    );
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
    this.#output.say(describeError('spillway', error, this.#verbose), dressError);
  }
}

/** How much is said. */
export interface TextOptions {
  readonly verbose: boolean;
  readonly isPiped: boolean;
  /** How many lines may be said of events: shared where several say them. @default a budget of its own */
  readonly budget?: LineBudget | undefined;
}

function newestText(error: Refusal['error']): string {
  switch (error.code) {
    case 'ERR_PARSE':
      return `${error.reason} at byte ${error.offset}, near ${JSON.stringify(error.excerpt)}`;
    case 'ERR_INVALID_RECORD':
      return error.problems.map((problem) => `${problem.instancePath || 'the record'} ${problem.message}`).join('; ');
    case 'ERR_TRANSFORM':
      return `the transform \`${error.transform}\` cannot be applied, since ${error.reason}`;
  }
}

const REDRAW_EVERY_MS = 250;
const LINE_EVERY_MS = 10_000;
