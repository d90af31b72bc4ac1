import type { Frame } from '../../frame/frame.js';
import { placesOf, ReceivedFrame, ResumedFrame } from '../../frame/received-frame.js';

/** What a frame is beside its bytes and its number: the same object for all frames of a run. */
export type RingFacts = Omit<Frame, 'data' | 'sequence'>;

/** Bytes of frames, one behind another. */
interface Slab {
  readonly bytes: Buffer;
  used: number;
  /** How many frames of it wait. */
  frames: number;
  /** Whether a frame of it was handed out: its bytes belong to who has that frame. */
  isLent: boolean;
}

/**
 * Frames that wait one behind another, without an object for any of them: what is known of them stands in columns, their
 * bytes in slabs. A slab whose frames were all dropped is filled again, so that what is dropped leaves nothing for the
 * garbage collector. Each frame has a place, a number that counts up and never comes again.
 */
export class FrameRing {
  /** The place of the next one to be taken out, and of the next one to be put in. */
  #begin = 0;
  #end = 0;
  /** A power of two, less one: where a place stands in the columns. */
  #mask = SMALLEST - 1;
  #columns = columnsOf(SMALLEST);
  /** The slab that is being filled. */
  #last: Slab | undefined;
  readonly #spares: Slab[] = [];
  /** How far the bytes at hand are copied into the slab, how far apart both are, and how much is copied at once next. */
  #stagedTo = 0;
  #shift = 0;
  #window = FIRST_WINDOW;

  get isEmpty(): boolean {
    return this.#begin === this.#end;
  }

  /** The place of the first one. */
  get first(): number {
    return this.#begin;
  }

  /** Whether a gap stands at a place. */
  isGap(place: number): boolean {
    return this.factsAt(place).gap !== undefined;
  }

  factsAt(place: number): RingFacts {
    return this.#columns.facts[place & this.#mask] as RingFacts;
  }

  sequenceAt(place: number): number {
    return this.#columns.sequences[place & this.#mask] as number;
  }

  /** How many bytes the frame at a place has; a gap has none. */
  lengthAt(place: number): number {
    return this.#columns.lengths[place & this.#mask] as number;
  }

