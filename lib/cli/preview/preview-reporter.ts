import { formatNumber } from '../format.js';
import type { Output } from '../output.js';
import { QuietReporter } from '../quiet-reporter.js';
import { createReporter, type Reporter, type ReportOptions, type Summary } from '../reporter.js';
import { endText } from '../summary-text.js';

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

  override summary(summary: Summary): void {
    const { ended, records, signal } = summary;
    if (records >= this.#count || ended === 'failed' || ended === 'output_closed') return;
    const why = ended === 'stopped' && signal === undefined ? 'the time of --within is over.' : endText(summary);
    this.#output.say(`${formatNumber(records, 'record')} of ${this.#count}: ${why}`);
  }
}
