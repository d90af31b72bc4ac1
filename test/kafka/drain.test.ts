import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { jsonLines, pipelineFile, type Running, spillway } from '../cli/cli.js';
import { feed } from '../support/feed.js';
import { fakeBroker } from '../support/kafka/fake-broker.js';

// Whatever a broker does not do, the end of a run waits no longer than `drain_timeout`. The other time-outs are so long
// that a run which waited for one of them would not end within the test.
const PATIENT = { message_timeout: '1h', request_timeout: '1h', drain_timeout: '300ms' };
const RECORDS = Array.from({ length: 500 }, (_, n) => `{"n":${n},"filling":"${'x'.repeat(100)}"}`);

describe('a run into a broker that hangs', { timeout: 120_000 }, () => {
  for (const client of ['platformatic', 'kafkajs']) {
    test(`ends after SIGTERM when the broker never tells of the topic (${client})`, async (t) => {
      const { address, connected } = await silentBroker(t);
      const running = await start(t, { client, brokers: address });
      await connected;
      await endsLate(running);
    });
  }

  test('ends after SIGTERM when the broker acknowledges nothing and the buffer is full', async (t) => {
    const broker = await fakeBroker(t, { topics: { trades: 1 }, onProduce: () => 'say nothing' });
    const running = await start(t, { brokers: broker.address, max_buffered_bytes: 1_000 });
    await broker.whenAttempts(1);
    await running.err.until(/"event":"paused"/);
    await endsLate(running);
  });
});

async function start(t: TestContext, config: object): Promise<Running> {
  const server = await feed(t, async (client) => {
    await client.sendMany(RECORDS);
  });
  const source = { url: server.url, unbounded: true, batch_size: 10 };
  const sink = { type: 'kafka', config: { topic: { type: 'fixed', name: 'trades' }, ...PATIENT, ...config } };
  const { file } = await pipelineFile(t, source, sink);
  const running = spillway(t, ['run', file, '--json', '--verbose']);
  await running.err.until(/"event":"subscribed"/);
  return running;
}

async function endsLate({ child, exit }: Running): Promise<void> {
  child.kill('SIGTERM');
  const { status, stderr } = await exit;
  assert.equal(status, 1, stderr);
  const lines = jsonLines(stderr);
  const { message, code } = lines.find(({ type }) => type === 'error')!;
  assert.equal(code, 'ERR_SINK');
  assert.match(message as string, /the run ended, and there was no acknowledgement within 300 ms, the `drain_timeout`/);
  const { records, received, delivery } = lines.find(({ type }) => type === 'summary') as unknown as Summary;
  assert.equal(records, 0);
  assert.equal(delivery.undelivered + (delivery.not_given?.records ?? 0), received);
}

interface Summary {
  readonly records: number;
  readonly received: number;
  readonly delivery: { readonly undelivered: number; readonly not_given: { readonly records: number } | null };
}

/** Takes connections and requests, and says nothing. */
async function silentBroker(t: TestContext): Promise<{ address: string; connected: Promise<unknown> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {}).resume()));
  const connected = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, connected };
}
