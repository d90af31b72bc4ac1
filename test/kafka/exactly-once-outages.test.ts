import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { spillway } from '../cli/cli.js';
import { numbered } from '../flows/support/numbered.js';
import { brokerFor, noFaults } from '../support/kafka/gate.js';
import { newTopic } from '../support/kafka/topics.js';
import { assertOthersSee, checkExactlyOnce, exactFile, newName, nextOf, restart, untilStored } from './exactly.js';

const skip = await noFaults();

describe('exactly once', { skip, timeout: 500_000 }, () => {
  it('holds, without a gap, while the broker goes and comes back under a run', async (t) => {
    const broker = await brokerFor(t);
    const { address } = broker;
    const topic = await newTopic(t, address);
    const name = newName();
    const server = await numbered(t, 10);
    const { file } = await exactFile(t, { url: server.url, address, topic, name });
    const run = spillway(t, ['run', file]);
    for (const isKilled of [true, false, true]) {
      const next = await nextOf(address, name);
      await untilStored(address, name, next + 100);
      await restart(broker, isKilled);
    }
    const next = await nextOf(address, name);
    await untilStored(address, name, next + 100);
    run.child.kill('SIGTERM');
    const { status, stderr } = await run.exit;
    assert.equal(status, 0, stderr);
    assert.equal(await checkExactlyOnce(address, topic, []), await nextOf(address, name, true));
    await assertOthersSee(address, topic);
  });

  it('holds when a run that was taken for dead wakes up: it may write no more, and says so', async (t) => {
    const { address } = await brokerFor(t);
    const topic = await newTopic(t, address);
    const name = newName();
    const server = await numbered(t, 10);
    const { file } = await exactFile(t, { url: server.url, address, topic, name });
    const first = spillway(t, ['run', file]);
    await untilStored(address, name, 0);
    first.child.kill('SIGSTOP');
    const next = await nextOf(address, name);
    const second = spillway(t, ['run', file]);
    await untilStored(address, name, next + 100);
    first.child.kill('SIGCONT');
    const { status, stderr } = await first.exit;
    assert.equal(status, 1, stderr);
    assert.match(stderr, /another run of the feed has taken over/);
    const later = await nextOf(address, name);
    await untilStored(address, name, later + 100);
    second.child.kill('SIGTERM');
    assert.equal((await second.exit).status, 0);
    await checkExactlyOnce(address, topic, ['not_running'], true);
    await assertOthersSee(address, topic);
  });
});
