import type { Readable } from 'node:stream';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { LetterLine, LetterStore } from '../parse/letter-store.js';
import { resolveLetterOptions } from '../sink/rolled/letter-options.js';
import type { RolledLetters } from '../sink/rolled/rolled-letters.js';
import type { Surroundings } from './stage-options.js';

/** The rolled dead letters of one run of a source, which are nobody else's: their folder is taken when the run begins, and what they need is loaded then. */
export class OwnLetters implements LetterStore {
  readonly path: string;
  readonly isAtOnce = false;
  readonly #open: () => Promise<RolledLetters>;
  readonly #onFailed: ((error: Error) => void)[] = [];
  #opened: Promise<RolledLetters> | undefined;

  /** @throws {ConfigError} when the path cannot be read, or a value is not accepted */
  constructor(
    files: NonNullable<ResolvedSourceConfig['deadLetter']>,
    { feed, logger, clock }: Pick<Surroundings, 'feed' | 'logger' | 'clock'>,
  ) {
    const options = { ...files, feed, logger, clock };
    resolveLetterOptions(options);
    this.path = files.path;
    this.#open = async () => {
      const { RolledLetters: Letters } = await import('../sink/rolled/rolled-letters.js');
      const letters = new Letters(options);
      for (const listener of this.#onFailed) letters.onFailed(listener);
      return letters;
    };
  }

  endsWith(run: Readable): void {
    // Whoever only makes a source has no folder.
    run.once('connecting', () => void this.#letters().then((letters) => letters.endsWith(run)));
  }

  store(lines: readonly LetterLine[], callback: (cause?: Error) => void): void {
    void this.#letters().then((letters) => letters.store(lines, callback));
  }

  onFailed(listener: (error: Error) => void): void {
    this.#onFailed.push(listener);
  }

  /**
   * Finishes all files.
   *
   * @throws {SinkError} when the system refuses
   */
  async end(): Promise<void> {
    await (await this.#opened)?.end();
  }

  #letters(): Promise<RolledLetters> {
    this.#opened ??= this.#open();
    return this.#opened;
  }
}
