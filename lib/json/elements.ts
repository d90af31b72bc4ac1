import { ContainerReader } from './container.js';
import type { Path } from './path.js';

/**
 * Cuts the elements of an array out of the bytes of a JSON text, so that a large array costs no more memory than its bytes.
 *
 * @example
 * const trades = new ElementReader('data.trades');
 * if (trades.open(data, 0, data.length)) {
 *   while (trades.next()) sink.write(data.subarray(trades.start, trades.end));
 * }
 */
export class ElementReader extends ContainerReader {
  /**
   * @param path Where the array stands; see `compilePath`. By default the text itself is the array.
   * @throws {ConfigError} if the path cannot be read.
   */
  constructor(path: Path | string | readonly (string | number)[] = []) {
    super(path, OPEN_BRACKET);
  }

  /** Goes on to the next element. `false`: there was none left. */
  next(): boolean {
    if (this.position >= this.limit || this.bytes[this.position] === CLOSE_BRACKET) return this.close();
    this.step(this.position);
    return true;
  }
}

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
