import type { Logger } from '../../internal/logger.js';

/** Something that a sink has to tell beside errors: that a file is going to be replaced, or was deleted meanwhile. */
export interface Notice {
  /** `event` names it, and its facts are beside. */
  readonly facts: object;
  /** The same in whole sentences. */
  readonly message: string;
}

/** A logger for a sink, that hears of its notices. */
export function noticeLogger(onNotice: (notice: Notice) => void): Logger {
  return { debug() {}, info() {}, warn: (facts, message) => onNotice({ facts, message }), error() {} };
}
