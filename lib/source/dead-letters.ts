import type { Page } from '../batch/page.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { RunReadable } from '../connect/run-readable.js';
import { MessageTooLargeError, SinkError } from '../errors.js';
import { type Clock, systemClock } from '../internal/clock.js';
import { isRolled } from '../internal/roll-options.js';
import { LetterFile } from '../parse/letter-file.js';
import type { LetterStore } from '../parse/letter-store.js';
import { LetterWritable, type Unstored } from '../parse/letter-writable.js';
import type { MakeStep } from '../stage/step.js';
import { lettersFirst } from './letters-first.js';
import { OwnLetters } from './own-letters.js';
import type { Surroundings } from './stage-options.js';

/** The dead letters of one run, and what goes with them. */
export interface RunLetters {
  readonly stream: LetterWritable;
  /** What pages go through first. */
  readonly pages: readonly MakeStep<Page, Page>[];
  /** This run is what they are of. */
  belongTo(run: RunReadable<unknown>): void;
}

/**
 * The dead letters of one run, when the configuration keeps them. Nothing is touched before the run begins, and of a single file nothing before the first letter.
 *
 * @throws {ConfigError} when their path cannot be read
 */
export function openDeadLetters(
  { deadLetter }: ResolvedSourceConfig,
  around: Pick<Surroundings, 'letters' | 'feed' | 'logger' | 'clock'>,
): RunLetters | undefined {
  if (deadLetter === undefined) return undefined;
  const { letters: rules } = around;
  const given = rules?.store;
  const own = given === undefined && isRolled(deadLetter) ? new OwnLetters(deadLetter, around) : undefined;
  const store: LetterStore = given ?? own ?? new LetterFile(deadLetter.path);
  const stream = new LetterWritable(store, (cause, unstored) => failure(store, cause, unstored), rules);
  // A store may fail when no stage is left that would hear of it: whoever ends it does.
  if (!store.isAtOnce) stream.on('error', () => {});
  return {
    stream,
    pages: store.isAtOnce ? [] : [lettersFirst(stream, async () => own?.end())],
    belongTo(run) {
      keepTooLarge(stream, run, around.clock);
      store.endsWith?.(run);
    },
  };
}

/** Has messages kept that are too large, too. What the socket did not even take in has no bytes. */
function keepTooLarge(letters: LetterWritable, feed: RunReadable<unknown>, clock: Clock = systemClock): void {
  feed.on('disconnected', ({ error, url, connection, frames: sequence }) => {
    if (!(error instanceof MessageTooLargeError) || !letters.writable) return;
    letters.write({ data: error.frame, error, sequence, receivedAt: clock.now(), connection, url });
  });
}

function failure(store: LetterStore, cause: Error, { letter, others, count }: Unstored): SinkError {
  const { path: target } = store;
  const reason =
    cause instanceof SinkError
      ? `Dead letters cannot be stored. ${cause.message}`
      : `The dead letter file ${target} cannot be written to: ${cause.message}. Make room, or give another path in \`dead_letter\`.`;
  const more = others === 0 ? '' : ` (${others} more are not kept, either)`;
  return new SinkError(
    `${reason} All records before were delivered, and this is not kept: ${letter.error.message}${more}`,
    { target, recordsWritten: count, cause },
  );
}
