import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { RunReadable } from '../connect/run-readable.js';
import { MessageTooLargeError, SinkError } from '../errors.js';
import { type Clock, systemClock } from '../internal/clock.js';
import { DeadLetterFile, type Letter } from '../parse/dead-letter-file.js';

/** The dead letter file of one run, when the configuration has one. Nothing is touched before the first letter. */
export function openDeadLetters({ deadLetter }: ResolvedSourceConfig): DeadLetterFile | undefined {
  if (deadLetter === undefined) return undefined;
  return new DeadLetterFile(deadLetter, (cause, letter, count) => failure(deadLetter, cause, letter, count));
}

/** Has messages kept that are too large, too. What the socket did not even take in has no bytes. */
export function keepTooLarge(letters: DeadLetterFile, feed: RunReadable<unknown>, clock: Clock = systemClock): void {
  feed.on('disconnected', ({ error, url, connection, frames: sequence }) => {
    if (!(error instanceof MessageTooLargeError) || !letters.writable) return;
    letters.write({ data: error.frame, error, sequence, receivedAt: clock.now(), connection, url });
  });
}

function failure(path: string, cause: Error, letter: Letter, count: number): SinkError {
  return new SinkError(
    `The dead letter file ${path} cannot be written to: ${cause.message}. Make room, or give another path in \`dead_letter\`. ` +
      `All records before were delivered, and this is not kept: ${letter.error.message}`,
    { target: path, recordsWritten: count, cause },
  );
}
