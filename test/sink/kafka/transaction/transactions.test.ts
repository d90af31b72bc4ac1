import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import type { Page } from '../../../../lib/batch/page.js';
import { ConfigError, SinkError } from '../../../../lib/errors.js';
import { ExplainedError } from '../../../../lib/kafka/failures.js';
import { FENCED } from '../../../../lib/kafka/transaction/fence.js';
import { KafkaWritable, kafka } from '../../../../lib/sink/kafka/kafka.js';
import { type KafkaOptions, resolveKafkaOptions } from '../../../../lib/sink/kafka/options.js';
import { createFakeClock } from '../../../../lib/testing/fake-clock.js';
import { whileTimePasses } from '../../../support/time.js';
import { until } from '../../../support/until.js';
import { pagesOf, records } from '../../pages.js';
import { FakeTransactions } from './fake-transactions.js';

describe('a Kafka sink with transactions', () => {
  it('acknowledges a page when its transaction is committed, so long after its first page, and releases it then', async () => {
    const cluster = new FakeTransactions();
    const { sink, clock } = sinkInto(cluster);
    const [first, second] = pagesOf(records(6)) as [Page, Page];
    const told: string[] = [];
    first.whenAcknowledged(() => void told.push('first'));
    second.whenAcknowledged(() => void told.push('second'));
    sink.write(first, () => void told.push('written'));
    sink.write(second);
    await until(() =>
      clock.advance(10).then(() => sink.stats.inFlight === 0 && sink.stats.waiting === 6 && cluster.open === 6),
    );
    assert.deepEqual([told, sink.stats.records, cluster.calls], [[], 0, ['begin']]);
    await clock.advance(1_000);
    await until(() => sink.stats.records === 6);
    assert.deepEqual(told, ['written', 'first', 'second']);
    assert.deepEqual(cluster.calls, ['begin', 'note', 'commit']);
    assert.deepEqual(cluster.committed[0]?.values.toSorted(), records(6).toSorted());
    sink.destroy();
    await once(sink, 'close');
  });

  it('commits at its end, with the number that the next frame has', async () => {
    const cluster = new FakeTransactions();
    const { sink, clock } = sinkInto(cluster);
    await whileTimePasses(clock, pipeline(Readable.from(pagesOf(records(7))), sink), 1);
    assert.deepEqual(cluster.values.toSorted(), records(7).toSorted());
    const { at: _, ...position } = cluster.committed.at(-1)!.position as { readonly at: number };
    assert.deepEqual(position, { version: 1, position: { next: 7, receivedAt: 1_700_000_000_000 }, epoch: 3 });
    assert.equal(cluster.isClosed, true);
  });

  it('has in each transaction all records before its position, and none behind it, however pages and commits fall', async () => {
    const cluster = new FakeTransactions();
    const { sink, clock } = sinkInto(cluster, { commitIntervalMs: 3, lingerMs: 7, batchSize: 2 });
    async function* slowly(): AsyncGenerator<Page> {
      for (const page of pagesOf(records(500), 7)) {
        yield page;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 1));
      }
    }
    await whileTimePasses(clock, pipeline(Readable.from(slowly()), sink), 1);
    let stored = 0;
    for (const { values, position } of cluster.committed) {
      stored += values.length;
      assert.equal((position as { position: { next: number } }).position.next, stored);
    }
    assert.equal(stored, 500);
    assert.ok(cluster.committed.length > 1);
  });

  it('commits early when no more bytes may wait', async () => {
    const cluster = new FakeTransactions();
    const { sink, clock } = sinkInto(cluster, { commitIntervalMs: 1_000_000, maxBufferedBytes: 1 });
    await whileTimePasses(clock, pipeline(Readable.from(pagesOf(records(9))), sink), 1);
    assert.equal(cluster.committed.length, 3);
  });

  it('takes a page that comes while it commits into the next transaction', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const cluster = new FakeTransactions(undefined, (step) => (step === 'commit' ? held : undefined));
    const { sink, clock } = sinkInto(cluster);
    const [first, second] = pagesOf(records(6)) as [Page, Page];
    sink.write(first);
    await until(() => clock.advance(10).then(() => cluster.calls.includes('commit')));
    sink.write(second);
    await clock.advance(1);
    assert.equal(sink.report().undelivered, 6);
    release();
    sink.end();
    await whileTimePasses(clock, once(sink, 'close'), 1);
    assert.deepEqual(
      cluster.committed.map(({ values }) => values.toSorted()),
      [records(6).slice(0, 3).toSorted(), records(6).slice(3).toSorted()],
    );
  });

  for (const step of ['note', 'commit'] as const) {
    it(`ends when its transaction fails (${step}), aborts it, and calls nothing of it delivered`, async () => {
      const cluster = new FakeTransactions(undefined, (each) => {
        if (each === step && cluster.committed.length === 1) throw new ExplainedError(FENCED);
      });
      const { sink, clock } = sinkInto(cluster);
      const [first, second] = pagesOf(records(6)) as [Page, Page];
      const failed = once(sink, 'error') as Promise<[SinkError]>;
      const lost: unknown[] = [];
      sink.write(first);
      await until(() => clock.advance(10).then(() => cluster.committed.length === 1));
      sink.write(second, (error) => void lost.push(error));
      await until(() => clock.advance(10).then(() => sink.destroyed));
      const [error] = await failed;
      assert.equal(error.reason, 'fenced');
      assert.match(
        error.message,
        /another run of the feed has taken over \(PRODUCER_FENCED\)\. Acknowledged: 3 records\./,
      );
      assert.match(error.message, /Undelivered: 3, of frames 3 to 5\./);
      await until(() => sink.closed);
      assert.deepEqual(lost, [error]);
      assert.equal(cluster.calls.at(-1), 'abort');
      assert.equal(clock.pending, 0);
    });
  }

  it('says of a commit without an answer that its records may be stored', async () => {
    const cluster = new FakeTransactions(undefined, (step) => {
      if (step !== 'commit') return;
      cluster.isUncertain = true;
      throw new Error('lost');
    });
    const { sink, clock } = sinkInto(cluster);
    const failed = once(sink, 'error') as Promise<[SinkError]>;
    sink.write(pagesOf(records(3))[0]);
    await until(() => clock.advance(10).then(() => sink.destroyed));
    assert.match(
      (await failed)[0].message,
      /Undelivered: 3, of frames 0 to 2; 3 of them were on their way and may be stored\./,
    );
  });

  it('ends within its drain time when a commit is never answered', async () => {
    const cluster = new FakeTransactions(undefined, (step) => (step === 'commit' ? new Promise(() => {}) : undefined));
    const { sink, clock } = sinkInto(cluster, { drainTimeoutMs: 2_000 });
    const done = pipeline(Readable.from(pagesOf(records(3))), sink).catch((error: unknown) => error);
    const error = (await whileTimePasses(clock, done)) as SinkError;
    assert.ok(error instanceof SinkError, String(error));
    assert.match(error.message, /within 2000 ms, the `drainTimeoutMs`/);
    assert.equal(error.recordsWritten, 0);
  });

  it('delivers what it was given when the feed fails', async () => {
    const cluster = new FakeTransactions();
    const { sink, clock } = sinkInto(cluster);
    async function* failing(): AsyncGenerator<Page> {
      yield* pagesOf(records(3));
      await until(() => cluster.open === 3);
      throw new Error('the feed failed');
    }
    await whileTimePasses(
      clock,
      pipeline(Readable.from(failing()), sink).catch(() => {}),
    );
    await whileTimePasses(
      clock,
      until(() => sink.closed),
    );
    assert.deepEqual(cluster.values.toSorted(), records(3).toSorted());
  });

  it('tells where earlier runs came to, and takes nothing that is numbered before that', async () => {
    const known = { version: 1, position: { next: 5, receivedAt: 1_700_000_000_000 }, epoch: 2, at: 1 };
    const { sink } = sinkInto(new FakeTransactions(known));
    const listeners = sink.listenerCount('error');
    assert.deepEqual(await sink.position(), { sequence: 5, receivedAt: 1_700_000_000_000 });
    assert.equal(sink.listenerCount('error'), listeners, 'an error behind that would be heard by nobody');
    sink.on('error', () => {});
    const error = await new Promise((resolve) => sink.write(pagesOf(records(3))[0], resolve));
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /stored up to frame 4, and what comes begins with 0\. .*await sink\.position\(\)/);
  });

  it('rejects with why the feed cannot be taken over', async () => {
    const { sink } = sinkInto(
      new FakeTransactions(undefined, () => {
        throw new Error('no way');
      }),
    );
    await assert.rejects(sink.position(), /The feed cannot be taken over as trades: no way/);
  });

  it('does not go on over a position that it does not understand', async () => {
    const { sink } = sinkInto(new FakeTransactions({ version: 2 }));
    await assert.rejects(sink.position(), /nothing that this version understands: \{"version":2\}/);
  });

  for (const [what, options, message] of [
    [
      'a producer of one’s own',
      { producer: { send() {}, partitions() {}, close() {} } as never },
      /a `producer` of your own has none/,
    ],
    ['kafkajs', { client: 'kafkajs' }, /kafkajs does not give what they take/],
    ['no idempotence', { idempotent: false }, /they need `idempotent: true`/],
    ['the topic of positions for records', { topic: 'spillway.feeds' }, /must be another topic/],
  ] as const) {
    it(`refuses ${what} in a sentence`, () => {
      const given: KafkaOptions = { brokers: 'localhost', topic: 'trades', transactionalId: 'trades', ...options };
      assert.throws(() => kafka(given), message);
    });
  }

  it('has no position without them', async () => {
    const sink = kafka({ brokers: 'localhost', topic: 'trades' });
    await assert.rejects(sink.position(), ConfigError);
    sink.destroy();
  });
});

function sinkInto(producer: FakeTransactions, options: Partial<KafkaOptions> = {}) {
  const clock = createFakeClock();
  const given = {
    brokers: 'localhost',
    topic: 'trades',
    transactionalId: 'trades',
    commitIntervalMs: 1_000,
    ...options,
  };
  return { clock, sink: new KafkaWritable({ ...resolveKafkaOptions({ ...given, clock }), producer }) };
}
