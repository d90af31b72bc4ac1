import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { SinkError } from '../../../../lib/errors.js';
import { type KafkaDeadLetter, kafka } from '../../../../lib/sink/kafka/index.js';
import { createFakeClock } from '../../../../lib/testing/fake-clock.js';
import { whileTimePasses } from '../../../support/time.js';
import { WATCHDOG } from '../../../support/watchdog.js';
import { pagesOf } from '../../pages.js';
import { brokerError, FakeKafka } from '../fake-producer.js';

/** What happens to the sends of a run, one after another, again and again. */
type Fate =
  /** Stored and acknowledged, after so many turns of the event loop. */
  | { readonly kind: 'stored'; readonly turns: number }
  /** Refused before anything is stored. */
  | { readonly kind: 'refused'; readonly turns: number }
  /** Stored, but the answer is lost. */
  | { readonly kind: 'unanswered'; readonly turns: number };

const fate: fc.Arbitrary<Fate> = fc.record({
  kind: fc.constantFrom('stored', 'stored', 'stored', 'refused', 'unanswered'),
  turns: fc.nat({ max: 4 }),
});

const run = fc.record({
  /** Of each record its key, and how long it is. */
  shapes: fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 90 })), { maxLength: 120 }),
  hasKeys: fc.boolean(),
  pageSize: fc.integer({ min: 1, max: 20 }),
  partitions: fc.integer({ min: 1, max: 5 }),
  batchSize: fc.integer({ min: 1, max: 30 }),
  batchBytes: fc.integer({ min: 50, max: 2_000 }),
  maxInFlight: fc.integer({ min: 1, max: 4 }),
  maxBufferedBytes: fc.integer({ min: 1, max: 6_000 }),
  lingerMs: fc.nat({ max: 20 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 8 }),
  /** A batch of more bytes is refused, as too large. */
  largest: fc.integer({ min: 60, max: 300 }),
});

test('whatever passes happens: nothing is lost or stored twice, each key keeps its order, the bounds hold', async () => {
  await fc.assert(
    fc.asyncProperty(run, async (given) => {
      const letters: string[] = [];
      const { cluster, sink, texts, done, mostWaiting } = start(given, { deadLetter: collect(letters) });
      await done;
      assert.deepEqual([...cluster.texts('trades'), ...letters].toSorted(), texts.toSorted());
      assert.ok(letters.every((text) => text.length > given.largest));
      for (let partition = 0; partition < given.partitions; partition++) {
        const numbers = cluster
          .log('trades', partition)
          .map(({ value }) => (JSON.parse(String(value)) as { n: number }).n);
        assert.deepEqual(
          numbers,
          numbers.toSorted((a, b) => a - b),
        );
      }
      if (given.hasKeys) assert.ok(isKeyedApart(cluster, given.partitions));
      assert.equal(cluster.hasOverlapped, false);
      assert.ok(cluster.mostInFlight <= given.maxInFlight);
      assert.ok(cluster.sends.every(({ records }) => records.length <= given.batchSize));
      const { records, waiting, inFlight } = sink.stats;
      assert.deepEqual(
        { records, waiting, inFlight },
        { records: texts.length - letters.length, waiting: 0, inFlight: 0 },
      );
      assert.ok(cluster.isClosed);
      // A page is taken as long as there is any room.
      assert.ok(mostWaiting() <= given.maxBufferedBytes / SHORTEST + given.pageSize, String(mostWaiting()));
    }),
    { ...WATCHDOG, numRuns: 150 },
  );
});

