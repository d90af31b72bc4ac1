import { isSame } from './member.js';
import { decode } from './text.js';

/** Tells which of some keys it is that stands in the bytes of a JSON text, however it is escaped there. */
export class KeyTable {
  readonly #plain: readonly (Uint8Array | undefined)[];
  readonly #indices: ReadonlyMap<string, number>;
  /** By the length of a key: those keys that are so long as they stand. */
  readonly #ofLength: (number[] | undefined)[] = [];

  /** @param keys different ones */
  constructor(keys: readonly string[]) {
    this.#indices = new Map(keys.map((key, index) => [key, index]));
    this.#plain = keys.map((key) => Buffer.from(key));
    for (const [index, plain] of this.#plain.entries()) (this.#ofLength[plain!.length] ??= []).push(index);
  }

  /** The index of the key whose string is bytes[start, end), quotes included, or -1. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    const ofLength = this.#ofLength[end - start - 2];
    if (ofLength !== undefined) {
      for (const index of ofLength) if (isSame(bytes, start + 1, this.#plain[index]!)) return index;
    }
    for (let i = start + 1; i < end - 1; i++) {
      if (bytes[i] === BACKSLASH) return this.#indices.get(JSON.parse(decode(bytes, start, end)) as string) ?? -1;
    }
    return -1;
  }
}

const BACKSLASH = 0x5c;
