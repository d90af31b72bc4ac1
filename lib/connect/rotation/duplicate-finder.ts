import { hash } from 'node:crypto';

/** A frame that one of two connections has brought. */
export interface Sighting {
  /** Its {@link contentKey}. */
  readonly key: string;
  /** When it came, in epoch milliseconds. */
  readonly receivedAt: number;
}

/** A frame of the old connection. */
interface OldFrame extends Sighting {
  /** 0, 1, …: its place among them. */
  readonly index: number;
  /** Whether the new one has brought it, too. */
  isMet: boolean;
}

/** Frames of the old connection with the same content. */
interface Alike {
  frames: OldFrame[];
  /** Where in them the first is that the new connection may still bring. */
  next: number;
  /** Whether there was more than one, of which some may be forgotten. */
  isRepeated: boolean;
}

/**
 * Finds out which frames of a new connection an old one had brought, by their content and their order.
 *
 * A content that the old one brought once is the same frame on the new one. One that it brought several times, such as
 * `{"status":"up"}`, says nothing by itself: the new one brings those alone that came after its own subscription. Where that is
 * among the frames of the old one, the first frame that both have tells, or else when the new one was confirmed. In doubt a
 * frame is taken for another one: it is better to have it twice than not at all.
 */
export class DuplicateFinder {
  /** Whether the new connection has brought anything that the old one had: nothing is missing between them. */
  hasMet = false;
  /** Whether the newest frame of the old one has come over the new one. */
  isNewestMet = false;
  /** Whether so much came that some of it is forgotten. */
  isIncomplete = false;
  readonly #maxFrames: number;
  #frames: OldFrame[] = [];
  readonly #byKey = new Map<string, Alike>();
  /** How many came. */
  #count = 0;
  /** From this one on the new connection brings all of them, as far as can be told. */
  #start = Number.POSITIVE_INFINITY;
  #confirmedAt: number | undefined;
  #owed = 0;

  /** @param maxFrames of how many frames of the old connection to know; the oldest are forgotten */
  constructor(maxFrames: number) {
    this.#maxFrames = maxFrames;
  }

  /** How many frames the new connection is still to bring, as far as can be told. */
  get owed(): number {
    return this.#owed;
  }

