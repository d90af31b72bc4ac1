import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { Logger } from '../internal/logger.js';
import { isRolled } from '../internal/roll-options.js';
import { LetterBudget } from '../parse/letter-budget.js';
import { LetterFile } from '../parse/letter-file.js';
import type { LetterStore } from '../parse/letter-store.js';
import type { LetterRules } from '../parse/letter-writable.js';
import type { ResolvedDlq } from './dlq-config.js';

/** The dead letters of a feed, with one store for all that refuse. */
export interface FeedLetters {
  readonly rules: LetterRules & { readonly store: LetterStore };
  /**
   * Finishes their files, when nobody writes to them any more.
   *
   * @throws {SinkError} when the system refuses
   */
  close(): Promise<void>;
}

/** What is known of a feed whose letters are kept. */
export interface FeedOfLetters {
  readonly name?: string | undefined;
  readonly source: Pick<ResolvedSourceConfig, 'deadLetter'>;
  readonly sink: { readonly type: string };
  readonly dlq?: ResolvedDlq | undefined;
}

/**
 * Opens where dead letters go, before anything is connected: of files that are finished one after another their folder is taken. What those
 * need is loaded when there are any.
 *
 * @param begins whether the folder is taken now; else by the first letter
 * @throws {SinkError} when another run has the folder, or the system refuses
 */
export async function openLetters(
  feed: FeedOfLetters,
  logger: Logger,
  begins = true,
): Promise<FeedLetters | undefined> {
  const { deadLetter } = feed.source;
  if (deadLetter === undefined) return undefined;
  const said = feed.dlq && rulesOf(feed.dlq, feed);
  if (!isRolled(deadLetter))
    return { rules: { ...said, store: new LetterFile(deadLetter.path) }, close: async () => {} };
  const { RolledLetters } = await import('../sink/rolled/rolled-letters.js');
  const store = new RolledLetters({ ...deadLetter, feed: feed.name, logger });
  if (begins) await store.begin();
  return { rules: { ...said, store }, close: () => store.end() };
}

/** What a pipeline says of its dead letters. */
function rulesOf(
  { maxTotal: total, maxPerPage: perPage, envelope }: ResolvedDlq,
  { name = '', sink }: FeedOfLetters,
): LetterRules {
  const names = envelope === 'faucet' ? { pipeline: name, sink: sink.type } : undefined;
  return { budget: new LetterBudget({ total, perPage }), names };
}
