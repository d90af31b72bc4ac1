/** So many of them, chosen by chance, the same ones for the same seed; all of them when there are no more. */
export function sample<T>(all: readonly T[], count: number, seed: number): T[] {
  const random = numbersFrom(seed);
  const left = [...all];
  const taken: T[] = [];
  while (taken.length < count && left.length > 0) {
    const index = Math.floor(random() * left.length);
    taken.push(left[index]!);
    left[index] = left.at(-1)!;
    left.pop();
  }
  return taken;
}

/** Numbers from 0 to below 1 (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