  /** Whether the old connection brought nothing that could come again. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The old connection has brought a frame. Returns whether it is the first with its content. */
  add({ key, receivedAt }: Sighting): boolean {
    const frame = { key, receivedAt, index: this.#count, isMet: false };
    this.#count += 1;
    this.#frames.push(frame);
    const alike = this.#byKey.get(key);
    if (alike === undefined) {
      this.#byKey.set(key, { frames: [frame], next: 0, isRepeated: false });
    } else {
      alike.frames.push(frame);
      alike.isRepeated = true;
    }
    if (this.#frames.length > this.#maxFrames) this.#forgetOldest();
    return alike === undefined;
  }

  /** The new connection is confirmed, and has brought these so far. */
  confirm(brought: readonly Sighting[]): void {
    this.#confirmedAt = this.#reachBack(this.#count, brought);
  }

  /** Whether the old connection has brought this since then, and only once. */
  isSince(key: string): boolean {
    const alike = this.#byKey.get(key);
    return alike?.isRepeated === false && (alike.frames[0]?.index ?? 0) >= (this.#confirmedAt ?? this.#count);
  }

  /** The old connection brings nothing more. Which of those that the new one has brought so far are the same? */
  settle(brought: readonly Sighting[]): boolean[] {
    this.#start = this.#replayedFrom(this.#confirmedAt ?? this.#reachBack(this.#count, brought), brought);
    const alone = brought.map((frame) => this.#alone(frame)?.index);
    const first = alone.findIndex((index) => index !== undefined);
    // What is alike before the first that is known came before that over the old one, too.
    if (first >= 0) alone.push(this.#reachBack(alone[first] as number, brought.slice(0, first)));
    for (const index of alone) this.#start = Math.min(this.#start, index ?? this.#start);
    this.#owed = this.#count - Math.max(this.#start, this.#oldest);
    return brought.map((frame) => this.isKnown(frame));
  }

  /** Whether the old connection had brought a frame that the new one brings after {@link settle}. */
  isKnown(frame: Sighting): boolean {
    const met = this.#alone(frame) ?? this.#repeated(frame.key);
    if (met === undefined) return false;
    // What came after it comes, too.
    for (; this.#start > met.index; this.#start -= 1) this.#owed += 1;
    met.isMet = true;
    this.hasMet = true;
    this.#owed -= 1;
    if (met.index === this.#count - 1) this.isNewestMet = true;
    return true;
  }

  /** The same frame, where its content came once. */
  #alone({ key, receivedAt }: Sighting): OldFrame | undefined {
    const alike = this.#byKey.get(key);
    const frame = alike?.frames[0];
    if (alike === undefined || frame === undefined || alike.isRepeated || frame.isMet) return undefined;
    return frame.index >= this.#start || receivedAt - frame.receivedAt <= SKEW_MS ? frame : undefined;
  }

  /** The first of several that are alike, and that the new connection is to bring. */
  #repeated(key: string): OldFrame | undefined {
    const alike = this.#byKey.get(key);
    if (alike?.isRepeated !== true) return undefined;
    const { frames } = alike;
    while ((frames[alike.next]?.index ?? this.#start) < this.#start) alike.next += 1;
    const frame = frames[alike.next];
    if (frame !== undefined) alike.next += 1;
    return frame;
  }

  /**
   * Where the frames begin, at this place or before it, that the new connection brings long after the old one has: because a
   * server repeats the latest ones for who is new, or because a slow consumer has held the new one.
   */
  #replayedFrom(place: number, brought: readonly Sighting[]): number {
    const oldest = this.#oldest;
    let newest = -1;
    for (const { key } of brought) {
      const alike = this.#byKey.get(key);
      if (alike?.isRepeated === false) newest = Math.max(newest, (alike.frames[0] as OldFrame).index);
    }
    if (newest < 0) return place;
    const reached = this.#reachBack(newest + 1, brought);
    const before = this.#frames.slice(reached - oldest, Math.max(0, Math.min(newest + 1, place) - oldest));
    const once = before.filter(({ key }) => this.#byKey.get(key)?.isRepeated === false);
    return once.length < ENOUGH_REPLAYED ? place : Math.min(place, reached);
  }

  /** How far before this place the frames of the old connection are all among these. */
  #reachBack(place: number, brought: readonly Sighting[]): number {
    const counts = new Map<string, number>();
    for (const { key } of brought) counts.set(key, (counts.get(key) ?? 0) + 1);
    const oldest = this.#oldest;
    let reached = place;
    for (; reached > oldest; reached -= 1) {
      const { key } = this.#frames[reached - 1 - oldest] as OldFrame;
      const left = counts.get(key) ?? 0;
      if (left === 0) break;
      counts.set(key, left - 1);
    }
    return reached;
  }

  /** The first that is remembered. */
  get #oldest(): number {
    return this.#count - this.#frames.length;
  }

  #forgetOldest(): void {
    this.isIncomplete = true;
    const forgotten = this.#frames.splice(0, Math.ceil(this.#maxFrames / 8));
    const oldest = this.#oldest;
    for (const key of new Set(forgotten.map((frame) => frame.key))) {
      const alike = this.#byKey.get(key) as Alike;
      alike.frames = alike.frames.filter(({ index }) => index >= oldest);
      if (alike.frames.length === 0) this.#byKey.delete(key);
    }
  }
}

/** What frames with the same content have in common: the content, or a digest of it where that is shorter. */
export function contentKey(data: Buffer): string {
  return data.length < DIGEST_LENGTH ? data.toString('latin1') : hash('sha256', data, 'base64');
}

/** SHA-256 in base 64. */
const DIGEST_LENGTH = 44;
/** Fewer than this, each with a content of its own, may as well be what the feed says from time to time. */
const ENOUGH_REPLAYED = 3;
/** By how much later the new connection may bring what was sent before it was confirmed: what came to one soon comes to the other. */
const SKEW_MS = 50;
