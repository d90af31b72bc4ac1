import type { ConnectionEvents, EndCause } from '../../connect/options/events.js';
import type { ConfigProblem } from '../../errors.js';
import type { FileReport } from '../../sink/file/live-file.js';
import type { KafkaReport } from '../../sink/kafka/delivery/report.js';
import type { RolledReport } from '../../sink/rolled/rolled-folder.js';
import type { CommandStats, SourceStats } from '../../telemetry/stats.js';
import type { StopSignal } from '../process/signals.js';
import type { Notice } from './notices.js';
import type { Refusal } from './refusals.js';
import type { SpoolReport } from './spool-report.js';

/** Who tells the user how a run goes, on standard error. */
export interface Reporter {
  /** How often {@link progress} is wanted; `undefined` for never. */
  readonly progressEveryMs: number | undefined;
  /** What the feed is called, as soon as that is known; for those that say it in each line. */
  named?(feed: string | undefined): void;
  /** The trace of the run, where there is one; for the same. */
  traced?(trace: RunTrace | undefined): void;
  progress(progress: Progress): void;
  /** The pipeline file holds something that is accepted without effect. */
  note(note: ConfigProblem, file: string): void;
  event<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void;
  /** Input was refused and dropped. */
  refused(refusal: Refusal): void;
  /** The sink has something to tell. */
  notice(notice: Notice): void;
  /** The first signal came. */
  stopping(signal: StopSignal): void;
  /** The sink goes on in what its path leads to now, as SIGHUP asked. */
  reopened(target: string): void;
  /** It goes on in the old file. */
  reopenFailed(error: unknown): void;
  /** The second signal came: the process ends now. */
  abandoned(): void;
  summary(summary: Summary): void;
  /** Why the command fails. */
  failure(error: unknown): void;
}

/** What leads from a line to the trace of its run. */
export interface RunTrace {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** How a run goes. */
export interface Progress extends CommandStats {
  readonly stats: SourceStats;
  /** What waits in the spool, where there is one. */
  readonly spool?: SpoolReport | undefined;
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
  /** Where what was refused is kept. */
  readonly deadLetter?: string | undefined;
  /** How the delivery went, for sinks whose target says what it took. */
  readonly delivery?: KafkaReport | undefined;
  /** The files that the records went to, for sinks that write to one. */
  readonly files?: FileReport | undefined;
  /** What waits in the spool, where there is one. */
  readonly spool?: SpoolReport | undefined;
  /** The files that were finished, for sinks that write to one after another. */
  readonly rolled?: RolledReport | undefined;
}

/** Why a run ended; `max_records`: the sink has all that it was to get; `output_closed`: who read the records went away. */
export type RunEnd = Exclude<EndCause, 'aborted' | 'destroyed'> | 'max_records' | 'output_closed';

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
