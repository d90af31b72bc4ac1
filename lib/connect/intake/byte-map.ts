import { type Ordered, UseOrder } from '../../internal/use-order.js';

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
  /** The first node of each hash, cut to as many bits as the table has room for: a power of two, at least twice the size. */
  #table: (Node<V> | undefined)[] = new Array<undefined>(SMALLEST).fill(undefined);
  readonly #order = new UseOrder<Node<V>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The entry that was added, or renewed, longest ago. */
  get oldest(): ByteEntry<V> | undefined {
    return this.#order.oldest;
  }

  /** The entry of the key that stands in bytes[start, end). */
  get(bytes: Uint8Array, start: number, end: number): ByteEntry<V> | undefined {
    const table = this.#table;
    const length = (end - start) | 0;
    let node = table[hash(bytes, start, end) & (table.length - 1)];
    while (node !== undefined && (node.length !== length || !isSame(node.key, length, bytes, start))) node = node.next;
    return node;
  }

  /** Adds a key that is not there, copying its bytes. */
  add(bytes: Uint8Array, start: number, end: number, value: V): ByteEntry<V> {
    if (this.#size * 2 >= this.#table.length) this.#grow();
    // Not `slice`, which for a Buffer is a view of all the chunk that it came in.
    const key = new Uint8Array(bytes.subarray(start, end));
    const node: Node<V> = {
      key,
      value,
      length: key.length,
      hash: hash(bytes, start, end),
      next: undefined,
      older: undefined,
      newer: undefined,
    };
    this.#put(node);
    this.#order.add(node);
    this.#size += 1;
    return node;
  }

  /** Forgets the oldest entry. */
  deleteOldest(): void {
    const node = this.#order.oldest;
    if (node === undefined) return;
    this.#order.remove(node);
    this.#size -= 1;
    const at = node.hash & (this.#table.length - 1);
    const first = this.#table[at];
    if (first === node) {
      this.#table[at] = node.next;
      return;
    }
    let before = first;
    while (before !== undefined && before.next !== node) before = before.next;
    if (before !== undefined) before.next = node.next;
  }

  /** Makes an entry of this map the newest. */
  renew(entry: ByteEntry<V>): void {
    this.#order.renew(entry as Node<V>);
  }

  #put(node: Node<V>): void {
    const at = node.hash & (this.#table.length - 1);
    node.next = this.#table[at];
    this.#table[at] = node;
  }

  #grow(): void {
    this.#table = new Array<undefined>(this.#table.length * 2).fill(undefined);
    for (let node = this.#order.oldest; node !== undefined; node = node.newer) this.#put(node);
  }
}

interface Node<V> extends ByteEntry<V>, Ordered<Node<V>> {
  readonly length: number;
  readonly hash: number;
  /** The next one of the same place in the table. */
  next: Node<V> | undefined;
}

/**
 * FNV-1a over four bytes at a time, folded so that the lower bits, which choose the place, depend on all of them. The last
 * four are taken once more where they do not fill a turn: keys of almost the same length take the same way through it.
 */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let sum = (0x811c9dc5 ^ (end - start)) | 0;
  const last = (end - 4) | 0;
  if (last < start) for (let i = start; i < end; i++) sum = Math.imul(sum ^ bytes[i], PRIME);
  else {
    for (let i = start; i < last; i = (i + 4) | 0) {
      sum = Math.imul(sum ^ word(bytes, i), PRIME);
      sum ^= sum >>> 15;
    }
    sum = Math.imul(sum ^ word(bytes, last), PRIME);
  }
  return (sum ^ (sum >>> 15)) & 0x3fffffff;
}

function word(bytes: Uint8Array, i: number): number {
  return bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
}

const PRIME = 0x01000193;

/** Places of a table at first. */
const SMALLEST = 16;

function isSame(key: Uint8Array, length: number, bytes: Uint8Array, start: number): boolean {
  const last = (length - 4) | 0;
  if (last < 0) {
    for (let i = 0; i < length; i++) if (key[i] !== bytes[start + i]) return false;
    return true;
  }
  for (let i = 0; i < last; i = (i + 4) | 0) if (word(key, i) !== word(bytes, (start + i) | 0)) return false;
  return word(key, last) === word(bytes, (start + last) | 0);
}
