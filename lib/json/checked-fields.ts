import { JsonCheck } from './check.js';
import { FieldReader, type Path } from './field.js';
import { MemberIndex } from './member-index.js';
import type { PathSegment } from './path.js';
import { skipValue } from './skip.js';

/**
 * Finds several fields of a text in the same pass that checks it, and leaves the verdict to the step that comes next: for
 * those who look into every frame before it is checked, this costs a fraction of a search for each field.
 *
 * It finds what a {@link FieldReader} finds. In a text that does not pass it finds the same, where that is anything at all.
 *
 * @example
 * const fields = new CheckedFields([compilePath('seq'), compilePath('data.symbol')]);
 * fields.read(data, 0, data.length);
 * if (fields.find(data, 0)) console.log(integerAt(data, fields.start, fields.end));
 */
export class CheckedFields {
  /** After `true` from {@link find}: where the field's value begins. */
  start = 0;
  readonly #check: JsonCheck;
  readonly #index: MemberIndex | undefined;
  /** Which of the index's keys each path begins with. */
  readonly #slots: readonly number[];
  readonly #readers: readonly FieldReader[];
  /** What is left of each path behind its first key, if anything is. */
  readonly #rests: readonly (FieldReader | undefined)[];
  #from = 0;
  #to = 0;
  #bytes: Uint8Array = NOTHING;
  /** Where the field's value ends, or -1 while nobody has asked. */
  #end = 0;
  /** Whether the index serves: the text passed, and is an object. */
  #isIndexed = false;

  /** @param check The check that comes next, so that it need not be made again. */
  constructor(paths: readonly Path[], check: JsonCheck = new JsonCheck()) {
    const keys = new Map<string, PathSegment>();
    for (const { segments } of paths) for (const segment of segments.slice(0, 1)) keys.set(segment.key, segment);
    const names = [...keys.keys()];
    this.#slots = paths.map(({ segments: [first] }) => names.indexOf(first?.key ?? ''));
    this.#check = check;
    // The whole text, at the empty path, is nothing to look for.
    const isWhole = paths.some(({ segments }) => segments.length === 0);
    this.#index = isWhole ? undefined : new MemberIndex([...keys.values()]);
    this.#readers = paths.map((path) => new FieldReader(path));
    this.#rests = paths.map(({ segments, text }) =>
      segments.length < 2 ? undefined : new FieldReader({ text, segments: segments.slice(1) }),
    );
    check.index = this.#index;
  }

  /** After `true` from {@link find}: where the field's value ends. */
  get end(): number {
    if (this.#end < 0) this.#end = skipValue(this.#bytes, this.start, this.#check.end);
    return this.#end;
  }

  /** Begins with the text in bytes[start, end). What comes of its check, `checkNext()` tells. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.#begin(bytes, start, end, this.#check.checkFirst(bytes, start, end));
  }

  /** The same for who asks nobody else. Whether it passed. */
  check(bytes: Uint8Array, start: number, end: number): boolean {
    const hasPassed = this.#check.check(bytes, start, end);
    this.#begin(bytes, start, end, hasPassed);
    return hasPassed;
  }

  /** The same for a text that the check has passed just now. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.#begin(bytes, start, end, true);
  }

  /** Whether the text that was read has the field of this path, the first of which is 0. */
  find(bytes: Uint8Array, which: number): boolean {
    const index = this.#index;
    if (!this.#isIndexed || index === undefined) return this.#search(bytes, which);
    const slot = this.#slots[which] as number;
    const quote = index.quotes[slot] as number;
    if (quote < 0) return false;
    // Behind the key come the colon and the value, with or without whitespace around.
    let i = (quote + 1) | 0;
    while (bytes[i] <= SPACE) i = (i + 1) | 0;
    i = (i + 1) | 0;
    while (bytes[i] <= SPACE) i = (i + 1) | 0;
    const rest = this.#rests[which];
    if (rest !== undefined) return this.#keep(rest, bytes, i, skipValue(bytes, i, this.#check.end));
    this.start = i;
    this.#bytes = bytes;
    this.#end = -1;
    return true;
  }

  #begin(bytes: Uint8Array, start: number, end: number, hasPassed: boolean): void {
    this.#from = start;
    this.#to = end;
    this.#isIndexed = hasPassed && bytes[this.#check.start] === OPEN_BRACE;
  }

  #search(bytes: Uint8Array, which: number): boolean {
    try {
      return this.#keep(this.#readers[which] as FieldReader, bytes, this.#from, this.#to);
    } catch {
      // A key with a bad escape, which cannot be compared, in a text that did not pass.
      return false;
    }
  }

  #keep(reader: FieldReader, bytes: Uint8Array, start: number, end: number): boolean {
    if (!reader.find(bytes, start, end)) return false;
    this.start = reader.start;
    this.#end = reader.end;
    return true;
  }
}

const NOTHING = new Uint8Array(0);
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
