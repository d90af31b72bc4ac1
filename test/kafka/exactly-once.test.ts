import assert from 'node:assert/strict';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import * as version1 from '@platformatic/kafka';
import type { TransactionModule } from '../../lib/kafka/transaction/transaction-module.js';
import { transactionalProducer } from '../../lib/kafka/transaction/transactional-producer.js';
import { KafkaWritable } from '../../lib/sink/kafka/index.js';
import { resolveKafkaOptions } from '../../lib/sink/kafka/options.js';
import { spillway } from '../cli/cli.js';
import { numbered } from '../flows/support/numbered.js';
import { pagesOf, records } from '../sink/pages.js';
import { feed } from '../support/feed.js';
import { consoleConsumer } from '../support/kafka/console-consumer.js';
import { noKafka, sharedBroker } from '../support/kafka/gate.js';
import { newTopic, readCommitted } from '../support/kafka/topics.js';
import { checkExactlyOnce, exactFile, newName, nextOf, positionOf, untilStored } from './exactly.js';

const skip = await noKafka();
/** Version 2 of the client wants Node 22. */
const version2 = Number(process.versions.node.split('.')[0]) >= 22 ? await import('platformatic-kafka-2') : undefined;

describe('a pipeline with `delivery: exactly_once`', { skip, timeout: 300_000 }, () => {
  const shared = sharedBroker();

  it('goes on where the last transaction of the run before came to, and tells the gap in between', async (t) => {
    const { address } = shared;
    const topic = await newTopic(t, address);
    const name = newName();
    const server = await numbered(t, 10);
    const { file } = await exactFile(t, {
      ...{ url: server.url, address, topic, name },
      source: { max_messages: 100, unbounded: false },
    });
    for (let run = 1; run <= 3; run++) {
      const { status, stderr } = await spillway(t, ['run', file]).exit;
      assert.equal(status, 0, stderr);
      assert.match(stderr, /Delivery: 100 acknowledged/);
      if (run > 1)
        assert.match(stderr, new RegExp(`goes on at sequence ${(run - 1) * 100}, where its last transaction`));
      assert.equal(await checkExactlyOnce(address, topic, ['not_running']), run * 100);
      const { version, position, epoch } = (await positionOf(address, name, true))!;
      assert.deepEqual([version, position.next, epoch], [1, run * 100, run - 1]);
    }
    assert.equal((await consoleConsumer(address, topic, 302)).length, 302);
  });

  for (const module of [version1, ...(version2 === undefined ? [] : [version2])]) {
    it(`is what the sink does in code, with version ${module.clientSoftwareVersion} of the client`, async (t) => {
      const { address } = shared;
      const topic = await newTopic(t, address, { partitions: 2 });
      const transactionalId = newName();
      const given = resolveKafkaOptions({ brokers: address, topic, transactionalId });
      const open = () =>
        new KafkaWritable({
          ...given,
          producer: transactionalProducer(module as TransactionModule, { ...given, transactionalId }, () => {}),
        });
      const first = open();
      assert.equal(await first.position(), undefined);
      await pipeline(pagesOf(records(50), 10), first);
      const second = open();
      assert.equal((await second.position())?.sequence, 50);
      second.destroy();
      await once(second, 'close');
      const values = (await readCommitted(address, topic, { isSettled: true })).map(({ value }) => String(value));
      assert.deepEqual(values.toSorted(), records(50).toSorted());
    });
  }

  it('loses nothing that was committed to a SIGKILL, and aborts what was not', async (t) => {
    const { address } = shared;
    const topic = await newTopic(t, address);
    const name = newName();
    const server = await numbered(t, 10);
    const { file } = await exactFile(t, { url: server.url, address, topic, name });
    const run = spillway(t, ['run', file]);
    await untilStored(address, name, 0);
    run.child.kill('SIGKILL');
    await run.exit;
    const next = await nextOf(address, name);
    const last = spillway(t, ['run', file]);
    await untilStored(address, name, next + 100);
    last.child.kill('SIGTERM');
    const { status, stderr } = await last.exit;
    assert.equal(status, 0, stderr);
    assert.equal(await checkExactlyOnce(address, topic, ['not_running']), await nextOf(address, name, true));
  });

  it('has its server go on behind what the last transaction holds, so that each record is there once', async (t) => {
    const { address } = shared;
    const topic = await newTopic(t, address);
    const name = newName();
    const asked: (string | null)[] = [];
    const server = await feed(t, async (client) => {
      const after = new URL(client.request.url, 'ws://server').searchParams.get('after');
      asked.push(after);
      await client.sendMany(numbersFrom(Number(after ?? -1) + 1));
    });
    const { file } = await exactFile(t, {
      ...{ url: server.url, address, topic, name },
      source: {
        ...{ max_messages: 3_000, unbounded: false, gaps: 'records' },
        resume: { values: { n: { path: 'n' } }, into: { query: { after: '{n}' } } },
      },
    });
    const committed: (string | null)[] = [null];
    for (const signal of ['SIGKILL', 'SIGKILL', 'SIGTERM'] as const) {
      const { child, exit } = spillway(t, ['run', file]);
      await untilStored(address, name, await nextOf(address, name));
      child.kill(signal);
      await exit;
      const { cursor } = (await positionOf(address, name, true))!.position;
      committed.push(cursor!.values['n']!);
    }
    const last = committed.pop();
    assert.deepEqual(asked, committed);
    const values = await readCommitted(address, topic, { isSettled: true });
    let next = 0;
    for (const { value } of values) {
      const { n, gap } = JSON.parse(String(value)) as { n?: number; gap?: { replayed?: boolean } };
      if (gap === undefined) assert.equal(n, next++);
      else assert.equal(gap.replayed, true, String(value));
    }
    assert.equal(String(next - 1), last);
  });

  it('is taken over by a second run, and then ends and says so', async (t) => {
    const { address } = shared;
    const topic = await newTopic(t, address);
    const name = newName();
    const server = await numbered(t, 10);
    const { file } = await exactFile(t, { url: server.url, address, topic, name });
    const first = spillway(t, ['run', file]);
    await untilStored(address, name, 0);
    const second = spillway(t, ['run', file]);
    const { status, stderr } = await first.exit;
    assert.equal(status, 1, stderr);
    assert.match(stderr, /another run of the feed has taken over \(PRODUCER_FENCED\)/);
    const next = await nextOf(address, name);
    await untilStored(address, name, next + 100);
    second.child.kill('SIGTERM');
    const end = await second.exit;
    assert.equal(end.status, 0, end.stderr);
    await checkExactlyOnce(address, topic, ['not_running'], true);
  });

  it('writes to many partitions in one transaction, each record once', async (t) => {
    const { address } = shared;
    const topic = await newTopic(t, address, { partitions: 7 });
    const name = newName();
    const server = await numbered(t, 10);
    const { file } = await exactFile(t, {
      ...{ url: server.url, address, topic, name },
      sink: { key_path: 'n', on_key_error: 'null_key', compression: 'gzip' },
    });
    for (const signal of ['SIGKILL', 'SIGKILL', 'SIGTERM'] as const) {
      const { child, exit } = spillway(t, ['run', file]);
      const next = await nextOf(address, name);
      await untilStored(address, name, next + 1_000);
      child.kill(signal);
      await exit;
    }
    const next = await nextOf(address, name, true);
    const values = (await readCommitted(address, topic, { isSettled: true })).map(
      ({ value }) => JSON.parse(String(value)) as { n?: number },
    );
    const numbers = values.flatMap(({ n }) => n ?? []);
    assert.equal(numbers.length, next);
    assert.equal(new Set(numbers).size, next);
  });
});

function* numbersFrom(first: number): Generator<string> {
  for (let n = first; ; n++) yield `{"n":${n}}`;
}
