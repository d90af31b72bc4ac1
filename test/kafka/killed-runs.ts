import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { spillway } from '../cli/cli.js';
import { numbered } from '../flows/support/numbered.js';
import { randomNumbers, seedOf } from '../flows/support/seed.js';
import { brokerFor } from '../support/kafka/gate.js';
import { newTopic, readCommitted, readTopic } from '../support/kafka/topics.js';
import { until } from '../support/until.js';
import {
  assertOthersSee,
  checkExactlyOnce,
  type ExactFile,
  exactFile,
  newName,
  nextOf,
  restart,
  untilStored,
} from './exactly.js';

/** Kills runs at any moment, and the broker now and then, and then looks whether each record is there once. */
export async function assertExactOverKills(
  t: TestContext,
  bytes: number,
  pipeline?: ExactFile['pipeline'],
): Promise<void> {
  const random = randomNumbers(seedOf(t));
  const broker = await brokerFor(t);
  const { address } = broker;
  const topic = await newTopic(t, address);
  const name = newName();
  const server = await numbered(t, bytes);
  const { file } = await exactFile(t, { url: server.url, address, topic, name, ...(pipeline && { pipeline }) });
  const most = Math.min(4_000, 20_000_000 / bytes);
  let stored = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const run = spillway(t, ['run', file]);
    const from = server.sent();
    // Some before it has connected, some while it starts, most under way.
    const frames = random(most) - most / 10;
    if (frames > 0) await until(() => server.sent() - from > frames || run.child.exitCode !== null);
    if (kill % 4 === 3) await restart(broker, kill % 8 === 3);
    run.child.kill('SIGKILL');
    const { signal, stderr } = await run.exit;
    assert.equal(signal, 'SIGKILL', stderr);
    const next = await nextOf(address, name);
    assert.ok(next >= stored, `it was stored up to ${stored}, and now up to ${next}`);
    stored = next;
  }
  const last = spillway(t, ['run', file]);
  await untilStored(address, name, stored + 100, () => last.child.exitCode !== null);
  last.child.kill('SIGTERM');
  const { status, stderr } = await last.exit;
  assert.equal(status, 0, stderr);
  assert.equal(await checkExactlyOnce(address, topic, ['not_running']), await nextOf(address, name, true));
  await assertOthersSee(address, topic);
  const all = (await readTopic(address, topic)).length;
  t.diagnostic(
    `${all - (await readCommitted(address, topic)).length} records and markers of transactions that were not committed`,
  );
}

/** How often each run is killed. Nights, and people in doubt, ask for more. */
const KILLS = Number(process.env['SPILLWAY_KILLS'] ?? 8);
