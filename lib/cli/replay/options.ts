import type { PipelineFlags } from '../pipeline-flags.js';
import type { ReportOptions } from '../report/reporter.js';

/** How files are replayed. */
export interface ReplayOptions extends ReportOptions, PipelineFlags {
  readonly into?: string;
  readonly state?: string;
  /** How many times as fast as recorded; at full speed without. */
  readonly speed?: number;
  readonly unwrap?: boolean;
  readonly dryRun?: boolean;
}
