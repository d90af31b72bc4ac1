import type { Frame } from '../../frame/frame.js';
import { JsonCheck } from '../../json/check.js';
import { compilePath, FieldReader } from '../../json/field.js';
import type { FrameRun } from '../socket/frame-run.js';
import { type DroppedRange, OpenDroppedRange } from './dropped-range.js';
import { FrameRing, type RingFacts } from './frame-ring.js';

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
 * frame is taken out of the queue, or with `drop_newest` when the next one goes in. A frame has no object while it waits.
 */
export class OverflowQueue {
  readonly #policy: Exclude<Overflow, 'block'>;
  readonly #limits: OverflowLimits;
  /** Tells a range, and returns what stands for it between the frames, if anything does. */
  readonly #tell: (range: DroppedRange) => Frame | undefined;
  readonly #key: FieldReader | undefined;
  readonly #check = new JsonCheck();
  readonly #ring = new FrameRing();
  /** Where the newest frame of each key waits, and the key of what waits at a place. */
  readonly #places = new Map<string, number>();
  readonly #keys = new Map<number, string>();
  /** Gaps that are next, and how many gaps wait in all. */
  #ready: Frame[] = [];
  #gaps = 0;
  #frames = 0;
  #bytes = 0;
  #dropped = 0;
  #range: OpenDroppedRange | undefined;
  /** Those of the frame that was offered last, by itself. */
  #facts: RingFacts | undefined;

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
      // It was told as an event, too.
      if (this.#gaps < MAX_GAPS) this.#pushGap(frame);
      return;
    }
    const { data } = frame;
    if (this.#tells(data.length)) this.#closeStretch(false, (gap) => this.#pushGap(gap));
    this.#offer(data, 0, data.length, this.#factsOf(frame), frame.sequence);
    this.#ring.settle();
  }

  /**
   * The same for frames that stand one behind another in a chunk, of which the first has these facts: at most `most` of them,
   * and none from the first on that does not pass, or by which a gap is to be told.
   */
  offerRun(run: FrameRun, first: Omit<Frame, 'data'>, most: number, passes: Passes | undefined): void {
    const { chunk } = run;
    while (run.frames < most && run.next()) {
      if (passes !== undefined && !passes(chunk, run.start, run.end)) break;
      if (this.#tells(run.end - run.start)) break;
      this.#offer(chunk, run.start, run.end, first, first.sequence + run.frames);
      run.accept();
    }
    this.#ring.settle();
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
    this.#ring.clear();
    this.#places.clear();
    this.#keys.clear();
    this.#ready = [];
    this.#gaps = 0;
    this.#frames = 0;
    this.#bytes = 0;
    this.#range = undefined;
  }

  #offer(bytes: Buffer, start: number, end: number, facts: RingFacts, sequence: number): void {
    const length = end - start;
    const key = this.#key === undefined ? undefined : this.#keyOf(bytes, start, end);
    const place = key === undefined ? undefined : this.#places.get(key);
    if (place !== undefined) {
      this.#drop(place);
      this.#bytes += length - this.#ring.lengthAt(place);
      this.#ring.replace(place, bytes, start, end, facts, sequence);
      // It may be larger than the one before it.
      while (this.#frames > 1 && this.#bytes > this.#limits.maxBytes) this.#dropOldest();
      return;
    }
    if (this.#policy === 'drop_newest') {
      if (!this.#hasRoomFor(length)) {
        this.#dropped += 1;
        this.#range ??= new OpenDroppedRange(sequence, facts.receivedAt, facts.connection);
        this.#range.add(sequence, facts.receivedAt);
        return;
      }
    } else while (!this.#hasRoomFor(length)) this.#dropOldest();
    if (this.#key === undefined) this.#ring.push(bytes, start, end, facts, sequence);
    else this.#remember(key, this.#ring.pushOwn(bytes, start, end, facts, sequence));
    this.#frames += 1;
    this.#bytes += length;
  }

  #hasRoomFor(length: number): boolean {
    const { maxFrames, maxBytes } = this.#limits;
    return this.#frames === 0 || (this.#frames < maxFrames && this.#bytes + length <= maxBytes);
  }

  /**
   * Whether a gap is told by a frame of this length that comes. Where no more gaps can wait, the range goes on over the frames
   * that are taken: nothing that was dropped is left out.
   */
  #tells(length: number): boolean {
    const isStretch = this.#range !== undefined && this.#policy === 'drop_newest';
    return isStretch && this.#gaps < MAX_GAPS && this.#hasRoomFor(length);
  }

  #pushGap(gap: Frame): void {
    this.#gaps += 1;
    this.#ring.pushGap(gap);
  }

  #remember(key: string | undefined, place: number): void {
    if (key === undefined) return;
    this.#places.set(key, place);
    this.#keys.set(place, key);
  }

  /** Gaps that stand before it are kept. */
  #dropOldest(): void {
    const ring = this.#ring;
    while (ring.isGap(ring.first)) this.#ready.push(ring.take());
    this.#drop(ring.first);
    this.#leaveFirst();
    ring.drop();
  }

  #shift(): Frame | undefined {
    const ring = this.#ring;
    if (ring.isEmpty) return undefined;
    if (ring.isGap(ring.first)) this.#gaps -= 1;
    else this.#leaveFirst();
    return ring.take();
  }

  /** The first frame is about to go. */
  #leaveFirst(): void {
    const place = this.#ring.first;
    this.#frames -= 1;
    this.#bytes -= this.#ring.lengthAt(place);
    const key = this.#key === undefined ? undefined : this.#keys.get(place);
    if (key === undefined) return;
    this.#keys.delete(place);
    this.#places.delete(key);
  }

  /** The frame at a place is dropped. */
  #drop(place: number): void {
    const sequence = this.#ring.sequenceAt(place);
    const { receivedAt, connection } = this.#ring.factsAt(place);
    this.#dropped += 1;
    this.#range ??= new OpenDroppedRange(sequence, receivedAt, connection);
    this.#range.add(sequence, receivedAt);
  }

  /** Those of the frame before it, where they are the same. */
  #factsOf({ isBinary, receivedAt, url, connection, notInflated, cursor }: Frame): RingFacts {
    const last = this.#facts;
    const isSame =
      last?.receivedAt === receivedAt &&
      last.connection === connection &&
      last.url === url &&
      last.isBinary === isBinary &&
      last.notInflated === notInflated &&
      last.cursor === cursor;
    if (isSame) return last;
    const facts = {
      ...{ isBinary, receivedAt, url, connection },
      ...(notInflated !== undefined && { notInflated }),
      ...(cursor !== undefined && { cursor }),
    };
    this.#facts = facts;
    return facts;
  }

  #closeStretch(isLast: boolean, place: (gap: Frame) => void): void {
    const range = this.#range;
    if (range === undefined) return;
    this.#range = undefined;
    const gap = this.#tell({ ...range, isLast });
    if (gap !== undefined) place(gap);
  }

  /** The bytes are not checked yet, and a field is found in checked ones alone. */
  #keyOf(bytes: Buffer, start: number, end: number): string | undefined {
    const reader = this.#key as FieldReader;
    if (!this.#check.check(bytes, start, end) || !reader.find(bytes, this.#check.start, this.#check.end)) {
      return undefined;
    }
    return bytes.toString('latin1', reader.start, reader.end);
  }
}

/** Whether a text may be taken with others. */
type Passes = (bytes: Buffer, start: number, end: number) => boolean;

const MAX_GAPS = 1_000;
