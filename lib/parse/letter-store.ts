import type { Readable } from 'node:stream';
import type { Letter } from './letter.js';

/** A dead letter, and the line that it is stored as: JSON, with a line feed at its end. */
export interface LetterLine {
  readonly letter: Letter;
  readonly line: Buffer;
}

/** Where dead letters are stored, one behind another: of all that is refused at the source and at the sink. */
export interface LetterStore {
  /** Where that is, as it was given. */
  readonly path: string;
  /** Whether `store()` calls back before it returns, so that nothing ever waits. */
  readonly isAtOnce: boolean;
  /** Stores them behind those that it was given before, and calls back when it has: with what the system said, when it has not. */
  store(letters: readonly LetterLine[], callback: (cause?: Error) => void): void;
  /** The end of this run is the end of what waits, too. */
  endsWith?(run: Readable): void;
  /** Has somebody told when it cannot go on, though it was given nothing. */
  onFailed?(listener: (error: Error) => void): void;
}
