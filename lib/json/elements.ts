import { FieldReader, type Path } from './field.js';
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

  readonly #array: FieldReader;
  #bytes: Uint8Array = NOTHING;
  /** Where the next element begins, if there is one. */
  #position = 0;
  #limit = 0;

  /**
   * @param path Where the array stands; see `compilePath`. The empty path: the text itself is the array.
   * @throws {ConfigError} if the path cannot be read.
   */
  constructor(path: Path | string | readonly (string | number)[]) {
    this.#array = new FieldReader(path);
  }

  /**
   * Begins with the array in bytes[start, end), which must be exactly one JSON text that passed the check. The bytes are
   * held until {@link next} has returned `false`, and must not change before.
   *
   * @returns Whether there is an array at the path.
   */
  open(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#array.find(bytes, start, end) || bytes[this.#array.start] !== OPEN_BRACKET) {
      this.#close();
      return false;
    }
    this.#bytes = bytes;
    this.#limit = this.#array.end;
    this.#position = skipSpace(bytes, this.#array.start + 1, this.#limit);
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
    const separator = skipSpace(bytes, this.end, limit);
    this.#position = skipSpace(bytes, separator + 1, limit);
    return true;
  }

  #close(): void {
    this.#bytes = NOTHING;
    this.#position = 0;
    this.#limit = 0;
  }
}

const NOTHING = new Uint8Array(0);

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
