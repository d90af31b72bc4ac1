import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, spillway, temporaryFolder } from '../cli/cli.js';
import { warmSpillway } from '../cli/warm.js';
import { feed, sendsThenWaits } from '../support/feed.js';
import { allow } from '../support/kafka/acls.js';
import { noKafkaOfOurOwn, sharedBroker } from '../support/kafka/gate.js';
import { hasTopic, makeTopic, newTopic } from '../support/kafka/topics.js';
import { newName, positionOf } from './exactly.js';
import { PASSWORD, SECURE } from './secure-broker.js';

const skip = await noKafkaOfOurOwn();

describe('spillway doctor, with `delivery: exactly_once`,', { skip, timeout: 300_000 }, () => {
  if (skip !== false) return;
  const kafka = sharedBroker({
    ...SECURE,
    properties: {
      ...SECURE.properties,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      // Tests, and the broker itself.
      'super.users': 'User:ANONYMOUS',
    },
  });

  async function doctor(t: TestContext, name: string, config: object) {
    const server = await feed(t, sendsThenWaits('1'));
    const topic = await newTopic(t, kafka.address);
    const file = join(await temporaryFolder(t), 'feed.json');
    const brokers = kafka.address;
    const source = { type: 'websocket', config: { url: server.url, max_messages: 1 } };
    const sink = { type: 'kafka', config: { brokers, topic: { type: 'fixed', name: topic }, ...config } };
    await writeFile(file, JSON.stringify({ version: 1, name, delivery: 'exactly_once', pipeline: { source, sink } }));
    const { status, stdout, stderr } = await warmSpillway(t, ['doctor', file, '--json']);
    const lines = jsonLines(stdout);
    const of = (look: string) =>
      lines.find(({ side, name: one }) => side === 'sink' && one === look) as Look | undefined;
    const said = {
      status,
      stderr,
      failed: lines.at(-1)?.['failed'],
      id: of('transactional id'),
      positions: of('positions'),
    };
    return { ...said, file, topic };
  }

  const alice = () => ({
    brokers: kafka.broker.addressOf('LOGIN'),
    auth: { type: 'sasl_plain', config: { username: 'alice', password: PASSWORD } },
  });

  it('finds nothing wrong where all is allowed, makes nothing, and ends nobody’s transaction', async (t) => {
    const name = newName();
    const before = { position_topic: `positions-${name}` };
    const first = await doctor(t, name, before);
    assert.deepEqual([first.status, first.failed], [0, []], first.stderr);
    assert.equal(first.id?.detail, `this user may write as ${name}`);
    assert.equal(first.positions?.detail, `positions-${name} does not exist; the first run makes it`);
    assert.equal(await hasTopic(kafka.address, `positions-${name}`), false);

    const server = await feed(t, async (client) => {
      for (let n = 0; n < 1_000; n++) await client.send(`{"n":${n}}`);
      await client.closed;
    });
    const folder = await temporaryFolder(t);
    const running = join(folder, 'run.json');
    await writeFile(
      running,
      JSON.stringify({
        ...{ version: 1, name, delivery: 'exactly_once' },
        pipeline: {
          source: { type: 'websocket', config: { url: server.url, unbounded: true, linger: 0.01 } },
          sink: {
            type: 'kafka',
            config: { brokers: kafka.address, topic: { type: 'fixed', name: first.topic }, commit_interval: 0.2 },
          },
        },
      }),
    );
    const run = spillway(t, ['run', running, '--verbose']);
    await run.err.until(/Connected/);
    const second = await doctor(t, name, {});
    assert.deepEqual([second.status, second.failed], [0, []], second.stderr);
    assert.match(second.positions!.detail, /^spillway\.feeds is compacted, and this user may read and write it$/);
    run.child.kill('SIGTERM');
    const { status, stderr } = await run.exit;
    assert.equal(status, 0, stderr);
    assert.equal((await positionOf(kafka.address, name, true))?.epoch, 0);
  });

  it('names a topic of positions that is not compacted', async (t) => {
    const topic = `deleting-${newName()}`;
    await makeTopic(kafka.address, topic);
    const { status, failed, positions } = await doctor(t, newName(), { position_topic: topic });
    assert.deepEqual([status, failed], [1, ['positions']]);
    assert.match(positions!.detail, /is not compacted: its `cleanup\.policy` is delete$/);
    assert.match(positions!.advice!, /^Set `cleanup\.policy=compact` for the topic/);
  });

  it('says which right is missing, and finds nothing wrong once it is there', async (t) => {
    const name = newName();
    const positionTopic = `of-alice-${name}`;
    const config = { ...alice(), position_topic: positionTopic };
    const nothing = await doctor(t, name, config);
    assert.deepEqual([nothing.status, nothing.failed], [1, ['topic', 'transactional id', 'positions']]);
    assert.match(
      nothing.id!.detail,
      /^this user may not use the transactional id \(TRANSACTIONAL_ID_AUTHORIZATION_FAILED\)$/,
    );
    assert.match(
      nothing.id!.advice!,
      /^Give it the rights `Describe` and `Write` to that, or set another `transactional_id`\.$/,
    );
    assert.match(nothing.positions!.detail, /^this user may not look at of-alice-\S+, where it stands how far/);

    await allow(kafka.address, 'User:alice', 'transactional id', name, ['describe']);
    await allow(kafka.address, 'User:alice', 'topic', positionTopic, ['describe']);
    const described = await doctor(t, name, config);
    assert.deepEqual(described.failed, ['topic', 'transactional id', 'positions']);
    // It is not there, and alice may not make it.
    assert.match(described.positions!.detail, /^there is no topic of-alice-\S+, and this user may not make it/);
    assert.match(described.positions!.advice!, /^Make it: compacted/);

    await makeTopic(kafka.address, positionTopic, { configs: { 'cleanup.policy': 'compact' } });
    await allow(kafka.address, 'User:alice', 'topic', positionTopic, ['write']);
    const written = await doctor(t, name, config);
    assert.match(written.positions!.detail, /^this user may not read of-alice-/);
    assert.match(written.positions!.advice!, /^Give it the rights `Read` and `Write` to that topic/);

    await allow(kafka.address, 'User:alice', 'topic', positionTopic, ['read']);
    await allow(kafka.address, 'User:alice', 'transactional id', name, ['write']);
    const allowed = await doctor(t, name, config);
    assert.deepEqual(allowed.failed, ['topic']);
    assert.match(
      allowed.positions!.detail,
      /may read and write of-alice-\S+, and is not told whether it is compacted$/,
    );
  });

  it('asks for no right that a run does not need', async (t) => {
    const name = newName();
    const positionTopic = `run-${name}`;
    const { file, topic } = await doctor(t, name, { ...alice(), position_topic: positionTopic });
    const refused = await warmSpillway(t, ['run', file]);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /this user may not use run-\S+, where it stands how far the feed is stored/);
    await allow(kafka.address, 'User:alice', 'topic', topic, ['describe', 'write']);
    await allow(kafka.address, 'User:alice', 'topic', positionTopic, ['describe', 'read', 'write', 'create']);
    await allow(kafka.address, 'User:alice', 'transactional id', name, ['describe', 'write']);
    const { status, stderr } = await warmSpillway(t, ['run', file]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Delivery: 1 acknowledged/);
  });
});

interface Look {
  readonly status: string;
  readonly detail: string;
  readonly advice?: string;
}
