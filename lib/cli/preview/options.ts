import type { ReportOptions } from '../reporter.js';
import type { Settings } from '../settings.js';

/** What `spillway preview` was given, beside the flags of the feed. */
export interface PreviewOptions extends ReportOptions {
  readonly shape?: boolean;
  readonly schema?: boolean;
  /** In milliseconds. */
  readonly within: number;
  readonly full?: boolean;
  readonly set?: Settings;
}
