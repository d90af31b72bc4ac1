import { locate } from './field.js';
import { type Path, type PathSegment, toPath } from './path.js';
import { skipSpace, skipValue } from './skip.js';

/**
 * A walk over what an object or an array holds, in the bytes of a JSON text, one at a time and without allocating anything:
 * what the readers of members and of elements have in common.
 */
export abstract class ContainerReader {
  /** After `true` from `next()`: where the value begins. */
  start = 0;
  /** After `true` from `next()`: where the value ends. */
  end = 0;

  /** The bytes that are walked over; empty before and after. */
  protected bytes: Uint8Array = NOTHING;
  /** Where the next member or element begins, if there is one. */
  protected position = 0;
  protected limit = 0;
  readonly #segments: readonly PathSegment[];
  readonly #opening: number;

  /**
   * @param path Where the container stands; see `compilePath`. The empty path: the text itself is the container.
   * @param opening The byte that it begins with.
   * @throws {ConfigError} if the path cannot be read.
   */
  constructor(path: Path | string | readonly (string | number)[], opening: number) {
    this.#segments = toPath(path).segments;
    this.#opening = opening;
  }

  /**
   * Begins with the container in bytes[start, end), which must be exactly one JSON text that passed the check. The bytes are
   * held until `next()` has returned `false`, and must not change before.
   *
   * @returns Whether there is such a container at the path.
   */
  open(bytes: Uint8Array, start: number, end: number): boolean {
    const container = locate(bytes, start, end, this.#segments);
    if (container < 0 || bytes[container] !== this.#opening) return this.close();
    this.bytes = bytes;
    this.limit = end;
    this.position = skipSpace(bytes, container + 1, end);
    return true;
  }

  /** Steps over the value that begins at `start`, and over the comma behind it. */
  protected step(start: number): void {
    const { bytes, limit } = this;
    this.start = start;
    this.end = skipValue(bytes, start, limit);
    // Anything but a comma is the container's own end: of the text behind it nothing is looked at.
    const separator = skipSpace(bytes, this.end, limit);
    this.position = separator < limit && bytes[separator] === COMMA ? skipSpace(bytes, separator + 1, limit) : limit;
  }

  /** Lets go of the bytes. */
  protected close(): false {
    this.bytes = NOTHING;
    this.position = 0;
    this.limit = 0;
    return false;
  }
}

const NOTHING = new Uint8Array(0);

const COMMA = 0x2c;
