import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError } from '../../../lib/errors.js';
import { loadClient } from '../../../lib/kafka/load-client.js';
import type { SinkCheck } from '../../../lib/sink/check.js';
import { checkKafka, type KafkaOptions } from '../../../lib/sink/kafka/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { noKafka, sharedBroker } from '../../support/kafka/gate.js';
import { newTopic } from '../../support/kafka/topics.js';

test('a client that is not installed is named, with the command that installs it', async () => {
  await assert.rejects(loadClient('no-such-kafka-client', '^1.2.3'), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /no-such-kafka-client is not installed.*`npm install no-such-kafka-client@\^1\.2\.3`/);
    return true;
  });
});

for (const client of ['platformatic', 'kafkajs'] as const) {
  test(`where no broker listens, the check by ${client} ends with the brokers`, async () => {
    // Nothing listens on port 1.
    const clock = createFakeClock();
    await clock.advance(1_000_000);
    const checks = await all({ brokers: '127.0.0.1:1', topic: 'trades', client, requestTimeoutMs: 2_000, clock });
    assert.deepEqual(
      checks.map(({ elapsedMs }) => elapsedMs),
      [0, 0],
    );
    assert.deepEqual(
      checks.map(({ name, ok }) => [name, ok]),
      [
        ['client', true],
        ['brokers', false],
      ],
    );
    assert.equal(checks[1]?.advice, 'Check `brokers`, and that they are reachable from here.');
  });
}

describe('on a real broker', { skip: await noKafka() }, () => {
  const kafka = sharedBroker();

  for (const client of ['platformatic', 'kafkajs'] as const) {
    test(`the check by ${client} tells of the brokers, the topic and the largest message`, async (t) => {
      const topic = await newTopic(t, kafka.address, { partitions: 3 });
      const checks = await all({ brokers: kafka.address, topic, client });
      assert.ok(
        checks.every(({ ok }) => ok),
        JSON.stringify(checks),
      );
      const found = Object.fromEntries(checks.map(({ name, detail }) => [name, detail]));
      assert.match(found['brokers']!, /^one, /);
      assert.equal(found['topic'], `${topic} has 3 partitions`);
      assert.equal(found['largest message'], `${topic} takes 1,048,588 bytes`);
      if (client === 'platformatic') assert.equal(found['permission'], `this user may write to ${topic}`);
    });

    test(`the check by ${client} says what to do where there is no such topic`, async () => {
      const last = (await all({ brokers: kafka.address, topic: 'no-such-topic', client })).at(-1);
      assert.equal(last?.name, 'topic');
      assert.equal(last.ok, false);
      assert.match(last.advice ?? '', /^Create the topic, or set `auto_create_topics: true`/);
    });
  }
});

async function all(options: KafkaOptions): Promise<SinkCheck[]> {
  const checks: SinkCheck[] = [];
  for await (const check of checkKafka(options)) checks.push(check);
  return checks;
}
