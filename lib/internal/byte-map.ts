/** An entry of a {@link ByteMap}. */
export interface ByteEntry<V> {
  /** A copy of the key's bytes. */
  readonly key: Uint8Array;
  value: V;
}

/**
 * A map whose keys are bytes, looked up where they stand, so that no string is made of them. It remembers in which order
 * its entries were added, so that the oldest can be forgotten.
 */
export class ByteMap<V> {
  readonly #buckets = new Map<number, Node<V>>();
  #oldest: Node<V> | undefined;
  #newest: Node<V> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The entry that was added first, or put back last. */
  get oldest(): ByteEntry<V> | undefined {
    return this.#oldest;
  }

  /** The entry of the key that stands in bytes[start, end). */
  get(bytes: Uint8Array, start: number, end: number): ByteEntry<V> | undefined {
    let node = this.#buckets.get(hash(bytes, start, end));
    while (node !== undefined && !isSame(node.key, bytes, start, end)) node = node.next;
    return node;
  }

  /** Adds a key that is not there, copying its bytes. */
  add(bytes: Uint8Array, start: number, end: number, value: V): ByteEntry<V> {
    const at = hash(bytes, start, end);
    // Not `slice`, which for a Buffer is a view of all the chunk that it came in.
    const key = new Uint8Array(bytes.subarray(start, end));
    const node: Node<V> = { key, value, hash: at, next: this.#buckets.get(at), newer: undefined };
    this.#buckets.set(at, node);
    this.#append(node);
    this.#size += 1;
    return node;
  }

  /** Forgets the oldest entry. */
  deleteOldest(): void {
    const node = this.#takeOldest();
    if (node === undefined) return;
    this.#size -= 1;
    const first = this.#buckets.get(node.hash);
    if (first === node) {
      if (node.next === undefined) this.#buckets.delete(node.hash);
      else this.#buckets.set(node.hash, node.next);
      return;
    }
    let before = first;
    while (before !== undefined && before.next !== node) before = before.next;
    if (before !== undefined) before.next = node.next;
  }

  /** Makes the oldest entry the newest. */
  keepOldest(): void {
    const node = this.#takeOldest();
    if (node !== undefined) this.#append(node);
  }

  #append(node: Node<V>): void {
    if (this.#newest === undefined) this.#oldest = node;
    else this.#newest.newer = node;
    this.#newest = node;
  }

  #takeOldest(): Node<V> | undefined {
    const node = this.#oldest;
    if (node === undefined) return undefined;
    this.#oldest = node.newer;
    if (node.newer === undefined) this.#newest = undefined;
    node.newer = undefined;
    return node;
  }
}

interface Node<V> extends ByteEntry<V> {
  readonly hash: number;
  /** The next one of the same hash. */
  next: Node<V> | undefined;
  /** The one that was added after it. */
  newer: Node<V> | undefined;
}

/** FNV-1a, of 30 bits, so that V8 keeps it without a box. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) sum = Math.imul(sum ^ (bytes[i] as number), 0x01000193);
  return sum & 0x3fffffff;
}

function isSame(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
