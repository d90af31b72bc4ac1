import { Writable } from 'node:stream';
import { SinkError } from '../errors.js';
import { type FaucetNames, faucetLine } from './faucet-letter.js';
import { factsOf, type Letter } from './letter.js';
import type { LetterBudget } from './letter-budget.js';
import type { LetterLine, LetterStore } from './letter-store.js';

/** What a run says of its dead letters, wherever something is refused. */
export interface LetterRules {
  /** Where they are stored, which somebody else opens and ends. @default what the configuration names */
  readonly store?: LetterStore | undefined;
  /** How many there may be. @default as many as there are */
  readonly budget?: LetterBudget | undefined;
  /** For letters in the envelope of faucet. @default they have spillway's form */
  readonly names?: FaucetNames | undefined;
  /** How often what came in this frame was replayed, where nobody else says so. @default never */
  readonly replaysOf?: ((sequence: number) => number) | undefined;
}

/** Dead letters that a store did not take. */
export interface Unstored {
  /** The first of them. */
  readonly letter: Letter;
  /** How many wait behind it, and are not stored either. */
  readonly others: number;
  /** How many were stored before. */
  readonly count: number;
}

/**
 * The Writable that somebody who refuses things writes letters to. The callback of `write()` comes when the letter is stored. Several of
 * them may have one store: each counts its own. What waits has a bound in bytes, beyond which `writableNeedDrain` says so.
 */
export class LetterWritable extends Writable {
  readonly path: string;
  readonly #store: LetterStore;
  readonly #explain: (cause: Error, unstored: Unstored) => Error;
  readonly #rules: LetterRules;
  /** What the lines stand for that were written and are not stored yet, in order. */
  readonly #waiting: Letter[] = [];
  #given = 0;
  #count = 0;
  readonly #causes = new Map<string, number>();
  /** What is to end the run when all that waits is stored. */
  #beyond: { readonly limit: string; readonly cause: Error } | undefined;
  readonly #onSettled: (() => void)[] = [];

  /** @param explain the error for what the system says when letters are not stored */
  constructor(
    store: LetterStore,
    explain: (cause: Error, unstored: Unstored) => Error = (cause) => cause,
    rules: LetterRules = {},
  ) {
    super({ highWaterMark: store.isAtOnce ? Number.MAX_SAFE_INTEGER : MOST_BYTES });
    this.path = store.path;
    this.#store = store;
    this.#explain = explain;
    this.#rules = rules;
    store.onFailed?.((error) => void this.destroy(error));
    this.once('close', () => this.#tellSettled());
  }

  /** How many letters were stored. */
  get count(): number {
    return this.#count;
  }

  /** The same by the code of the error. */
  get causes(): ReadonlyMap<string, number> {
    return this.#causes;
  }

  /** How many were written, stored or not. */
  get given(): number {
    return this.#given;
  }

  /** How many of those nobody need wait for: all, when this has failed. */
  get settled(): number {
    return this.destroyed ? this.#given : this.#count;
  }

  /** Calls back each time when more is {@link settled}. */
  whenSettled(listener: () => void): void {
    this.#onSettled.push(listener);
  }

  override write(letter: unknown, callback?: (error: Error | null | undefined) => void): boolean;
  override write(
    letter: unknown,
    encoding: BufferEncoding,
    callback?: (error: Error | null | undefined) => void,
  ): boolean;
  override write(letter: Letter, ...rest: never[]): boolean {
    if (!this.destroyed && !this.writableEnded) {
      this.#waiting.push(letter);
      this.#given += 1;
      const limit = this.#rules.budget?.spend();
      if (limit !== undefined) this.#beyond ??= { limit, cause: letter.error };
    }
    return super.write(this.#lineOf(letter), ...rest);
  }

  override _write(line: Buffer, _encoding: string, callback: (error?: Error) => void): void {
    this.#storeAll([line], callback);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], callback: (error?: Error) => void): void {
    this.#storeAll(
      chunks.map(({ chunk }) => chunk),
      callback,
    );
  }

  #storeAll(lines: readonly Buffer[], callback: (error?: Error) => void): void {
    const letters = lines.map((line, index): LetterLine => ({ line, letter: this.#waiting[index] as Letter }));
    this.#store.store(letters, (cause) => {
      if (cause === undefined) {
        this.#waiting.splice(0, lines.length);
        for (const { letter } of letters) this.#note(letter);
        callback(this.#waiting.length === 0 ? this.#tooMany() : undefined);
      } else {
        const others = this.#waiting.length - 1;
        callback(this.#explain(cause, { letter: letters[0]!.letter, others, count: this.#count }));
      }
      this.#tellSettled();
    });
  }

  #note({ error }: Letter): void {
    this.#count += 1;
    this.#causes.set(error.code, (this.#causes.get(error.code) ?? 0) + 1);
  }

  /** What is refused beyond a limit is stored first. */
  #tooMany(): SinkError | undefined {
    if (this.#beyond === undefined) return undefined;
    const { limit, cause } = this.#beyond;
    return new SinkError(
      `The run refused ${limit}: something is wrong with the feed, or with what is asked of it. All records before are delivered, and ` +
        `what was refused is in ${this.path}: \`spillway replay --dry-run\` says for what. The newest: ${cause.message}`,
      { target: this.path, recordsWritten: this.#count, cause },
    );
  }

  #tellSettled(): void {
    for (const listener of this.#onSettled) listener();
  }

  #lineOf(letter: Letter): Buffer {
    const { replaysOf, names } = this.#rules;
    const facts = factsOf({ replayCount: replaysOf?.(letter.sequence) ?? 0, ...letter });
    const text = names === undefined ? JSON.stringify(facts) : faucetLine(names, facts);
    return Buffer.from(`${text}\n`);
  }
}

/** Of lines that wait: more than few letters have, and little beside what a socket holds. */
const MOST_BYTES = 64 * 1024;