  /**
   * Puts a frame behind all others, and copies its bytes. Those that follow in the same bytes should be put in before
   * {@link settle}: they are copied along. Returns its place.
   */
  push(bytes: Buffer, start: number, end: number, facts: RingFacts, sequence: number): number {
    if (end - start > LARGEST_SHARED) return this.pushOwn(bytes, start, end, facts, sequence);
    if (end > this.#stagedTo || this.#last === undefined) this.#stage(bytes, start, end);
    const slab = this.#last as Slab;
    slab.used = end + this.#shift;
    return this.#put(slab, start + this.#shift, end - start, facts, sequence);
  }

  /** The same with a slab of its own, so that another may be put in its {@link replace | place}. */
  pushOwn(bytes: Buffer, start: number, end: number, facts: RingFacts, sequence: number): number {
    return this.#put(ownSlab(bytes, start, end), 0, end - start, facts, sequence);
  }

  /** Puts a gap behind all others. */
  pushGap(gap: Frame): void {
    this.#put(NO_SLAB, 0, 0, gap, gap.sequence);
  }

  /** The bytes at hand are others from now on. */
  settle(): void {
    this.#stagedTo = 0;
    this.#window = FIRST_WINDOW;
  }

  /** Puts a frame in the place of one that has a slab of its own. */
  replace(place: number, bytes: Buffer, start: number, end: number, facts: RingFacts, sequence: number): void {
    const index = place & this.#mask;
    const { slabs, lengths, sequences, facts: all } = this.#columns;
    const { bytes: own } = slabs[index] as Slab;
    if (end - start <= own.length) bytes.copy(own, 0, start, end);
    else slabs[index] = { ...ownSlab(bytes, start, end), frames: 1 };
    lengths[index] = end - start;
    sequences[index] = sequence;
    all[index] = facts;
  }

  /** Takes the first one out. There must be one. */
  take(): Frame {
    const index = this.#begin & this.#mask;
    const { slabs, offsets, lengths, sequences, facts } = this.#columns;
    const known = facts[index] as RingFacts;
    let frame: Frame;
    if (known.gap !== undefined) frame = known as Frame;
    else {
      const slab = slabs[index] as Slab;
      const offset = offsets[index] as number;
      slab.isLent = true;
      const { isBinary, receivedAt, url, connection, notInflated, cursor } = known;
      const data = slab.bytes.subarray(offset, offset + (lengths[index] as number));
      const sequence = sequences[index] as number;
      const received =
        cursor === undefined
          ? new ReceivedFrame(data, isBinary, receivedAt, url, connection, sequence)
          : new ResumedFrame(data, isBinary, receivedAt, url, connection, sequence, placesOf(cursor), 0);
      if (notInflated !== undefined) received.notInflated = notInflated;
      frame = received;
    }
    this.drop();
    return frame;
  }

  /** Drops the first one. There must be one. */
  drop(): void {
    const index = this.#begin & this.#mask;
    const { slabs, facts } = this.#columns;
    const slab = slabs[index] as Slab;
    slabs[index] = undefined;
    facts[index] = undefined;
    this.#begin += 1;
    slab.frames -= 1;
    if (slab.frames === 0) this.#leave(slab);
    if (this.isEmpty && this.#mask >= LARGE) this.#resize(SMALLEST);
  }

  clear(): void {
    this.#begin = this.#end;
    this.#mask = SMALLEST - 1;
    this.#columns = columnsOf(SMALLEST);
    this.#last = undefined;
    this.#spares.length = 0;
    this.settle();
  }

  #put(slab: Slab, offset: number, length: number, facts: RingFacts, sequence: number): number {
    if (this.#end - this.#begin > this.#mask) this.#resize(2 * (this.#mask + 1));
    const place = this.#end;
    const index = place & this.#mask;
    const columns = this.#columns;
    columns.slabs[index] = slab;
    columns.offsets[index] = offset;
    columns.lengths[index] = length;
    columns.facts[index] = facts;
    columns.sequences[index] = sequence;
    slab.frames += 1;
    this.#end += 1;
    return place;
  }

  /** Copies bytes[start, end) and some of what follows: of a chunk with many frames twice as much each time. */
  #stage(bytes: Buffer, start: number, end: number): void {
    const to = Math.min(bytes.length, Math.max(end, start + this.#window));
    this.#window = Math.min(2 * this.#window, LARGEST_SHARED);
    let slab = this.#last;
    if (slab === undefined || slab.used + to - start > SLAB_BYTES) {
      slab = this.#spares.pop() ?? newSlab(SLAB_BYTES);
      this.#last = slab;
    }
    bytes.copy(slab.bytes, slab.used, start, to);
    this.#shift = slab.used - start;
    this.#stagedTo = to;
  }

  /** No frame of a slab waits any more. */
  #leave(slab: Slab): void {
    if (slab.isLent) {
      if (slab === this.#last) this.#last = undefined;
      return;
    }
    slab.used = 0;
    if (slab !== this.#last && slab.bytes.length === SLAB_BYTES && this.#spares.length < MOST_SPARES)
      this.#spares.push(slab);
  }

  #resize(size: number): void {
    const old = this.#columns;
    const oldMask = this.#mask;
    const columns = columnsOf(size);
    for (let place = this.#begin; place < this.#end; place++) {
      const from = place & oldMask;
      const to = place & (size - 1);
      columns.slabs[to] = old.slabs[from];
      columns.offsets[to] = old.offsets[from] as number;
      columns.lengths[to] = old.lengths[from] as number;
      columns.facts[to] = old.facts[from];
      columns.sequences[to] = old.sequences[from] as number;
    }
    this.#columns = columns;
    this.#mask = size - 1;
  }
}

interface Columns {
  readonly slabs: (Slab | undefined)[];
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly facts: (RingFacts | undefined)[];
  readonly sequences: Float64Array;
}

function columnsOf(size: number): Columns {
  return {
    slabs: new Array<undefined>(size).fill(undefined),
    offsets: new Uint32Array(size),
    lengths: new Uint32Array(size),
    facts: new Array<undefined>(size).fill(undefined),
    sequences: new Float64Array(size),
  };
}

function newSlab(size: number): Slab {
  return { bytes: Buffer.allocUnsafeSlow(size), used: 0, frames: 0, isLent: false };
}

/** With some room for another frame that is a little longer. */
function ownSlab(bytes: Buffer, start: number, end: number): Slab {
  const slab = newSlab(Math.ceil((end - start + 1) / ROUNDED) * ROUNDED);
  bytes.copy(slab.bytes, 0, start, end);
  return slab;
}

/** As large as what a socket reads at once: no frame that is handed out keeps more than it would keep anyhow. */
const SLAB_BYTES = 64 * 1024;
/** A longer frame has a slab of its own: so little of a slab stays empty. */
const LARGEST_SHARED = SLAB_BYTES / 4;
const FIRST_WINDOW = 512;
/** As many as are left at a time while as many are filled. */
const MOST_SPARES = 4;
const ROUNDED = 64;
const SMALLEST = 64;
/** Columns of that many places are not kept for their own sake. */
const LARGE = 1_024;
/** Where gaps lie, which have no bytes here. */
const NO_SLAB: Slab = { bytes: Buffer.alloc(0), used: 0, frames: 1, isLent: false };
