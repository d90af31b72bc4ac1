import type { OpenFile } from '../audit/content-of.js';
import { contentOf } from '../audit/content-of.js';
import { LineCutter } from '../audit/line-cutter.js';
import { LineSieve, type Sifted } from './line-sieve.js';

/** What is damaged in a file. */
export interface Survey {
  readonly lines: number;
  /** Of them, those that are no JSON. */
  readonly damagedLines: number;
  /** The numbers of the first of them. */
  readonly firstDamaged: readonly number[];
  /** Places at which what is compressed cannot be read. */
  readonly interruptions: number;
  /** Whether a line is longer than can be looked at. */
  readonly hasTooLong: boolean;
  /** How it ends: behind a line feed; with a whole record that has none; or with something that is torn. */
  readonly end: 'whole' | 'no_line_feed' | 'torn';
}

/**
 * Reads a file from begin to end: hands on what is sound, and says what is not.
 *
 * @param onRead hears of how many bytes were read
 */
export async function* sift(file: OpenFile, onRead: (bytes: number) => void): AsyncGenerator<SiftedPart, Survey, void> {
  const parts: SiftedPart[] = [];
  const sifted: Sifted = {
    // The memory of chunks is used again.
    lines: (bytes) => void parts.push(Buffer.from(bytes)),
    damage: () => void (parts.at(-1) !== DAMAGE && parts.push(DAMAGE)),
  };
  const sieve = new LineSieve(sifted);
  const cutter = new LineCutter(sieve);
  const content = contentOf(file, onRead);
  let interruptions = 0;
  for (;;) {
    const { done, value } = await content.next();
    if (done === true) {
      const rest = cutter.takeRest();
      const isWhole = sieve.end(rest);
      yield* parts.splice(0);
      const isTorn =
        value.isTorn || value.zeros > 0 || (rest.bytes.length + rest.zeros > 0 && !isWhole) || rest.bytes.at(-1) === 0;
      const { count: lines, damaged: damagedLines, firstDamaged, hasTooLong } = sieve;
      const end = isTorn ? 'torn' : isWhole ? 'no_line_feed' : 'whole';
      return { lines, damagedLines, firstDamaged, interruptions, hasTooLong, end };
    }
    if (Buffer.isBuffer(value)) {
      cutter.push(value);
      sieve.flush();
    } else {
      interruptions += 1;
      cutter.takeRest();
      sieve.interrupt();
    }
    yield* parts.splice(0);
  }
}

/** Sound lines, each with its line feed, or a place at which something is damaged. */
export type SiftedPart = Buffer | typeof DAMAGE;

/** Something is damaged here. */
export const DAMAGE = Symbol('damage');

/** Says what is damaged in a file, and hands nothing on. */
export async function survey(file: OpenFile, onRead: (bytes: number) => void): Promise<Survey> {
  const sifting = sift(file, onRead);
  for (;;) {
    const { done, value } = await sifting.next();
    if (done === true) return value;
  }
}
