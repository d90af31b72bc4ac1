import type { FrameFacts } from '../parse/message.js';
import type { FactsColumns } from './facts-columns.js';

/**
 * The facts of a page's frames, one entry a record. Frames that came in one chunk differ in nothing but their sequence: so only
 * the first of such a stretch is kept, and how the sequence goes on. A list of the frames themselves would keep their bytes in
 * memory.
 */
export class FrameFactsList {
  #firsts: FrameFacts[] = NONE;
  /** The index at which each stretch begins. */
  #starts: number[] = NONE;
  /**
   * How the sequence goes on from record to record, in each stretch: it stays (0), goes up by one (1), or leaves some out, where
   * a filter did: then, by the record's place in the stretch, how far it is ahead of the first.
   */
  #steps: (0 | 1 | number[])[] = NONE;
  /** The newest of these: its list, where it is one. */
  #step: 0 | 1 = 1;
  #list: number[] | undefined;
  /** What the newest run began with, where nothing came since. It has no bytes to keep. */
  #run: FrameFacts | undefined;
  #length = 0;
  #gaps = 0;
  #newest: FrameFacts | undefined;

  /** Those that {@link columns} were made of: nothing is added to them. */
  static of({ length, starts, urls, gaps, steps, aheads, ...facts }: FactsColumns): FrameFactsList {
    const list = new FrameFactsList();
    const gapAt = new Map(gaps);
    let taken = 0;
    [list.#firsts, list.#starts, list.#steps] = [[], [], []];
    for (const [stretch, start] of starts.entries()) {
      list.#starts.push(start);
      const gap = gapAt.get(stretch);
      list.#firsts.push({
        receivedAt: facts.receivedAt[stretch] as number,
        sequence: facts.sequence[stretch] as number,
        connection: facts.connection[stretch] as number,
        isBinary: facts.isBinary[stretch] === 1,
        url: urls[facts.url[stretch] as number] as string,
        ...(gap !== undefined && { gap }),
      });
      const step = steps[stretch] as 0 | 1 | 2;
      const size = (starts[stretch + 1] ?? length) - start;
      list.#steps.push(step === LISTED ? Array.from(aheads.subarray(taken, (taken += size))) : step);
    }
    list.#length = length;
    list.#gaps = gaps.length;
    return list;
  }

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

  /** The same as columns of numbers, which cost a fraction of what objects do on their way to another thread. */
  columns(): FactsColumns {
    const firsts = this.#firsts;
    const urls = new Map<string, number>();
    for (const { url } of firsts) if (!urls.has(url)) urls.set(url, urls.size);
    return {
      length: this.#length,
      starts: new Uint32Array(this.#starts),
      receivedAt: new Float64Array(firsts.map(({ receivedAt }) => receivedAt)),
      sequence: new Float64Array(firsts.map(({ sequence }) => sequence)),
      connection: new Float64Array(firsts.map(({ connection }) => connection)),
      isBinary: new Uint8Array(firsts.map(({ isBinary }) => Number(isBinary))),
      url: new Uint32Array(firsts.map(({ url }) => urls.get(url) as number)),
      urls: [...urls.keys()],
      gaps: firsts.flatMap(({ gap }, stretch) => (gap === undefined ? [] : [[stretch, gap] as const])),
      steps: new Uint8Array(this.#steps.map((step) => (typeof step === 'number' ? step : LISTED))),
      aheads: new Float64Array(this.#steps.filter((step) => typeof step !== 'number').flat()),
    };
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
      if (this.#length === 0) {
        // Many pages of a slow feed have one stretch: room for one, where the first push would take room for 17.
        this.#firsts = [this.#newest];
        this.#starts = [0];
        this.#steps = [1];
      } else {
        this.#firsts.push(this.#newest);
        this.#starts.push(this.#length);
        this.#steps.push(1);
      }
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

/** Nothing is ever added to it. */
const NONE: never[] = [];
/** In {@link FactsColumns.steps}: the stretch has a list. */
const LISTED = 2;
