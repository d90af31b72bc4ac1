import { locate } from './field.js';
import { type Path, type PathSegment, toPath } from './path.js';
import { skipSpace, skipValue } from './skip.js';

/**
 * Cuts the elements of an array out of the bytes of a JSON text, one at a time and without allocating anything, so that a
 * large array costs no more memory than its bytes.
 *
 * @example
 * const trades = new ElementReader('data.trades');
 * if (trades.open(data, 0, data.length)) {
 *   while (trades.next()) sink.write(data.subarray(trades.start, trades.end));
 * }
 */
export class ElementReader {
  /** After `true` from {@link next}: where the element begins. */
  start = 0;
  /** After `true` from {@link next}: where the element ends. */
  end = 0;

  readonly #segments: readonly PathSegment[];
  #bytes: Uint8Array = NOTHING;
  /** Where the next element begins, if there is one. */
  #position = 0;
  #limit = 0;

  /**
   * @param path Where the array stands; see `compilePath`. The empty path: the text itself is the array.
   * @throws {ConfigError} if the path cannot be read.
   */
  constructor(path: Path | string | readonly (string | number)[]) {
    this.#segments = toPath(path).segments;
  }

  /**
   * Begins with the array in bytes[start, end), which must be exactly one JSON text that passed the check. The bytes are
   * held until {@link next} has returned `false`, and must not change before.
   *
   * @returns Whether there is an array at the path.
   */
  open(bytes: Uint8Array, start: number, end: number): boolean {
    const array = locate(bytes, start, end, this.#segments);
    if (array < 0 || bytes[array] !== OPEN_BRACKET) {
      this.#close();
      return false;
    }
    this.#bytes = bytes;
    this.#limit = end;
    this.#position = skipSpace(bytes, array + 1, end);
    return true;
  }

  /** Goes on to the next element. `false`: there was none left. */
  next(): boolean {
    const bytes = this.#bytes;
    const limit = this.#limit;
    if (this.#position >= limit || bytes[this.#position] === CLOSE_BRACKET) {
      this.#close();
      return false;
    }
    this.start = this.#position;
    this.end = skipValue(bytes, this.#position, limit);
    // Anything but a comma is the array's own end: of the text behind it nothing is looked at.
    const separator = skipSpace(bytes, this.end, limit);
    this.#position = separator < limit && bytes[separator] === COMMA ? skipSpace(bytes, separator + 1, limit) : limit;
    return true;
  }

  #close(): void {
    this.#bytes = NOTHING;
    this.#position = 0;
    this.#limit = 0;
  }
}

const NOTHING = new Uint8Array(0);

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
