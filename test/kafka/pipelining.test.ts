import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { SinkError } from '../../lib/index.js';
import type { KafkaDeadLetter, KafkaOptions, KafkaWritable } from '../../lib/sink/kafka/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { pagesOf } from '../sink/pages.js';
import {
  type FakeBroker,
  type FakeBrokerOptions,
  fakeBroker,
  type ProduceAttempt,
  type Verdict,
} from '../support/kafka/fake-broker.js';
import { whileTimePasses } from '../support/time.js';
import { until } from '../support/until.js';
import { WATCHDOG } from '../support/watchdog.js';
import { clients, kafkaJs, type TestClient } from './clients.js';

// Several batches of one partition on their way, and what brokers say to them.

const RECORDS = Array.from({ length: 60 }, (_, n) => `{"n":${n}}`);

for (const client of clients.filter((each) => each !== kafkaJs)) {
  describe(`with ${client.name}, batches of one partition`, () => {
    test('are on their way five at a time once the first has arrived, and lie there in order', async (t) => {
      let most = 0;
      const { broker, sink, done } = await start(t, client, {
        async onProduce({ attempt }) {
          if (attempt === 1) {
            for (let turn = 0; turn < 20; turn++) await nextTurn();
            assert.equal(sink.stats.inFlight, 1);
          }
          if (attempt === 2) await until(() => sink.stats.inFlight === 5);
          most = Math.max(most, sink.stats.inFlight);
          return 'store' as const;
        },
      });
      await done;
      assert.equal(most, 5);
      assert.deepEqual(broker.values('trades'), RECORDS);
      assert.deepEqual(
        numbersOf(broker),
        [...Array(15).keys()].map((n) => [0, 4 * n] as const),
      );
      assert.equal(broker.producers, 1);
    });

    test('are never more than one without idempotence', async (t) => {
      let most = 0;
      const { broker, sink, done } = await start(
        t,
        client,
        {
          async onProduce() {
            for (let turn = 0; turn < 5; turn++) await nextTurn();
            most = Math.max(most, sink.stats.inFlight);
            return 'store' as const;
          },
        },
        { idempotent: false },
      );
      await done;
      assert.equal(most, 1);
      assert.deepEqual(broker.values('trades'), RECORDS);
      assert.equal(broker.producers, 0);
      assert.ok(broker.attempts.every(({ batch }) => batch.producerId === -1n));
    });

    for (const acks of ['leader', 'none'] as const) {
      test(`arrive in order when ${acks === 'none' ? 'nobody' : 'the leader'} has to have them`, async (t) => {
        const { broker, sink, done } = await start(t, client, {}, { idempotent: false, acks });
        await done;
        await until(() => broker.attempts.length === 15);
        assert.deepEqual(broker.values('trades'), RECORDS);
        assert.ok(broker.attempts.every((attempt) => attempt.acks === (acks === 'none' ? 0 : 1)));
        assert.equal(sink.stats.records, 60);
      });
    }

    test('behind one that is refused are refused, too, and go again in their order and by their numbers', async (t) => {
      const { broker, sink, done } = await start(t, client, {
        onProduce: inFlight(() => sink, { 3: { refuse: 'NOT_ENOUGH_REPLICAS' } }),
      });
      await done;
      assert.deepEqual(broker.values('trades'), RECORDS);
      assert.equal(broker.producers, 1);
      assert.ok(numbersOf(broker).every(([epoch]) => epoch === 0));
      assert.equal(sink.stats.retries, 5);
    });

    test('whose answers are lost go again, and are stored once', async (t) => {
      const { broker, sink, done } = await start(t, client, {
        onProduce: inFlight(() => sink, { 3: 'lose the answer' }),
      });
      await done;
      assert.deepEqual(broker.values('trades'), RECORDS);
      assert.ok(broker.duplicates('trades') > 0);
      assert.ok(numbersOf(broker).every(([epoch]) => epoch === 0));
    });

    for (const [which, attempt] of [
      ['the last of which is not answered in time', 15],
      ['of which one is not answered before the next', 3],
    ] as const) {
      test(`${which} go again over another connection, and are stored once`, async (t) => {
        const { broker, sink, done } = await start(
          t,
          client,
          { onProduce: inFlight(() => sink, { [attempt]: 'say nothing' }) },
          { requestTimeoutMs: 60_000 },
        );
        await done;
        assert.deepEqual(broker.values('trades'), RECORDS);
        assert.ok(broker.duplicates('trades') > 0);
      });
    }

    test('that the broker has for too long to say where are stored', async (t) => {
      const { broker, sink, done } = await start(t, client, {
        onProduce: inFlight(() => sink, { 3: 'lose the answer', 4: { refuse: 'DUPLICATE_SEQUENCE_NUMBER' } }),
      });
      await done;
      assert.deepEqual(broker.values('trades'), RECORDS);
      assert.deepEqual([sink.stats.records, sink.report().uncertain], [60, 0]);
    });

    for (const refuse of ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID'] as const) {
      test(`that follow what the broker has lost go to it under the next epoch (${refuse})`, async (t) => {
        const { broker, sink, done } = await start(t, client, { onProduce: inFlight(() => sink, { 3: { refuse } }) });
        await done;
        assert.deepEqual(broker.values('trades'), RECORDS);
        assert.equal(broker.producers, 1);
        const numbers = numbersOf(broker);
        const first = numbers.findIndex(([epoch]) => epoch === 1);
        assert.deepEqual(
          numbers.slice(first),
          [...Array(13).keys()].map((n) => [1, 4 * n] as const),
        );
      });
    }

    for (const refuse of ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED'] as const) {
      test(`of a producer that another one has taken over end the run (${refuse})`, async (t) => {
        const { broker, sink, done } = await start(t, client, {
          onProduce: async (attempt) => (attempt.attempt > 2 ? { refuse } : inFlight(() => sink, {})(attempt)),
        });
        const error = await done.catch((reason: unknown) => reason);
        assert.ok(error instanceof SinkError, String(error));
        assert.match(error.message, new RegExp(`another producer has taken this one over \\(${refuse}\\)`));
        const { acknowledged, undelivered } = sink.report();
        assert.deepEqual([acknowledged, undelivered], [8, 52]);
        assert.deepEqual(broker.values('trades'), RECORDS.slice(0, 8));
      });
    }

    test('that are too large go in halves under the same numbers', async (t) => {
      const { broker, sink, done } = await start(t, client, {
        onProduce: inFlight(() => sink, { 3: { refuse: 'MESSAGE_TOO_LARGE' } }),
      });
      await done;
      assert.deepEqual(broker.values('trades'), RECORDS);
      assert.ok(numbersOf(broker).every(([epoch]) => epoch === 0));
      assert.ok(numbersOf(broker).some(([, first]) => first === 10));
    });

    test('behind a record that is too large by itself arrive without it, under the next epoch', async (t) => {
      const large = `{"n":30,"pad":"${'x'.repeat(700)}"}`;
      const deadLetter = new PassThrough({ objectMode: true, highWaterMark: 10 });
      const { broker, sink, done } = await start(
        t,
        client,
        { maxBatchBytes: 600, onProduce: inFlight(() => sink, {}) },
        { deadLetter },
        RECORDS.with(30, large),
      );
      await done;
      const letters = (await deadLetter.end().toArray()) as KafkaDeadLetter[];
      assert.deepEqual(
        letters.map(({ data }) => String(data)),
        [large],
      );
      assert.deepEqual(broker.values('trades'), RECORDS.toSpliced(30, 1));
      assert.equal(numbersOf(broker).at(-1)?.[0], 1);
    });

    test('follow their partition to another node while several are on their way', async (t) => {
      const { broker, sink, done } = await start(t, client, {
        nodes: 2,
        async onProduce(attempt) {
          if (attempt.attempt === 3) broker.lead('trades', 0, 2);
          return await inFlight(() => sink, {})(attempt);
        },
      });
      await done;
      assert.deepEqual(broker.values('trades'), RECORDS);
    });

    test('whatever happens to them, each record is stored once and in order', { timeout: 120_000 }, async (t) => {
      const fate = fc.constantFrom<Verdict>(
        'store',
        'store',
        'store',
        'lose the answer',
        'drop',
        { refuse: 'NOT_LEADER_OR_FOLLOWER' },
        { refuse: 'NOT_ENOUGH_REPLICAS' },
      );
      const given = fc.record({
        fates: fc.array(fate, { minLength: 1, maxLength: 7 }),
        batchSize: fc.integer({ min: 2, max: 9 }),
        maxInFlight: fc.integer({ min: 1, max: 7 }),
        /** A single record is not too large. */
        maxBatchBytes: fc.integer({ min: 100, max: 300 }),
      });
      await fc.assert(
        fc.asyncProperty(given, async ({ fates, maxBatchBytes, ...options }) => {
          const { broker, sink, done } = await start(
            t,
            client,
            {
              maxBatchBytes,
              onProduce: async ({ attempt }) => {
                if (attempt % 3 === 0) for (let turn = 0; turn < 3; turn++) await nextTurn();
                // Not for ever: batches must come through in the end.
                return attempt > 12 ? 'store' : fates[attempt % fates.length]!;
              },
            },
            options,
          );
          await done;
          assert.deepEqual(broker.values('trades'), RECORDS);
          assert.deepEqual([sink.stats.records, sink.stats.waiting], [60, 0]);
          await broker.close();
        }),
        { ...WATCHDOG, numRuns: 30 },
      );
    });
  });
}

