import { createReporter } from '../report/create-reporter.js';
import { formatNumber } from '../report/format.js';
import type { Notice } from '../report/notices.js';
import { QuietReporter } from '../report/quiet-reporter.js';
import type { Reporter, ReportOptions, Summary } from '../report/reporter.js';
import { endText } from '../report/summary-text.js';
import type { Output } from '../terminal/output.js';

/**
 * Who tells how a preview goes: what it shows is all there is to say, unless it failed or fewer records came than were
 * asked for. With `--json` and `--verbose` it tells all that a capture does.
 */
export function previewReporter(output: Output, options: ReportOptions, count: number): Reporter {
  const reporter = createReporter(output, options);
  if (options.json === true || options.verbose === true || options.quiet === true) return reporter;
  return new PreviewReporter(reporter, output, count);
}

class PreviewReporter extends QuietReporter {
  readonly #output: Output;
  readonly #count: number;

  constructor(reporter: Reporter, output: Output, count: number) {
    super(reporter);
    this.#output = output;
    this.#count = count;
  }

  override notice({ message }: Notice): void {
    this.#output.say(message);
  }

  override summary(summary: Summary): void {
    const { ended, records, signal } = summary;
    if (records >= this.#count || ended === 'failed' || ended === 'output_closed') return;
    const why = ended === 'stopped' && signal === undefined ? 'the time of --within is over.' : endText(summary);
    this.#output.say(`${formatNumber(records, 'record')} of ${this.#count}: ${why}`);
  }
}
