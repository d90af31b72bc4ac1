import { optionError } from '../errors.js';
import { type Fields, field, flag, oneOf, resolveOptions, wholeNumber } from '../internal/options.js';
import { compilePath, FieldReader, isPath, scalarAt } from '../json/field.js';
import { integerAt } from '../json/integer.js';

/** What a server remembers of what it has published, and how well it goes on from a cursor. */
export interface ReplayOptions {
  /** Where a record has its cursor: a whole number that goes up from record to record, or a text that no other one has. */
  readonly path: string;
  /** The parameter of the address in which a client says it. @default 'cursor' */
  readonly parameter?: string;
  /** Whether the record of the cursor is sent once more. @default false */
  readonly inclusive?: boolean;
  /** How many records are remembered; the oldest are forgotten. @default 100,000 */
  readonly window?: number;
  /**
   * What becomes of a cursor that is forgotten: the oldest record that is there comes next (`clamp`), the upgrade is refused with status
   * 400 and `{"error":"CursorTooOld"}` (`refuse`), or the next one that is published comes next (`live`). @default 'clamp'
   */
  readonly forgotten?: 'clamp' | 'refuse' | 'live';
  /** A server that takes no heed of cursors: it begins with what is published next (`live`), or with all that it remembers (`all`). @default it heeds them */
  readonly ignores?: 'live' | 'all';
  /** Whether the first record that it goes on with is sent two times. @default false */
  readonly twice?: boolean;
}

/** {@link ReplayOptions} with its defaults. */
type Resolved = Required<Omit<ReplayOptions, 'ignores'>> & Pick<ReplayOptions, 'ignores'>;

/** @throws {ConfigError} when an option is not known or has a value that is not accepted */
export function resolveReplayOptions(options: ReplayOptions): Resolved {
  return resolveOptions<Resolved>('createFeedServer.replay', options, FIELDS);
}

/** What a server has published, in order, as far as it remembers it: many clients read it, each at its own pace. */
export class ReplayLog {
  readonly #options: Resolved;
  readonly #reader: FieldReader;
  #records: { readonly cursor: bigint | string; readonly text: string }[] = [];
  /** How many are forgotten. */
  #forgotten = 0;
  #wake: (() => void)[] = [];

  constructor(options: Resolved) {
    this.#options = options;
    this.#reader = new FieldReader(compilePath(options.path, 'createFeedServer.replay.path'));
  }

  /** How many were published. */
  get length(): number {
    return this.#forgotten + this.#records.length;
  }

  /** Adds a record, of JSON. @throws {ConfigError} when it has no cursor */
  publish(text: string): void {
    this.#records.push({ cursor: this.#cursorOf(text), text });
    if (this.#records.length > this.#options.window * 2) this.#forget();
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }

  /** What a client says in its address. */
  cursorIn(url: string): string | undefined {
    return new URL(url, 'ws://server').searchParams.get(this.#options.parameter) ?? undefined;
  }

  /** Whether what follows the record of this cursor is all there. */
  remembers(cursor: string): boolean {
    return this.#indexBehind(cursor) !== undefined;
  }

  /** Whether a client with this cursor is to be refused. */
  refuses(cursor: string | undefined): boolean {
    const { ignores, forgotten } = this.#options;
    return cursor !== undefined && ignores === undefined && forgotten === 'refuse' && !this.remembers(cursor);
  }

  /** What a client gets that asks for this cursor: all that follows, for ever. Without one, what is published from now on. */
  read(cursor: string | undefined): AsyncGenerator<string, void, void> {
    return this.#follow(this.#begin(cursor), cursor !== undefined && this.#options.twice);
  }

  async *#follow(from: number, isTwice: boolean): AsyncGenerator<string, void, void> {
    let repeats = isTwice;
    for (let next = from; ; next++) {
      // One that is too slow finds what is left.
      next = Math.max(next, this.#first);
      while (next >= this.length) await new Promise<void>((resolve) => this.#wake.push(resolve));
      const { text } = this.#records[next - this.#forgotten]!;
      if (repeats) yield text;
      repeats = false;
      yield text;
    }
  }

  #begin(cursor: string | undefined): number {
    const { ignores, forgotten } = this.#options;
    if (ignores === 'all') return this.#first;
    if (cursor === undefined || ignores === 'live') return this.length;
    const behind = this.#indexBehind(cursor);
    if (behind !== undefined) return this.#options.inclusive && this.#isAt(behind - 1, cursor) ? behind - 1 : behind;
    return forgotten === 'clamp' ? this.#first : this.length;
  }

  #isAt(index: number, cursor: string): boolean {
    return index >= this.#first && String(this.#records[index - this.#forgotten]?.cursor) === cursor;
  }

  /** The number of the first record that is not forgotten. */
  get #first(): number {
    return Math.max(0, this.length - this.#options.window);
  }

  #indexBehind(cursor: string): number | undefined {
    const wanted = /^-?\d+$/.test(cursor) ? BigInt(cursor) : cursor;
    const records = this.#records;
    const oldest = records[this.#first - this.#forgotten];
    if (oldest === undefined) return undefined;
    if (typeof wanted === 'string') {
      const at = records.findLastIndex((record) => record.cursor === wanted);
      return at < 0 ? undefined : this.#forgotten + at + 1;
    }
    if (typeof oldest.cursor === 'string' || wanted < oldest.cursor) return undefined;
    const at = records.findLastIndex(({ cursor: one }) => typeof one === 'bigint' && one <= wanted);
    return this.#forgotten + at + 1;
  }

  #forget(): void {
    const count = this.#records.length - this.#options.window;
    this.#records = this.#records.slice(count);
    this.#forgotten += count;
  }

  #cursorOf(text: string): bigint | string {
    const bytes = Buffer.from(text);
    const reader = this.#reader;
    const value = reader.find(bytes, 0, bytes.length) ? scalarAt(bytes, reader.start, reader.end) : undefined;
    const number = value === undefined ? undefined : integerAt(bytes, reader.start, reader.end);
    if (number !== undefined) return BigInt(number);
    if (typeof value === 'string') return value;
    throw optionError('publish', `Expected JSON with a whole number or a text at \`${this.#options.path}\`.`);
  }
}

const FIELDS: Fields<Resolved> = {
  path: field('', 'a path', (value) => isPath(value, '') && value !== ''),
  parameter: field('cursor', 'a name', (value) => typeof value === 'string' && value !== ''),
  inclusive: flag(false),
  window: wholeNumber(100_000, 1),
  forgotten: oneOf('clamp', ['clamp', 'refuse', 'live']),
  ignores: field<'live' | 'all' | undefined>(
    undefined,
    "one of 'live', 'all'",
    (value) => value === 'live' || value === 'all',
  ),
  twice: flag(false),
};
