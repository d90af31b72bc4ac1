import type { InputError } from '../../errors.js';
import type { ClosedFacts } from '../../testing/index.js';
import { describeError, errorFacts } from '../report/describe-error.js';
import { formatNumber } from '../report/format.js';
import { LineBudget } from '../report/line-budget.js';
import type { ReportOptions } from '../report/reporter.js';
import { tornFacts, tornText } from '../report/torn.js';
import { dressError } from '../terminal/dress.js';
import type { Lines, Output } from '../terminal/output.js';

/** Tells on standard error what becomes of each client. */
export class ServeReporter {
  readonly #output: Output;
  readonly #options: ReportOptions;
  readonly #budget = new LineBudget();
  #isTornTold = false;

  constructor(output: Output, options: ReportOptions) {
    this.#output = output;
    this.#options = options;
  }

  serving(file: string): void {
    if (this.#options.json !== true) this.#mention(`Serving ${file} to whoever connects. Ctrl-C ends it.`);
  }

  connected(client: number): void {
    this.#event({ event: 'connected', client }, `Client ${client} connected.`);
  }

  ended(client: number, frames: number, { code }: ClosedFacts, dropped: boolean): void {
    const how = dropped ? 'dropped' : `ended with code ${code}`;
    const facts = { event: 'ended', client, frames, code, dropped };
    this.#event(facts, `Client ${client}: ${formatNumber(frames, 'message')} sent, ${how}.`);
  }

  /** Once, however many clients come to that place. */
  torn(error: InputError): void {
    if (this.#isTornTold) return;
    this.#isTornTold = true;
    this.#event({ event: 'torn', ...tornFacts(error) }, tornText(error));
  }

  failed(client: number, error: unknown): void {
    const { json = false, verbose = false } = this.#options;
    if (json)
      this.#output.sayJson({
        type: 'event',
        at: Date.now(),
        event: 'failed',
        client,
        error: errorFacts(error, verbose),
      });
    else this.#output.say(describeError(`spillway: client ${client} could not be served`, error, verbose), dressError);
  }

  stopping(signal: string): void {
    this.#event({ event: 'stopping', signal }, `Stopping at ${signal}: closing every connection.`);
  }

  #event(facts: Record<string, unknown>, text: string): void {
    const leftOut = this.#budget.take();
    if (leftOut === undefined) return;
    if (this.#options.json !== true) {
      this.#mention(leftOut === 0 ? text : [`(${leftOut} such lines were left out)`, text]);
    } else if (this.#options.quiet !== true) {
      const more = leftOut === 0 ? {} : { left_out: leftOut };
      this.#output.mentionJson({ type: 'event', at: Date.now(), ...facts, ...more });
    }
  }

  #mention(lines: Lines): void {
    if (this.#options.quiet !== true) this.#output.mention(lines);
  }
}
