import { hash } from 'node:crypto';
import { compilePath, FieldReader } from '../../json/field.js';
import type { DedupeOptions } from '../options/intake-options.js';
import { ByteMap } from './byte-map.js';

/** Tells frames that came before, over another connection or sent again. Its memory is bounded by time and by number. */
export class Dedupe {
  readonly #readers: readonly FieldReader[] | undefined;
  readonly #windowMs: number;
  readonly #maxEntries: number;
  readonly #seen = new ByteMap<Seen>();
  #scratch = Buffer.alloc(256);
  #duplicates = 0;

  /**
   * @throws {ConfigError} when a path cannot be read
   */
  constructor({ by, windowMs }: DedupeOptions, maxEntries = MAX_ENTRIES) {
    this.#readers = by === 'content' ? undefined : by.map((path) => new FieldReader(compilePath(path, 'dedupe.by')));
    this.#windowMs = windowMs;
    this.#maxEntries = maxEntries;
  }

  /** Frames that were dropped. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Frames that are remembered now. */
  get size(): number {
    return this.#seen.size;
  }

  /** Whether the frame came before. `now` is in {@link Clock.monotonic} time. */
  isDuplicate(data: Buffer, connection: number, now: number): boolean {
    this.#forget(now);
    const isDuplicate =
      this.#readers === undefined ? this.#isContentKnown(data, connection, now) : this.#isKeyKnown(data, now);
    if (isDuplicate) this.#duplicates += 1;
    return isDuplicate;
  }

  #isKeyKnown(data: Buffer, now: number): boolean {
    const length = this.#keyOf(data);
    if (length === undefined) return false;
    if (this.#seen.get(this.#scratch, 0, length) !== undefined) return true;
    this.#add(this.#scratch, length, { at: now, counts: undefined });
    return false;
  }

  #isContentKnown(data: Buffer, connection: number, now: number): boolean {
    const key = data.length <= SHORT ? data : hash('sha256', data, 'buffer');
    const known = this.#seen.get(key, 0, key.length)?.value;
    if (known?.counts === undefined) {
      this.#add(key, key.length, { at: now, counts: new Map([[connection, 1]]) });
      return false;
    }
    const count = (known.counts.get(connection) ?? 0) + 1;
    const most = Math.max(...known.counts.values());
    known.counts.set(connection, count);
    if (count <= most) return true;
    known.at = now;
    return false;
  }

  #add(key: Uint8Array, length: number, seen: Seen): void {
    if (this.#seen.size === this.#maxEntries) this.#seen.deleteOldest();
    this.#seen.add(key, 0, length, seen);
  }

  #forget(now: number): void {
    for (;;) {
      const oldest = this.#seen.oldest;
      if (oldest === undefined) return;
      const { value } = oldest;
      if (now - (value.listedAt ?? value.at) <= this.#windowMs) return;
      if (now - value.at > this.#windowMs) this.#seen.deleteOldest();
      else {
        value.listedAt = now;
        this.#seen.keepOldest();
      }
    }
  }

  /** Writes the fields' texts into the scratch buffer, and returns the length; `undefined` when one is missing. */
  #keyOf(data: Buffer): number | undefined {
    let length = 0;
    for (const reader of this.#readers as readonly FieldReader[]) {
      try {
        if (!reader.find(data, 0, data.length)) return undefined;
      } catch {
        // The bytes were not checked yet, and a key with a bad escape cannot be compared. The parse stage refuses them.
        return undefined;
      }
      const size = reader.end - reader.start;
      if (length + size + 1 > this.#scratch.length) this.#grow(length + size + 1, length);
      data.copy(this.#scratch, length, reader.start, reader.end);
      // JSON holds no such byte as it is, so no two lists of fields look alike.
      this.#scratch[length + size] = 0;
      length += size + 1;
    }
    return length;
  }

  #grow(needed: number, used: number): void {
    const larger = Buffer.alloc(Math.max(needed, this.#scratch.length * 2));
    this.#scratch.copy(larger, 0, 0, used);
    this.#scratch = larger;
  }
}

interface Seen {
  /** When it was taken last. */
  at: number;
  /** When it was put at the end of the list again, because it had been taken again. */
  listedAt?: number;
  /** With `content`: how often it came over each connection. */
  readonly counts: Map<number, number> | undefined;
}

/** Up to so many bytes the content itself is remembered: it costs less than a digest. */
const SHORT = 64;
const MAX_ENTRIES = 500_000;
