import type { Readable } from 'node:stream';
import { resolveBatchOptions } from '../../batch/options.js';
import type { Page } from '../../batch/page.js';
import { BatchStep } from '../../batch/step.js';
import { alsoWritten } from '../../internal/chain.js';
import type { Letter } from '../../parse/letter.js';
import type { LetterLine, LetterStore } from '../../parse/letter-store.js';
import { type RolledLettersOptions, resolveLetterOptions } from './letter-options.js';
import { RolledFilesWritable } from './rolled-files.js';
import type { ResolvedRolledOptions } from './rolled-options.js';

/**
 * Dead letters in files that are finished one after another: a line each, in a sink of rolled files of its own. No state knows of them, so
 * that nothing of them is ever cut: each run finishes its files, and what a run before it has left.
 */
export class RolledLetters implements LetterStore {
  readonly path: string;
  readonly isAtOnce = false;
  readonly #options: ResolvedRolledOptions;
  readonly #batch = new BatchStep(resolveBatchOptions({ size: 0 }));
  readonly #onFailed: ((error: Error) => void)[] = [];
  #files: RolledFilesWritable | undefined;
  #failure: Error | undefined;
  #closed: Promise<void> | undefined;

  /** @throws {ConfigError} when the path cannot be read, or a value is not accepted */
  constructor(options: RolledLettersOptions) {
    this.path = options.path;
    this.#options = resolveLetterOptions(options);
  }

  /**
   * Takes the folder, and finishes what earlier runs have left. The first letter does the same.
   *
   * @throws {SinkError} when another run has it, or the system refuses
   */
  begin(): Promise<void> {
    return this.#begun().opened;
  }

  /** The end of this run is that of what waits here, too. */
  endsWith(run: Readable): void {
    alsoWritten(run, this.#begun());
  }

  store(letters: readonly LetterLine[], callback: (cause?: Error) => void): void {
    const files = this.#begun();
    const pages = this.#pagesOf(letters);
    // When one of them fails, so do those behind it.
    pages.forEach((page, index) => {
      if (index < pages.length - 1) files.write(page);
      else files.write(page, (error) => callback(error ? (this.#failure ?? error) : undefined));
    });
  }

  onFailed(listener: (error: Error) => void): void {
    if (this.#failure === undefined) this.#onFailed.push(listener);
    else listener(this.#failure);
  }

  /**
   * Finishes all files, and lets others have the folder. What comes after that is not stored. May be called more than once.
   *
   * @throws {SinkError} when the system refuses
   */
  end(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  #begun(): RolledFilesWritable {
    if (this.#files === undefined) {
      this.#files = new RolledFilesWritable(this.path, this.#options);
      this.#files.on('error', (error) => {
        this.#failure ??= error;
        for (const listener of this.#onFailed) listener(error);
      });
    }
    return this.#files;
  }

  async #end(): Promise<void> {
    const files = this.#files;
    if (files === undefined) return;
    if (!files.closed) {
      const closed = new Promise((resolve) => files.once('close', resolve));
      files.end();
      await closed;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** One, unless they are larger than a Buffer can be. */
  #pagesOf(letters: readonly LetterLine[]): Page[] {
    const pages: Page[] = [];
    for (const { letter, line } of letters) {
      const text = { start: 0, end: line.length - 1, hasLineBreaks: false };
      const page = this.#batch.addText(frameOf(letter), line, text, 'number');
      if (page !== undefined) pages.push(page);
    }
    const rest = this.#batch.flush();
    return rest === undefined ? pages : [...pages, rest];
  }
}

function frameOf({ sequence, receivedAt, connection, url }: Letter) {
  return { sequence, receivedAt, connection, url, isBinary: false };
}