test('when a partition fails for good, what is counted as acknowledged is stored, and the rest is named', async () => {
  await fc.assert(
    fc.asyncProperty(run, fc.nat({ max: 12 }), async (given, fatalAt) => {
      const { cluster, sink, texts, done } = start(given, { fatalAt });
      const error: unknown = await done.catch((failure: unknown) => failure);
      const stored = new Set(cluster.texts('trades'));
      const { acknowledged, undelivered, undeliveredRanges, uncertain } = sink.report();
      if (error === undefined) {
        assert.equal(acknowledged, texts.length);
        return;
      }
      assert.ok(error instanceof SinkError);
      assert.equal(error.recordsWritten, acknowledged);
      assert.ok(acknowledged <= stored.size);
      assert.ok(uncertain <= undelivered);
      assert.equal(
        undeliveredRanges.reduce((sum, { records }) => sum + records, 0),
        undelivered,
      );
      // Every record that is not stored is in one of the ranges, or was never given to the sink.
      const taken = acknowledged + undelivered;
      for (const [sequence, text] of texts.entries()) {
        if (stored.has(text) || sequence >= taken) continue;
        assert.ok(
          undeliveredRanges.some(({ first, last }) => first <= sequence && sequence <= last),
          `${sequence} of ${JSON.stringify(undeliveredRanges)}`,
        );
      }
    }),
    { ...WATCHDOG, numRuns: 150 },
  );
});

type Given = typeof run extends fc.Arbitrary<infer T> ? T : never;

/** Runs records into a cluster that does to each send what its fate says; at send `fatalAt` the partition fails. */
function start(given: Given, { fatalAt = -1, deadLetter }: { fatalAt?: number; deadLetter?: Writable }) {
  const { shapes, hasKeys, pageSize, partitions, fates, largest, ...options } = given;
  const fateOf = (number: number): Fate => fates[number % fates.length]!;
  const texts = shapes.map(([key, length], n) => `{"key":"k${key}","n":${n},"pad":"${'x'.repeat(length)}"}`);
  const clock = createFakeClock();
  let most = 0;
  const cluster = new FakeKafka({
    partitions: () => partitions,
    async before({ number, records }) {
      const { kind, turns } = fateOf(number);
      most = Math.max(most, sink.stats.waiting);
      await turnsOfLoop(turns);
      if (number === fatalAt) throw brokerError('TOPIC_AUTHORIZATION_FAILED');
      const bytes = records.reduce((sum, { value }) => sum + value!.length, 0);
      if (bytes > largest) throw brokerError('MESSAGE_TOO_LARGE');
      // Not for ever: a batch must come through in the end.
      if (kind === 'refused' && number % 7 < 5) throw brokerError('NOT_LEADER_OR_FOLLOWER');
    },
    async after({ number }) {
      const { kind, turns } = fateOf(number);
      await turnsOfLoop(turns);
      if (kind === 'unanswered' && number % 7 < 5) throw brokerError('REQUEST_TIMED_OUT');
    },
  });
  const sink = kafka({
    ...options,
    producer: cluster,
    deadLetter,
    topic: 'trades',
    clock,
    keyPath: hasKeys ? 'key' : undefined,
    messageTimeoutMs: 3_600_000,
    drainTimeoutMs: 3_600_000,
  });
  const done = pipeline(Readable.from(pagesOf(texts, pageSize)), sink).finally(() => closed(sink));
  return { cluster, sink, texts, mostWaiting: () => most, done: whileTimePasses(clock, done, 50) };
}

function collect(letters: string[]): Writable {
  return new Writable({
    objectMode: true,
    write({ data }: KafkaDeadLetter, _encoding, callback) {
      letters.push(data.toString());
      callback();
    },
  });
}

async function turnsOfLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function closed(sink: Writable): Promise<void> {
  if (!sink.closed) await new Promise((resolve) => sink.once('close', resolve));
}

/** Whether each key is in one partition alone. */
function isKeyedApart(cluster: FakeKafka, partitions: number): boolean {
  const home = new Map<string, number>();
  for (let partition = 0; partition < partitions; partition++) {
    for (const { key } of cluster.log('trades', partition)) {
      const name = key!.toString();
      if ((home.get(name) ?? partition) !== partition) return false;
      home.set(name, partition);
    }
  }
  return true;
}

/** The bytes of a record in its page, at least. */
const SHORTEST = '{"key":"k0","n":0,"pad":""}\n'.length;
