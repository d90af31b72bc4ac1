import type { TestContext } from 'node:test';

/** The seed of this run: a new one each time, or SPILLWAY_FUZZ_SEED to see a run again. It is printed. */
export function seedOf(t: TestContext): number {
  const seed = Number(process.env['SPILLWAY_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`SPILLWAY_FUZZ_SEED=${seed}`);
  return seed;
}

/** Whole numbers below `limit`, the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
