import type { FrameFacts } from '../parse/message.js';

/**
 * The facts of a page's frames, one entry a record. Frames that came in one chunk differ in nothing but their sequence: so only
 * the first of such a stretch is kept, and how the sequence goes on. A list of the frames themselves would keep their bytes in
 * memory.
 */
export class FrameFactsList {
  readonly #firsts: FrameFacts[] = [];
  /** The index at which each stretch begins. */
  readonly #starts: number[] = [];
  /**
   * How the sequence goes on from record to record, in each stretch: it stays (0), goes up by one (1), or leaves some out, where
   * a filter did: then, by the record's place in the stretch, how far it is ahead of the first.
   */
  readonly #steps: (0 | 1 | number[])[] = [];
  /** The newest of these: its list, where it is one. */
  #step: 0 | 1 = 1;
  #list: number[] | undefined;
  /** What the newest run began with, where nothing came since. It has no bytes to keep. */
  #run: FrameFacts | undefined;
  #length = 0;
  #gaps = 0;
  #newest: FrameFacts | undefined;

  add(frame: FrameFacts): void {
    this.#run = undefined;
    this.#add(frame, frame.sequence);
  }

  /** Adds so many frames, one a record, whose sequences go up by one from this one on. They have all else in common. */
  addRun(frame: FrameFacts, sequence: number, count: number): void {
    this.#add(frame, sequence);
    this.#run = frame;
    let added = 1;
    while (added < count && this.#step === 0) this.#add(frame, sequence + added++);
    const list = this.#list;
    if (list !== undefined) {
      for (let ahead = sequence - this.#newest!.sequence + added; added < count; added++) {
        list.push(ahead++);
        this.#length += 1;
      }
    }
    // The stretch counts up as it is.
    this.#length += count - added;
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
    const step = this.#steps[stretch] as 0 | 1 | number[];
    return {
      ...first,
      sequence: first.sequence + (typeof step === 'number' ? offset * step : (step[offset] as number)),
    };
  }

  receivedAt(index: number): number {
    return (this.#firsts[this.#stretch(index)] as FrameFacts).receivedAt;
  }

  #add(frame: FrameFacts, sequence: number): void {
    const newest = this.#newest;
    if (frame === this.#run) {
      this.#continue(sequence - newest!.sequence);
      this.#length += 1;
      return;
    }
    const { receivedAt, connection, isBinary, url, gap } = frame;
    if (
      newest === undefined ||
      newest.gap !== gap ||
      newest.receivedAt !== receivedAt ||
      newest.connection !== connection ||
      newest.isBinary !== isBinary ||
      newest.url !== url
    ) {
      this.#newest = { receivedAt, sequence, connection, isBinary, url };
      if (gap !== undefined) {
        this.#newest = { ...this.#newest, gap };
        this.#gaps += 1;
      }
      this.#firsts.push(this.#newest);
      this.#starts.push(this.#length);
      this.#steps.push(1);
      this.#step = 1;
      this.#list = undefined;
    } else this.#continue(sequence - newest.sequence);
    this.#length += 1;
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

  /** The next record's sequence is so far `ahead` of the newest stretch's first. */
  #continue(ahead: number): void {
    if (this.#list !== undefined) {
      this.#list.push(ahead);
      return;
    }
    const stretch = this.#starts.length - 1;
    const offset = this.#length - (this.#starts[stretch] as number);
    const step = this.#step;
    // The second record says whether the stretch counts up or stays.
    if (offset === 1 && ahead === 0) this.#steps[stretch] = this.#step = 0;
    else if (ahead !== offset * step) {
      this.#list = Array.from({ length: offset }, (_, k) => k * step);
      this.#list.push(ahead);
      this.#steps[stretch] = this.#list;
    }
  }
}
