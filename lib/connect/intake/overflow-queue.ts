import type { Frame } from '../../frame/frame.js';
import { JsonCheck } from '../../json/check.js';
import { compilePath, FieldReader } from '../../json/field.js';
import { type DroppedRange, OpenDroppedRange } from './dropped-range.js';

/** What becomes of frames that come while too many wait for a slow consumer. */
export type Overflow =
  /** None comes: the socket is paused. */
  | 'block'
  /** The frame that waits longest is dropped. */
  | 'drop_oldest'
  /** The frame that came is dropped. */
  | 'drop_newest'
  /**
   * A frame takes the place of the one that waits with the same key, so that no key waits for another; the rest is as
   * with `drop_oldest`. A frame without the field has no key, and takes nobody's place.
   */
  | { readonly latestBy: string };

/** How much may wait. */
export interface OverflowLimits {
  readonly maxFrames: number;
  readonly maxBytes: number;
}

/**
 * Frames that wait for a slow consumer while the socket goes on being read: no more than the limits allow, but for one
 * that is larger than them by itself. What is dropped is counted, and told as one range at its place: when the next
 * frame is taken out of the queue, or with `drop_newest` when the next one goes in.
 */
export class OverflowQueue {
  readonly #policy: Exclude<Overflow, 'block'>;
  readonly #limits: OverflowLimits;
  /** Tells a range, and returns what stands for it between the frames, if anything does. */
  readonly #tell: (range: DroppedRange) => Frame | undefined;
  readonly #key: FieldReader | undefined;
  readonly #check = new JsonCheck();
  #waiting: (Frame | undefined)[] = [];
  #keys: (string | undefined)[] = [];
  /** The index of the next one in `#waiting`, and how many were taken off its front for good. */
  #head = 0;
  #base = 0;
  /** Where the newest frame of each key waits: an index that counts those taken off, too. */
  readonly #places = new Map<string, number>();
  /** Gaps that are next, and how many gaps wait in all. */
  #ready: Frame[] = [];
  #gaps = 0;
  #frames = 0;
  #bytes = 0;
  #dropped = 0;
  #range: OpenDroppedRange | undefined;

  /**
   * @throws {ConfigError} when the path of `latestBy` cannot be read
   */
  constructor(
    policy: Exclude<Overflow, 'block'>,
    limits: OverflowLimits,
    tell: (range: DroppedRange) => Frame | undefined,
  ) {
    this.#policy = policy;
    this.#limits = limits;
    this.#tell = tell;
    this.#key =
      typeof policy === 'object' ? new FieldReader(compilePath(policy.latestBy, 'overflow.latestBy')) : undefined;
  }

  /** Frames that wait. */
  get frames(): number {
    return this.#frames;
  }

