import { join } from 'node:path';
import { describe, it } from 'node:test';
import { noFaults } from '../support/kafka/gate.js';
import { assertExactOverKills } from './killed-runs.js';

const skip = await noFaults();

describe('exactly once', { skip, timeout: 1_200_000 }, () => {
  it('holds over kills at any moment, again and again, of runs and of the broker, with a state and a spool', async (t) => {
    await assertExactOverKills(t, 1_000, (folder) => ({
      state: join(folder, 'state'),
      spool: { path: join(folder, 'spool'), max_bytes: 20_000_000 },
    }));
  });
});
