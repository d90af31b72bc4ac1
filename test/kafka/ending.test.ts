import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KafkaOptions } from '../../lib/sink/kafka/index.js';
import { fakeBroker } from '../support/kafka/fake-broker.js';
import { carry } from './carrier.js';
import { clients } from './clients.js';
import type { End } from './processes/carry.js';

// A process of its own ends when nothing holds it any more: no socket, no timer, no attempt that goes on.

const OPTIONS: KafkaOptions = { topic: 'trades', keyPath: 'key', messageTimeoutMs: 5_000, drainTimeoutMs: 500 };

for (const client of clients) {
  describe(`a process that carries a feed, with ${client.name},`, () => {
    test('ends by itself when its topic is deleted, with what is undelivered', async (t) => {
      const broker = await fakeBroker(t, { topics: { trades: 2 } });
      const carrier = await carry(t, client, { ...OPTIONS, brokers: broker.address });
      await carrier.until('anything arrived', ({ acknowledged }) => acknowledged > 0);
      broker.deleteTopic('trades');
      const end = await carrier.ended;
      assert.equal(end.error?.code, 'ERR_SINK', end.error?.message);
      assert.match(end.error?.message ?? '', /trades/);
      assertComplete(end);
    });

    test('ends by itself when its broker answers nothing any more', async (t) => {
      const broker = await fakeBroker(t, {
        topics: { trades: 2 },
        onProduce: ({ attempt }) => (attempt > 2 ? 'say nothing' : 'store'),
      });
      const carrier = await carry(t, client, { ...OPTIONS, brokers: broker.address });
      const end = await carrier.ended;
      assert.match(end.error?.message ?? '', /no acknowledgement within/);
      assert.ok(end.uncertain > 0);
      assertComplete(end);
    });
  });
}

/** Every record that was received is acknowledged, or named as undelivered: in the sink, or on its way to it. */
function assertComplete({ received, acknowledged, undelivered, newestFrame, notGiven }: End): void {
  assert.ok(undelivered > 0);
  assert.equal(acknowledged + undelivered + (notGiven?.records ?? 0), received);
  assert.ok(newestFrame !== undefined);
  if (notGiven === undefined) return;
  // A frame is a record here.
  const { first, last, records } = notGiven;
  assert.deepEqual([first, last - first + 1], [newestFrame + 1, records]);
}
