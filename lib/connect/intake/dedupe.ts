import { hash } from 'node:crypto';
import { FieldsKey } from '../../json/fields-key.js';
import type { DedupeOptions } from '../options/intake-options.js';
import { ByteMap } from './byte-map.js';

/** Tells frames, or records, that came before, over another connection or sent again. Its memory is bounded by time and by number. */
export class Dedupe {
  readonly #key: FieldsKey | undefined;
  readonly #windowMs: number;
  readonly #maxEntries: number;
  readonly #seen = new ByteMap<Seen>();
  #duplicates = 0;

  /**
   * @throws {ConfigError} when a path cannot be read
   */
  constructor({ by, windowMs }: DedupeOptions, maxEntries = MAX_ENTRIES) {
    this.#key = by === 'content' ? undefined : new FieldsKey(by, 'dedupe.by');
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
    const key = this.#key;
    const isDuplicate =
      key === undefined ? this.#isContentKnown(data, connection, now) : this.#isKeyKnown(key, data, now);
    if (isDuplicate) this.#duplicates += 1;
    return isDuplicate;
  }

  #isKeyKnown(key: FieldsKey, data: Buffer, now: number): boolean {
    const length = key.read(data);
    if (length === undefined) return false;
    if (this.#seen.get(key.bytes, 0, length) !== undefined) return true;
    this.#add(key.bytes, length, { at: now, counts: undefined });
    return false;
  }

  #isContentKnown(data: Buffer, connection: number, now: number): boolean {
    const key = data.length <= SHORT ? data : hash('sha256', data, 'buffer');
    const entry = this.#seen.get(key, 0, key.length);
    const known = entry?.value;
    if (entry === undefined || known?.counts === undefined) {
      this.#add(key, key.length, { at: now, counts: new Map([[connection, 1]]) });
      return false;
    }
    const count = (known.counts.get(connection) ?? 0) + 1;
    const most = Math.max(...known.counts.values());
    known.counts.set(connection, count);
    if (count <= most) return true;
    known.at = now;
    this.#seen.renew(entry);
    return false;
  }

  #add(key: Uint8Array, length: number, seen: Seen): void {
    if (this.#seen.size === this.#maxEntries) this.#seen.deleteOldest();
    this.#seen.add(key, 0, length, seen);
  }

  #forget(now: number): void {
    for (let { oldest } = this.#seen; oldest !== undefined; { oldest } = this.#seen) {
      if (now - oldest.value.at <= this.#windowMs) return;
      this.#seen.deleteOldest();
    }
  }
}

interface Seen {
  /** When it was taken last. */
  at: number;
  /** With `content`: how often it came over each connection. */
  readonly counts: Map<number, number> | undefined;
}

/** Up to so many bytes the content itself is remembered: it costs less than a digest. */
const SHORT = 64;
const MAX_ENTRIES = 500_000;
