import { locate } from './field.js';
import { type Path, type PathSegment, toPath } from './path.js';
import { skipSpace, skipString, skipValue } from './skip.js';

/**
 * Cuts the members of an object out of the bytes of a JSON text, one at a time and without allocating anything: keys as
 * they stand, with quotes and escapes, and values as they stand. Duplicate keys come as often as they are there.
 *
 * @example
 * const headers = new MemberReader('meta.headers');
 * if (headers.open(data, 0, data.length)) {
 *   while (headers.next()) console.log(scalarAt(data, headers.keyStart, headers.keyEnd));
 * }
 */
export class MemberReader {
  /** After `true` from {@link next}: where the key's opening quote stands. */
  keyStart = 0;
  /** After `true` from {@link next}: the index behind the key's closing quote. */
  keyEnd = 0;
  /** After `true` from {@link next}: where the value begins. */
  start = 0;
  /** After `true` from {@link next}: where the value ends. */
  end = 0;

  readonly #segments: readonly PathSegment[];
  #bytes: Uint8Array = NOTHING;
  #position = 0;
  #limit = 0;

  /**
   * @param path Where the object stands; see `compilePath`. The empty path: the text itself is the object.
   * @throws {ConfigError} if the path cannot be read.
   */
  constructor(path: Path | string | readonly (string | number)[]) {
    this.#segments = toPath(path).segments;
  }

  /**
   * Begins with the object in bytes[start, end), which must be exactly one JSON text that passed the check. The bytes are
   * held until {@link next} has returned `false`.
   *
   * @returns Whether there is an object at the path.
   */
  open(bytes: Uint8Array, start: number, end: number): boolean {
    const object = locate(bytes, start, end, this.#segments);
    if (object < 0 || bytes[object] !== OPEN_BRACE) {
      this.#bytes = NOTHING;
      this.#limit = 0;
      return false;
    }
    this.#bytes = bytes;
    this.#limit = end;
    this.#position = skipSpace(bytes, object + 1, end);
    return true;
  }

  /** Goes on to the next member. `false`: there was none left. */
  next(): boolean {
    const bytes = this.#bytes;
    const limit = this.#limit;
    if (this.#position >= limit || bytes[this.#position] !== QUOTE) {
      this.#bytes = NOTHING;
      this.#limit = 0;
      return false;
    }
    this.keyStart = this.#position;
    this.keyEnd = skipString(bytes, this.#position, limit);
    this.start = skipSpace(bytes, skipSpace(bytes, this.keyEnd, limit) + 1, limit);
    this.end = skipValue(bytes, this.start, limit);
    // Behind a comma a key's quote follows; behind the object's own brace something else, or nothing.
    const separator = skipSpace(bytes, this.end, limit);
    this.#position = bytes[separator] === COMMA ? skipSpace(bytes, separator + 1, limit) : limit;
    return true;
  }
}

const NOTHING = new Uint8Array(0);

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
