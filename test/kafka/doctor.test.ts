import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, pipelineFile } from '../cli/cli.js';
import { warmSpillway } from '../cli/warm.js';
import { feed, sendsThenWaits } from '../support/feed.js';
import { noKafka, noKafkaOfOurOwn, sharedBroker } from '../support/kafka/gate.js';
import { newTopic } from '../support/kafka/topics.js';

const skip = await noKafka();

describe('spillway doctor, with a real broker', { skip }, () => {
  if (skip !== false) return;
  const kafka = sharedBroker();

  async function examine(t: TestContext, topic: string) {
    const server = await feed(t, sendsThenWaits('1'));
    const config = { brokers: kafka.address, topic: { type: 'fixed', name: topic } };
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true }, { type: 'kafka', config });
    const { status, stdout } = await warmSpillway(t, ['doctor', file, '--json']);
    const lines = jsonLines(stdout);
    return { status, failed: lines.at(-1)?.['failed'], topic: lines.find(({ name }) => name === 'topic') };
  }

  it('names a topic that is missing, and says what to try', async (t) => {
    const { status, failed, topic } = await examine(t, 'nobody-made-this');
    assert.deepEqual(failed, ['topic']);
    assert.match(String(topic?.['detail']), /UNKNOWN_TOPIC_OR_PARTITION/);
    assert.match(String(topic?.['advice']), /topic/);
    assert.equal(status, 1);
  });

  it('finds nothing wrong with a topic that is there', async (t) => {
    const name = await newTopic(t, kafka.address, { partitions: 3 });
    const { status, failed, topic } = await examine(t, name);
    assert.deepEqual(failed, []);
    assert.match(String(topic?.['detail']), /has 3 partitions/);
    assert.equal(status, 0);
  });
});

describe('a real broker that advertises a name which nobody knows', { skip: await noKafkaOfOurOwn() }, () => {
  const kafka = sharedBroker({ listeners: { LOST: 'PLAINTEXT' }, advertised: { LOST: 'kafka.invalid:9092' } });
  const said = /answers, and sends its clients on to kafka\.invalid:9092, which does not work: the broker's name/;

  for (const client of ['platformatic', 'kafkajs']) {
    it(`is told so by spillway doctor and by spillway run, by ${client}`, async (t) => {
      const name = await newTopic(t, kafka.address);
      const brokers = kafka.broker.addressOf('LOST');
      const config = { brokers, topic: { type: 'fixed', name }, client, message_timeout: '2s' };
      const server = await feed(t, sendsThenWaits('1'));
      const source = { url: server.url, max_messages: 1 };
      const { file } = await pipelineFile(t, source, { type: 'kafka', config });
      const doctor = await warmSpillway(t, ['doctor', file, '--json']);
      const last = jsonLines(doctor.stdout).findLast(({ side }) => side === 'sink');
      assert.equal(last?.['status'], 'failed');
      assert.match(String(last?.['detail']), said);
      assert.match(String(last?.['advice']), /set `advertised\.listeners` on the broker/);
      assert.equal(doctor.status, 1);
      const run = await warmSpillway(t, ['run', file]);
      assert.match(run.stderr, said);
      assert.match(run.stderr, /set `advertised\.listeners` on the broker/);
      assert.equal(run.status, 1);
    });
  }
});
