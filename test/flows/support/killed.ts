import assert from 'node:assert/strict';
import type { Running } from '../../cli/cli.js';
import { until } from '../../support/until.js';
import { newestIn, progressIn } from './numbered.js';

/** How often each run is killed. The gate and people in doubt ask for more. */
export const KILLS = Number(process.env['SPILLWAY_KILLS'] ?? 2);

interface Killed {
  readonly random: (below: number) => number;
  /** The folder of the state. */
  readonly state: string;
  /** How far a run gets at most. */
  readonly most: number;
  /** How far it is. What a server has sent says little: sockets hold megabytes. @default the number of the frame that is stored next */
  readonly progress?: () => number;
  readonly begin: () => Running;
  /** What is looked at behind each kill. */
  readonly afterEach?: () => void;
}

/** Kills a run at random moments, {@link KILLS} times. Returns how many records the last one's ledger said were stored. */
export async function killed(what: Killed): Promise<number> {
  const { random, state, most, progress = () => progressIn(state), begin, afterEach } = what;
  let stored = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const run = begin();
    const from = progress();
    // Some before it has connected, some while it starts, most under way.
    const far = random(most) - most / 10;
    if (far > 0) await until(() => progress() - from > far || run.child.exitCode !== null);
    run.child.kill('SIGKILL');
    const { signal, stderr } = await run.exit;
    assert.equal(signal, 'SIGKILL', stderr);
    const next = newestIn(state);
    assert.ok(next >= stored, `the ledger said ${stored}, and now ${next}`);
    stored = next;
    afterEach?.();
  }
  return stored;
}
