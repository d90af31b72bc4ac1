import { dressError } from '../../terminal/dress.js';
import type { Output } from '../../terminal/output.js';
import { describeError } from '../describe-error.js';
import { formatDuration, formatNumber } from '../format.js';
import type { Summary } from '../reporter.js';
import { endText } from '../summary-text.js';
import { type TextOptions, TextReporter } from '../text-reporter.js';
import { NamedOutput } from './named-output.js';

/** For people, of one feed of many: its events with its name, and of its end a line. How it goes is a row of the table of all. */
export class FeedTextReporter extends TextReporter {
  readonly #output: Output;
  readonly #named: NamedOutput;
  readonly #name: string;
  readonly #verbose: boolean;

  constructor(output: Output, name: string, options: TextOptions) {
    const named = new NamedOutput(output, name);
    super(named, options);
    this.#output = output;
    this.#named = named;
    this.#name = name;
    this.#verbose = options.verbose;
  }

  override get progressEveryMs(): undefined {
    return undefined;
  }

  override summary(summary: Summary): void {
    const { records, elapsedMs, target } = summary;
    this.#named.say(
      `Ended: ${endText(summary)} ${formatNumber(records, 'record')} in ${formatDuration(elapsedMs)}, safely written to ${target}`,
    );
  }

  override failure(error: unknown): void {
    this.#output.say(describeError(`spillway: ${this.#name}`, error, this.#verbose), dressError);
  }
}
