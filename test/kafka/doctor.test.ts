import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, pipelineFile, spillway } from '../cli/cli.js';
import { feed, sendsThenWaits } from '../support/feed.js';
import { noKafka, sharedBroker } from '../support/kafka/gate.js';
import { newTopic } from '../support/kafka/topics.js';

const skip = await noKafka();

describe('spillway doctor, with a real broker', { skip }, () => {
  if (skip !== false) return;
  const kafka = sharedBroker();

  async function examine(t: TestContext, topic: string) {
    const server = await feed(t, sendsThenWaits('1'));
    const config = { brokers: kafka.address, topic: { type: 'fixed', name: topic } };
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true }, { type: 'kafka', config });
    const { status, stdout } = await spillway(t, ['doctor', file, '--json']).exit;
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
