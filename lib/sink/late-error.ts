import { SinkError, type UndeliveredRange } from '../errors.js';
import { countRecords } from './file-failure.js';
import { rangesText } from './ranges.js';

/** What is known when a run has ended and its sink could not store in time what it was given. */
export interface Lateness {
  readonly target: string;
  readonly drainTimeoutMs: number;
  /** What the target did not do, as a clause. */
  readonly reason: string;
  /** A sentence on what is stored. */
  readonly state: string;
  /** What to check, as the begin of a sentence that goes on. */
  readonly advice: string;
  readonly recordsWritten: number;
  readonly undelivered: readonly UndeliveredRange[];
  readonly cause?: unknown;
}

/** The error for a sink whose time at the end of a run is up. */
export function lateError(lateness: Lateness): SinkError {
  const { target, drainTimeoutMs, reason, state, advice, recordsWritten, undelivered, cause } = lateness;
  return new SinkError(
    `Cannot finish ${target}: the run ended, and ${reason} within ${drainTimeoutMs} ms, the \`drain_timeout\`. ` +
      `${state}${lostText(undelivered)} ${advice}, or raise it if that only takes longer.`,
    { target, recordsWritten, undelivered, cause },
  );
}

/** What is not stored, as sentences behind another one; nothing when all is. */
export function lostText(undelivered: readonly UndeliveredRange[]): string {
  const last = undelivered.at(-1)?.last;
  if (last === undefined) return '';
  const records = undelivered.reduce((sum, range) => sum + range.records, 0);
  return (
    ` Not stored: ${countRecords(records)}, of ${rangesText(undelivered)}. ` +
    `What came after frame ${last} did not get to this sink.`
  );
}