  /** Whether nothing waits, and nothing is to be told. */
  get isIdle(): boolean {
    return this.#frames === 0 && this.#gaps === 0 && this.#range === undefined;
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Frames dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a frame in, or drops it, or drops others for it. */
  offer(frame: Frame): void {
    if (frame.gap !== undefined) {
      this.#offerGap(frame);
      return;
    }
    const key = this.#key === undefined ? undefined : this.#keyOf(frame.data);
    if (key !== undefined && this.#replace(key, frame)) return;
    if (this.#policy === 'drop_newest') {
      if (!this.#hasRoomFor(frame)) {
        this.#drop(frame);
        return;
      }
      // Where no more gaps can wait, the range goes on over the frames that are taken: nothing that was dropped is left out.
      if (this.#gaps < MAX_GAPS) this.#closeStretch(false, (gap) => this.#pushGap(gap));
    } else while (!this.#hasRoomFor(frame)) this.#dropOldest();
    this.#push(this.#key === undefined ? frame : withOwnBytes(frame), key);
    this.#frames += 1;
    this.#bytes += frame.data.length;
  }

  /** The next frame, or gap; `undefined` when none waits. */
  shift(): Frame | undefined {
    if (this.#range !== undefined && this.#policy !== 'drop_newest') {
      this.#closeStretch(false, (gap) => {
        this.#gaps += 1;
        this.#ready.unshift(gap);
      });
    }
    const gap = this.#ready.shift();
    if (gap === undefined) return this.#shift();
    this.#gaps -= 1;
    return gap;
  }

  /** No frame will come any more: tells what was dropped at the end. */
  end(): void {
    if (this.#policy === 'drop_newest') this.#closeStretch(true, (gap) => this.#pushGap(gap));
  }

  /** Forgets what waits: nobody will take it. */
  clear(): void {
    this.#waiting = [];
    this.#keys = [];
    this.#head = 0;
    this.#places.clear();
    this.#ready = [];
    this.#gaps = 0;
    this.#frames = 0;
    this.#bytes = 0;
    this.#range = undefined;
  }

  #hasRoomFor(frame: Frame): boolean {
    const { maxFrames, maxBytes } = this.#limits;
    return this.#frames === 0 || (this.#frames < maxFrames && this.#bytes + frame.data.length <= maxBytes);
  }

  #offerGap(gap: Frame): void {
    // It was told as an event, too.
    if (this.#gaps < MAX_GAPS) this.#pushGap(gap);
  }

  #pushGap(gap: Frame): void {
    this.#gaps += 1;
    this.#push(gap, undefined);
  }

  #push(frame: Frame, key: string | undefined): void {
    if (key !== undefined) this.#places.set(key, this.#base + this.#waiting.length);
    this.#waiting.push(frame);
    if (this.#key !== undefined) this.#keys.push(key);
  }

  #replace(key: string, frame: Frame): boolean {
    const place = this.#places.get(key);
    if (place === undefined) return false;
    const index = place - this.#base;
    const old = this.#waiting[index] as Frame;
    this.#drop(old);
    this.#bytes += frame.data.length - old.data.length;
    this.#waiting[index] = withOwnBytes(frame);
    // It may be larger than the one before it.
    while (this.#frames > 1 && this.#bytes > this.#limits.maxBytes) this.#dropOldest();
    return true;
  }

  #dropOldest(): void {
    for (let frame = this.#shift(); frame !== undefined; frame = this.#shift()) {
      if (frame.gap === undefined) {
        this.#drop(frame);
        return;
      }
      this.#gaps += 1;
      this.#ready.push(frame);
    }
  }

  #shift(): Frame | undefined {
    const index = this.#head;
    const frame = this.#waiting[index];
    if (frame === undefined) return undefined;
    const key = this.#keys[index];
    if (key !== undefined) this.#places.delete(key);
    this.#waiting[index] = undefined;
    this.#head += 1;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#keys = this.#keys.slice(this.#head);
      this.#base += this.#head;
      this.#head = 0;
    }
    if (frame.gap !== undefined) this.#gaps -= 1;
    else {
      this.#frames -= 1;
      this.#bytes -= frame.data.length;
    }
    return frame;
  }

  #drop(frame: Frame): void {
    this.#dropped += 1;
    this.#range ??= new OpenDroppedRange(frame);
    this.#range.add(frame);
  }

  #closeStretch(isLast: boolean, place: (gap: Frame) => void): void {
    const range = this.#range;
    if (range === undefined) return;
    this.#range = undefined;
    const gap = this.#tell({ ...range, isLast });
    if (gap !== undefined) place(gap);
  }

  /** The bytes are not checked yet, and a field is found in checked ones alone. */
  #keyOf(data: Buffer): string | undefined {
    const reader = this.#key as FieldReader;
    if (!this.#check.check(data, 0, data.length) || !reader.find(data, this.#check.start, this.#check.end)) {
      return undefined;
    }
    return data.toString('latin1', reader.start, reader.end);
  }
}

/** A frame is a slice of its chunk: one that stays while others go would keep 64 KiB. */
function withOwnBytes(frame: Frame): Frame {
  const data = Buffer.allocUnsafeSlow(frame.data.length);
  frame.data.copy(data);
  return { ...frame, data };
}

const COMPACT_AT = 1_024;
const MAX_GAPS = 1_000;
