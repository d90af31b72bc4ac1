import type { FrameFacts } from '../parse/message.js';

/**
 * The facts of a page's frames, one entry a record. Frames that came in one chunk differ in nothing but their sequence,
 * which goes up by one, or stays for the records of one frame: so only the first of such a stretch is kept. A list of
 * the frames themselves would keep their bytes in memory.
 */
export class FrameFactsList {
  readonly #firsts: FrameFacts[] = [];
  /** The index at which each stretch begins. */
  readonly #starts: number[] = [];
  /** By how much the sequence goes up from record to record, in each stretch: 0 or 1. */
  readonly #steps: number[] = [];
  #length = 0;
  #gaps = 0;
  #newest: FrameFacts | undefined;

  add(frame: FrameFacts): void {
    const { receivedAt, sequence, connection, isBinary, url, gap } = frame;
    const newest = this.#newest;
    if (
      newest === undefined ||
      newest.gap !== gap ||
      newest.receivedAt !== receivedAt ||
      newest.connection !== connection ||
      newest.isBinary !== isBinary ||
      newest.url !== url ||
      !this.#continues(sequence - newest.sequence)
    ) {
      this.#newest = { receivedAt, sequence, connection, isBinary, url };
      if (gap !== undefined) {
        this.#newest = { ...this.#newest, gap };
        this.#gaps += 1;
      }
      this.#firsts.push(this.#newest);
      this.#starts.push(this.#length);
      this.#steps.push(1);
    }
    this.#length += 1;
  }

  /** How many of the first `count` entries are gaps. */
  gapsAmong(count: number): number {
    if (count >= this.#length || this.#gaps === 0) return this.#gaps;
    return this.#firsts.filter((first, stretch) => first.gap !== undefined && (this.#starts[stretch] as number) < count)
      .length;
  }

  at(index: number): FrameFacts {
    const stretch = this.#stretch(index);
    const first = this.#firsts[stretch] as FrameFacts;
    const offset = index - (this.#starts[stretch] as number);
    return { ...first, sequence: first.sequence + offset * (this.#steps[stretch] as number) };
  }

  receivedAt(index: number): number {
    return (this.#firsts[this.#stretch(index)] as FrameFacts).receivedAt;
  }

  #stretch(index: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Whether a record whose sequence is `ahead` of the newest stretch's first belongs to that stretch. */
  #continues(ahead: number): boolean {
    const stretch = this.#starts.length - 1;
    const offset = this.#length - (this.#starts[stretch] as number);
    // The second record says whether the stretch counts up or stays.
    if (offset === 1 && ahead === 0) this.#steps[stretch] = 0;
    return ahead === offset * (this.#steps[stretch] as number);
  }
}
