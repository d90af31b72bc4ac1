import { ContainerReader } from './container.js';
import type { Path } from './path.js';
import { skipSpace, skipString } from './skip.js';

/**
 * Cuts the members of an object out of the bytes of a JSON text: keys as they stand, with quotes and escapes, and values as
 * they stand. Duplicate keys come as often as they are there.
 *
 * @example
 * const headers = new MemberReader('meta.headers');
 * if (headers.open(data, 0, data.length)) {
 *   while (headers.next()) console.log(scalarAt(data, headers.keyStart, headers.keyEnd));
 * }
 */
export class MemberReader extends ContainerReader {
  /** After `true` from {@link next}: where the key's opening quote stands. */
  keyStart = 0;
  /** After `true` from {@link next}: the index behind the key's closing quote. */
  keyEnd = 0;

  /**
   * @param path Where the object stands; see `compilePath`. By default the text itself is the object.
   * @throws {ConfigError} if the path cannot be read.
   */
  constructor(path: Path | string | readonly (string | number)[] = []) {
    super(path, OPEN_BRACE);
  }

  /** Goes on to the next member. `false`: there was none left. */
  next(): boolean {
    const { bytes, limit, position } = this;
    if (position >= limit || bytes[position] !== QUOTE) return this.close();
    this.keyStart = position;
    this.keyEnd = skipString(bytes, position, limit);
    this.step(skipSpace(bytes, skipSpace(bytes, this.keyEnd, limit) + 1, limit));
    return true;
  }
}

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
