import { type Hole, SequenceCheck } from '../connect/intake/sequence-check.js';
import type { SequenceOptions } from '../connect/options/intake-options.js';
import type { SequenceStats } from '../telemetry/stats.js';
import type { GapLine } from './gap-line.js';

/**
 * Looks for holes in the numbers of a feed that no gap line tells. A hole is told by one with the cause `sequence` and its very
 * numbers, or by one of another cause that stands between the record before the hole and the one behind it, unless the server has sent all
 * that was missed.
 */
export class NumberAudit {
  readonly #check: SequenceCheck;
  /** Lines so far, over all files: what the check takes for its time. */
  #lines = 0;
  #lastGapLine = 0;
  /** Gap lines of the cause `sequence` since the last record: they stand right before the record behind the hole. */
  #told: GapLine[] = [];

  constructor(options: SequenceOptions) {
    this.#check = new SequenceCheck(options);
  }

  gap(gap: GapLine): void {
    this.#lines += 1;
    if (gap.cause === 'sequence') this.#told.push(gap);
    else if (!gap.isReplayed) this.#lastGapLine = this.#lines;
  }

  /** Something was there that could not be read: what it held nobody can tell. */
  damage(): void {
    this.#lines += 1;
    this.#lastGapLine = this.#lines;
  }

  /** The hole before this record that nothing tells, if there is one. */
  record(bytes: Buffer, start: number, end: number): Hole | undefined {
    this.#lines += 1;
    const hole = this.#check.look(bytes.subarray(start, end), { at: this.#lines, monotonic: 0 });
    const told = this.#told;
    if (told.length > 0) this.#told = [];
    if (hole === undefined || hole.since.at < this.#lastGapLine) return undefined;
    return told.some(({ after, before }) => after === hole.after && before === hole.before) ? undefined : hole;
  }

  /** What was counted over all files so far. */
  get stats(): SequenceStats {
    return this.#check.stats;
  }
}
