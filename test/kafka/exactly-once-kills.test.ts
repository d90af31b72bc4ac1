import { describe, it } from 'node:test';
import { noFaults } from '../support/kafka/gate.js';
import { assertExactOverKills } from './killed-runs.js';

const skip = await noFaults();

describe('exactly once', { skip, timeout: 1_200_000 }, () => {
  for (const [what, bytes] of [
    ['small records', 10],
    ['records of 10 kB', 10_000],
  ] as const) {
    it(`holds over kills at any moment, again and again, of runs and of the broker, with ${what}`, async (t) => {
      await assertExactOverKills(t, bytes);
    });
  }
});
