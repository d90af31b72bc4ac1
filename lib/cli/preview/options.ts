import type { PipelineFlags } from '../pipeline-flags.js';
import type { ReportOptions } from '../report/reporter.js';

/** What `spillway preview` was given, beside the flags of the feed. */
export interface PreviewOptions extends ReportOptions, PipelineFlags {
  readonly shape?: boolean;
  readonly schema?: boolean;
  /** In milliseconds. */
  readonly within: number;
  readonly full?: boolean;
}