/** Carries records into a broker of one partition, four in a batch. Time passes by itself. */
async function start(
  t: TestContext,
  client: TestClient,
  given: FakeBrokerOptions,
  options: Partial<KafkaOptions> = {},
  records: readonly string[] = RECORDS,
): Promise<{ readonly broker: FakeBroker; readonly sink: KafkaWritable; readonly done: Promise<void> }> {
  const broker = await fakeBroker(t, { topics: { trades: 1 }, ...given });
  t.after(() => assert.deepEqual(broker.errors, []));
  const clock = createFakeClock();
  const limits = { requestTimeoutMs: HOUR_MS, messageTimeoutMs: HOUR_MS, drainTimeoutMs: HOUR_MS };
  const sink = client.open({
    brokers: broker.address,
    topic: 'trades',
    batchSize: 4,
    lingerMs: 0,
    maxBufferedBytes: 1_000_000,
    clock,
    ...limits,
    ...options,
  });
  const done = whileTimePasses(clock, pipeline(pagesOf(records, 15), sink), 20);
  done.catch(() => {});
  return { broker, sink, done };
}

/** Verdicts by the number of the attempt: each is given when as many batches are on their way as may be. */
function inFlight(
  sink: () => KafkaWritable,
  verdicts: Readonly<Record<number, Verdict>>,
): (attempt: ProduceAttempt) => Promise<Verdict> {
  return async ({ attempt }) => {
    if (attempt === 3) await until(() => sink().stats.inFlight === 5);
    return verdicts[attempt] ?? 'store';
  };
}

/** The epoch and the first number of each batch that came. */
function numbersOf(broker: FakeBroker): (readonly [epoch: number, first: number])[] {
  return broker.attempts.map(({ batch }) => [batch.producerEpoch, batch.firstSequence] as const);
}

const HOUR_MS = 3_600_000;
