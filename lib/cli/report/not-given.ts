import type { KafkaReport } from '../../sink/kafka/delivery/report.js';
import type { SourceStats } from '../../telemetry/stats.js';

/** What was received and waited before the sink when the run ended: the sink's own report cannot know of it. */
export interface NotGiven {
  /** How many records, of the frames that were looked at. */
  readonly records: number;
  /** The numbers within the run of the first frame and the last. */
  readonly first: number;
  readonly last: number;
}

/** `undefined` when all that was received got to the sink. */
export function notGiven(stats: SourceStats, report: KafkaReport): NotGiven | undefined {
  const { acknowledged, diverted, skipped, undelivered, newestFrame = -1 } = report;
  const records = stats.records - acknowledged - diverted - skipped - undelivered;
  if (records <= 0 && stats.bufferedFrames === 0) return undefined;
  return { records, first: newestFrame + 1, last: stats.frames - 1 };
}
