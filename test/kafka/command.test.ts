import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { FeedClient } from '../../lib/testing/index.js';
import { pipelineFile, spillway } from '../cli/cli.js';
import { feed, hasRead } from '../support/feed.js';
import { type FakeBroker, fakeBroker, type Verdict } from '../support/kafka/fake-broker.js';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} ends a run into Kafka after all that it had received is acknowledged`, {
    skip: process.platform === 'win32' && 'Windows has no such signals',
  }, async (t) => {
    let answer: (verdict: Verdict) => void = () => {};
    const held = new Promise<Verdict>((resolve) => {
      answer = resolve;
    });
    const broker = await fakeBroker(t, { topics: { trades: 1 }, onProduce: () => held });
    const run = await running(t, broker, sendAll);
    await broker.whenAttempts(1);
    run.child.kill(signal);
    await run.err.until(/Stopping at/);
    answer('store');
    const { status, stderr } = await run.exit;
    assert.equal(status, 0, stderr);
    assert.deepEqual(broker.values('trades'), RECORDS);
    assert.match(stderr, /Delivery: 50 acknowledged/);
  });
}

test('a second SIGINT ends a run into a broker that says nothing at once, with status 130', {
  skip: process.platform === 'win32' && 'Windows has no such signals',
}, async (t) => {
  const broker = await fakeBroker(t, { topics: { trades: 1 }, onProduce: () => 'say nothing' });
  const run = await running(t, broker, sendAll);
  await broker.whenAttempts(1);
  run.child.kill('SIGINT');
  await run.err.until(/Stopping at/);
  run.child.kill('SIGINT');
  assert.equal((await run.exit).status, 130);
});

test('what came before a drop of the feed is delivered, and then the run fails', async (t) => {
  const broker = await fakeBroker(t, { topics: { trades: 1 } });
  const run = await running(t, broker, async (client) => {
    await client.sendMany(RECORDS);
    await client.drop();
  });
  const { status, stderr } = await run.exit;
  assert.equal(status, 1, stderr);
  assert.deepEqual(broker.values('trades'), RECORDS);
  assert.match(stderr, /ERR_DISCONNECTED/);
});

async function sendAll(client: FeedClient): Promise<void> {
  await client.sendMany(RECORDS);
  await hasRead(client);
}

async function running(t: TestContext, broker: FakeBroker, script: (client: FeedClient) => Promise<void>) {
  const server = await feed(t, script);
  const config = { url: server.url, unbounded: true, batch_size: RECORDS.length, linger: 'none' };
  const sink = { type: 'kafka', config: { brokers: broker.address, topic: { type: 'fixed', name: 'trades' } } };
  const { file } = await pipelineFile(t, config, sink);
  return spillway(t, ['run', file]);
}

const RECORDS = Array.from({ length: 50 }, (_, n) => `{"n":${n}}`);
