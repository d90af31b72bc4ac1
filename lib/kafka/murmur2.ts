/**
 * The hash by which Kafka's own clients choose a partition for a key (murmur2, seed 0x9747b28c), so that records of one
 * key meet records that other programs wrote in the same partition.
 */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let hash = SEED ^ length;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    let word = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    word = Math.imul(word, M);
    word ^= word >>> R;
    hash = Math.imul(hash, M) ^ Math.imul(word, M);
  }
  const rest = end - i;
  if (rest >= 3) hash ^= bytes[i + 2] << 16;
  if (rest >= 2) hash ^= bytes[i + 1] << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[i], M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

/** The partition for a key: what Kafka's Java client chooses. */
export function partitionOfKey(bytes: Uint8Array, start: number, end: number, partitions: number): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitions;
}

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;
