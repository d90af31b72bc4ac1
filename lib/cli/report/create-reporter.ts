import type { Output } from '../terminal/output.js';
import { JsonReporter } from './json-reporter.js';
import { QuietReporter } from './quiet-reporter.js';
import type { Reporter, ReportOptions } from './reporter.js';
import { TextReporter } from './text-reporter.js';

/** The reporter that the options ask for. `quiet` says how much, `json` in what form. */
export function createReporter(output: Output, options: ReportOptions): Reporter {
  const { quiet = false, json = false, verbose = false, isPiped = false } = options;
  const reporter = json ? new JsonReporter(output, verbose) : new TextReporter(output, { verbose, isPiped });
  return quiet ? new QuietReporter(reporter) : reporter;
}
