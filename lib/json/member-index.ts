import { isSame } from './member.js';
import type { PathSegment } from './path.js';
import { decode } from './text.js';

/**
 * Where the wanted members of the outermost object stand: filled by a `JsonCheck` that is given one, in the pass that it
 * makes anyway. Of duplicate keys the last one counts, as for `JSON.parse`.
 */
export class MemberIndex {
  /** For each wanted key the index of its closing quote in the text that was checked last, or -1. */
  readonly quotes: Int32Array;
  /** For each wanted key that was found: where its value ends. */
  readonly ends: Int32Array;
  /** The byte that every wanted key begins with where nothing is escaped, or -1 when they do not begin alike. */
  readonly first: number;
  /** A bit for each byte that one of them begins with, by its lowest five bits: `(firsts >>> byte) & 1`. */
  readonly firsts: number;
  /**
   * By the byte behind a key's opening quote: 0 when no wanted key begins so, 1 + k when only the wanted key k does,
   * {@link SEVERAL} when more than one may.
   */
  readonly #candidates = new Uint8Array(256);
  readonly #keys: readonly PathSegment[];
  /** The length of each key without an escape, or -1. */
  readonly #lengths: Int32Array;

  /** @param keys different ones, at most 254 */
  constructor(keys: readonly PathSegment[]) {
    this.#keys = keys;
    this.#lengths = Int32Array.from(keys, ({ plain }) => plain?.length ?? -1);
    this.quotes = new Int32Array(keys.length).fill(-1);
    this.ends = new Int32Array(keys.length);
    const firsts = keys.map(({ key }) => (key === '' ? QUOTE : (Buffer.from(key)[0] as number)));
    this.first = new Set(firsts).size === 1 ? (firsts[0] as number) : -1;
    this.firsts = firsts.reduce((bits, first) => bits | (1 << first), 0);
    for (const [k, first] of firsts.entries()) {
      this.#candidates[first] = this.#candidates[first] === 0 ? k + 1 : SEVERAL;
    }
    this.#candidates[BACKSLASH] = SEVERAL;
  }

  /** A new text begins. */
  begin(): void {
    const { quotes } = this;
    for (let k = 0; k < quotes.length; k++) quotes[k] = -1;
  }

  /**
   * Which wanted key it is that stands in bytes[start, quote), or -1.
   *
   * @param isPlain whether it holds no escape for sure
   */
  match(bytes: Uint8Array, start: number, quote: number, isPlain: boolean): number {
    const candidate = this.#candidates[bytes[start] as number] as number;
    if (candidate === 0) return -1;
    const length = (quote - start) | 0;
    if (candidate !== SEVERAL) {
      const only = (candidate - 1) | 0;
      // Its first byte is right.
      if (this.#lengths[only] === length && length === 1) return only;
      return this.#is(bytes, start, length, only, isPlain) ? only : -1;
    }
    let k = this.#keys.length - 1;
    while (k >= 0 && !this.#is(bytes, start, length, k, isPlain)) k--;
    return k;
  }

  #is(bytes: Uint8Array, start: number, length: number, k: number, isPlain: boolean): boolean {
    const { plain, key } = this.#keys[k] as PathSegment;
    if (this.#lengths[k] !== length) {
      return !isPlain && JSON.parse(decode(bytes, start - 1, start + length + 1)) === key;
    }
    return isSame(bytes, start, plain!);
  }
}

/** More than one wanted key may be meant. */
const SEVERAL = 255;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
