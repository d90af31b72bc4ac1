import { InvalidRecordError, ParseError, TransformError } from '../../errors.js';
import type { Logger } from '../../internal/logger.js';

/** Input that was refused and dropped, as it is told from time to time. */
export interface Refusal {
  /** How many since this was told last. */
  readonly count: number;
  /** How many in the whole run. */
  readonly total: number;
  /** What is wrong with the newest. */
  readonly error: ParseError | InvalidRecordError | TransformError;
}

/** A logger for a source that hears of refused input. What happens on connections comes as events. */
export function refusalLogger(onRefusal: (refusal: Refusal) => void): Logger {
  return {
    debug() {},
    info() {},
    warn(facts) {
      const { err, count, total } = facts as Partial<Record<'err' | 'count' | 'total', unknown>>;
      if (!(err instanceof ParseError || err instanceof InvalidRecordError || err instanceof TransformError)) return;
      onRefusal({ error: err, count: Number(count), total: Number(total) });
    },
    error() {},
  };
}
