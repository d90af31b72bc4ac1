import type { InvalidRecordError, ParseError, TransformError } from '../errors.js';

/** What a `deadLetter` stream gets for input that a stage refused. */
export interface DeadLetter {
  /** The original bytes: of the frame, or of the line or element of it that was refused. A copy. */
  readonly data: Buffer;
  /** Why: `ERR_PARSE`, `ERR_INVALID_RECORD` or `ERR_TRANSFORM`. */
  readonly error: ParseError | InvalidRecordError | TransformError;
  /** The 0-based offset in the frame at which the bytes go wrong; `undefined` when it is not about bytes. */
  readonly offset: number | undefined;
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly connection: number;
  readonly url: string;
  /** Which of the `transforms` of a configuration refused it: `transforms[0]`. */
  readonly place?: string | undefined;
}
