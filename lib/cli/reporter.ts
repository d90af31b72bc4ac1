import type { ConnectionEvents } from '../connect/events.js';
import type { KafkaReport } from '../sink/kafka/report.js';
import type { SourceStats } from '../source.js';
import { JsonReporter } from './json-reporter.js';
import type { Output } from './output.js';
import { QuietReporter } from './quiet-reporter.js';
import type { Refusal } from './refusals.js';
import type { StopSignal } from './signals.js';
import { TextReporter } from './text-reporter.js';

/** Who tells the user how a run goes, on standard error. */
export interface Reporter {
  /** How often {@link progress} is wanted; `undefined` for never. */
  readonly progressEveryMs: number | undefined;
  progress(progress: Progress): void;
  event<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void;
  /** Input was refused and dropped. */
  refused(refusal: Refusal): void;
  /** The first signal came. */
  stopping(signal: StopSignal): void;
  /** The second signal came: the process ends now. */
  abandoned(): void;
  summary(summary: Summary): void;
  /** Why the command fails. */
  failure(error: unknown): void;
}

/** How a run goes. */
export interface Progress {
  readonly elapsedMs: number;
  readonly stats: SourceStats;
  /** Over the last seconds. */
  readonly recordsPerSecond: number;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  /** Milliseconds since the newest data frame, when there was one. */
  readonly sinceFrameMs: number | undefined;
}

/** How a run went. */
export interface Summary {
  readonly ended: RunEnd;
  /** The signal that stopped it, with `stopped`. */
  readonly signal: StopSignal | undefined;
  /** The error's code, with `failed`, when it has one. */
  readonly errorCode: string | undefined;
  /** Records that the sink has stored. */
  readonly records: number;
  readonly stats: SourceStats;
  readonly elapsedMs: number;
  /** Where the records are. */
  readonly target: string;
  /** How the delivery went, for sinks whose target says what it took. */
  readonly delivery?: KafkaReport | undefined;
}

/** Why a run ended; `output_closed`: who read the records went away. */
export type RunEnd = 'max_messages' | 'idle_timeout' | 'closed' | 'stopped' | 'output_closed' | 'failed';

/** How much to say, and in what form. */
export interface ReportOptions {
  /** Nothing but errors. */
  readonly quiet?: boolean;
  /** JSON lines. */
  readonly json?: boolean;
  /** Every connection event, and where errors come from. */
  readonly verbose?: boolean;
  /** Records go to standard output, as those of any program of a pipe: nothing but them is to be seen there, or need be. */
  readonly isPiped?: boolean;
}

/** The reporter that the options ask for. `quiet` says how much, `json` in what form. */
export function createReporter(output: Output, options: ReportOptions): Reporter {
  const { quiet = false, json = false, verbose = false, isPiped = false } = options;
  const reporter = json ? new JsonReporter(output, verbose) : new TextReporter(output, { verbose, isPiped });
  return quiet ? new QuietReporter(reporter) : reporter;
}
