import type { Readable } from 'node:stream';
import { isSameFile } from '../config/fields/dead-letter.js';
import type { DeadLetterFiles } from '../config/fields/letter-files.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { Logger } from '../internal/logger.js';
import { isRolled } from '../internal/roll-options.js';
import { LetterBudget } from '../parse/letter-budget.js';
import { LetterFile } from '../parse/letter-file.js';
import type { LetterStore } from '../parse/letter-store.js';
import type { LetterRules } from '../parse/letter-writable.js';
import type { RolledLetters } from '../sink/rolled/rolled-letters.js';
import type { ResolvedDlq } from './dlq-config.js';
import { lettersOfSink, type ResolvedSink } from './sinks.js';

/** The dead letters of a feed: one store for all that refuse and name the same place. */
export interface FeedLetters {
  /** Of what is refused at the source, if that is kept. */
  readonly source: StoredLetters | undefined;
  /** Of what the sink refuses. */
  readonly sink: StoredLetters | undefined;
  /** The end of this run is that of what waits for the sink's own store, too. */
  endWith(run: Readable): void;
  /**
   * Finishes their files, when nobody writes to them any more.
   *
   * @throws {SinkError} when the system refuses
   */
  close(): Promise<void>;
}

type StoredLetters = LetterRules & { readonly store: LetterStore };

/** What is known of a feed whose letters are kept. */
export interface FeedOfLetters {
  readonly name?: string | undefined;
  readonly source: Pick<ResolvedSourceConfig, 'deadLetter'>;
  readonly sink: ResolvedSink;
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
  const apart = lettersApart(feed);
  if (deadLetter === undefined && apart === undefined) return undefined;
  const opened: RolledLetters[] = [];
  const open = async (files: DeadLetterFiles): Promise<LetterStore> => {
    if (!isRolled(files)) return new LetterFile(files.path);
    const { RolledLetters: Letters } = await import('../sink/rolled/rolled-letters.js');
    const store = new Letters({ ...files, feed: feed.name, logger });
    opened.push(store);
    if (begins) await store.begin();
    return store;
  };
  const close = async (): Promise<void> => {
    const ends = await Promise.allSettled(opened.map((store) => store.end()));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
  try {
    const source = deadLetter && { ...(feed.dlq && rulesOf(feed.dlq, feed)), store: await open(deadLetter) };
    const own = apart && { store: await open(apart) };
    const isShared = feed.dlq !== undefined || lettersOfSink(feed.sink) !== undefined;
    const sink = own ?? (isShared ? source : undefined);
    return { source, sink, endWith: (run) => own?.store.endsWith?.(run), close };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

/** Where a sink has what it refuses go, unless that is where the source has it go. */
export function lettersApart({ source, sink }: Pick<FeedOfLetters, 'source' | 'sink'>): DeadLetterFiles | undefined {
  const own = lettersOfSink(sink);
  return isSameFile(own?.path, source.deadLetter?.path) ? undefined : own;
}

/** What a pipeline says of its dead letters. */
function rulesOf(
  { maxTotal: total, maxPerPage: perPage, envelope }: ResolvedDlq,
  { name = '', sink }: FeedOfLetters,
): LetterRules {
  const names = envelope === 'faucet' ? { pipeline: name, sink: sink.type } : undefined;
  return { budget: new LetterBudget({ total, perPage }), names };
}
