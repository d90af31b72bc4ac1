import type { InputError } from '../../errors.js';
import { describeError, errorFacts } from '../report/describe-error.js';
import { formatNumber } from '../report/format.js';
import { tornFacts, tornText } from '../report/torn.js';
import { dressError, dressSummary } from '../terminal/dress.js';
import type { Output } from '../terminal/output.js';
import { ReadingStatus } from '../terminal/reading-status.js';
import type { Causes } from './causes.js';
import type { ReplayOptions } from './options.js';

/** What a replay came to. */
export interface ReplayEnd {
  readonly how: 'end_of_files' | 'stopped' | 'failed';
  readonly files: number;
  /** Lines that an earlier replay had stored. */
  readonly skipped: number;
  /** Records that are stored now. */
  readonly stored: number;
  /** Dead letters that were refused once more. */
  readonly refusedAgain: Causes;
  /** Records that the sink refused, and that are dead letters now. */
  readonly diverted: number;
  /** Dead letters that cannot be put through. */
  readonly lost: number;
  readonly target: string;
  /** Where what is refused again goes. */
  readonly deadLetter: string | undefined;
  readonly hasState: boolean;
}

/** Tells on standard error how a replay goes. */
export class ReplayReporter {
  readonly #output: Output;
  readonly #options: ReplayOptions;
  readonly #status: ReadingStatus;

  constructor(output: Output, options: ReplayOptions) {
    this.#output = output;
    this.#options = options;
    this.#status = new ReadingStatus(output);
  }

  progress(file: string, read: number, size: number): void {
    if (this.#options.quiet !== true && this.#options.json !== true) this.#status.show(file, read, size);
  }

  notice(facts: object, message: string): void {
    this.#event(facts, message);
  }

  torn(error: InputError): void {
    this.#event({ event: 'torn', ...tornFacts(error) }, tornText(error));
  }

  stopping(signal: string): void {
    this.#event({ event: 'stopping', signal }, `Stopping at ${signal}: what was read is stored.`);
  }

  failure(error: unknown): void {
    const { json = false, verbose = false } = this.#options;
    this.#status.clear();
    if (json) this.#output.sayJson({ type: 'error', at: Date.now(), ...errorFacts(error, verbose) });
    else this.#output.say(describeError('spillway', error, verbose), dressError);
  }

  summary(end: ReplayEnd): void {
    this.#status.clear();
    const { how, files, skipped, stored, refusedAgain, diverted, lost, target } = end;
    const { json, quiet } = this.#options;
    if (json === true) {
      const counts = { files, skipped, stored, refused_again: refusedAgain.total, diverted, lost };
      this.#output.sayJson({ type: 'summary', at: Date.now(), ended: how, target, ...counts });
    } else if (quiet !== true) this.#output.say(summaryLines(end), dressSummary);
  }

  #event(facts: object, message: string): void {
    this.#status.clear();
    const { json, quiet } = this.#options;
    if (quiet === true) return;
    if (json === true) this.#output.mentionJson({ type: 'event', at: Date.now(), ...facts });
    else this.#output.mention(message);
  }
}

function summaryLines({
  how,
  files,
  skipped,
  stored,
  refusedAgain,
  diverted,
  lost,
  target,
  deadLetter,
  hasState,
}: ReplayEnd): string[] {
  const lines = [
    `Ended:    ${ENDINGS[how]}.`,
    `Records:  ${formatNumber(stored, 'record')} of ${formatNumber(files, 'file')} stored in ${target}`,
  ];
  if (skipped > 0) lines.push(`Skipped:  ${formatNumber(skipped, 'line')} that an earlier replay has stored`);
  if (refusedAgain.total > 0) {
    const where =
      deadLetter === undefined ? 'they stay where they are' : `they are in ${deadLetter}, with their replay_count`;
    lines.push(`Refused:  ${formatNumber(refusedAgain.total, 'dead letter')} once more; ${where}`);
  }
  if (diverted > 0)
    lines.push(`Diverted: ${formatNumber(diverted, 'record')} that the sink does not take: they are dead letters now`);
  if (lost > 0)
    lines.push(
      `Lost:     ${formatNumber(lost, 'dead letter')} that cannot be put through: their bytes, or their place, are not known`,
    );
  if (!hasState && stored > 0)
    lines.push(
      'Note:     the files stay as they are; with --state the next replay leaves out what this one has stored',
    );
  return lines;
}

const ENDINGS = {
  end_of_files: 'all was read',
  stopped: 'it was stopped',
  failed: 'it failed',
} as const;
