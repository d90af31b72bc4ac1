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
   * A key stands in bytes[start, quote): is it wanted?
   *
   * @param isPlain whether it holds no escape for sure
   */
  look(bytes: Uint8Array, start: number, quote: number, isPlain: boolean): void {
    const candidate = this.#candidates[bytes[start] as number] as number;
    if (candidate === 0) return;
    const length = (quote - start) | 0;
    let k = (candidate === SEVERAL ? this.#keys.length : candidate) - 1;
    const last = candidate === SEVERAL ? 0 : k;
    for (; k >= last; k--) {
      // Of one byte the first, which is right where it is the only candidate, is all.
      if (
        (length === 1 && candidate !== SEVERAL && this.#lengths[k] === 1) ||
        this.#is(bytes, start, length, k, isPlain)
      ) {
        this.quotes[k] = quote;
        return;
      }
    }
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
