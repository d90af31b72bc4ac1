import type { KafkaReport } from '../../sink/kafka/delivery/report.js';
import type { Summary } from './reporter.js';

/** What was received and waited before the sink when the run ended: the sink's own report cannot know of it. */
export interface NotGiven {
  /** How many records, of the frames that were looked at. */
  readonly records: number;
  /** The numbers within the run of the first frame and the last. */
  readonly first: number;
  readonly last: number;
}

/** `undefined` when all that was received got to the sink, or waits in the spool. */
export function notGiven(
  {
    stats,
    spool,
  }: Pick<Summary, 'spool'> & { readonly stats: Pick<Summary['stats'], 'records' | 'frames' | 'bufferedFrames'> },
  report: KafkaReport,
): NotGiven | undefined {
  if (spool !== undefined) return undefined;
  const { acknowledged, diverted, skipped, undelivered, newestFrame = -1 } = report;
  const records = stats.records - acknowledged - diverted - skipped - undelivered;
  if (records <= 0 && stats.bufferedFrames === 0) return undefined;
  return { records, first: newestFrame + 1, last: stats.frames - 1 };
}
