import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { KafkaOptions } from '../../lib/sink/kafka/index.js';
import { brokerFor, noFaults } from '../support/kafka/gate.js';
import { makeTopic, newTopic, readTopic, removeTopic } from '../support/kafka/topics.js';
import { noSmallDisk, smallDisk } from '../support/small-disk.js';
import { tempFolder } from '../support/temp-folder.js';
import { type Carrier, carry, recordAt } from './carrier.js';
import { newestClients } from './clients.js';
import type { End, Sight } from './processes/carry.js';

const skip = await noFaults();

for (const client of newestClients) {
  describe(`under load, with ${client.name},`, { skip, timeout: 500_000 }, () => {
    test('a broker that is killed and comes back costs no record and doubles none', async (t) => {
      const broker = await brokerFor(t);
      const topic = await newTopic(t, broker.address, { partitions: 2 });
      const carrier = await carry(t, client, { ...FAST, brokers: broker.address, topic });
      await carrier.until('anything arrived', ({ acknowledged }) => acknowledged > SOME);
      await broker.kill();
      await carrier.until('the socket was paused', ({ isPaused }) => isPaused);
      assertNotFlooded(carrier, await carrier.until('a second try', ({ retries }) => retries > 0));
      await broker.start();
      await assertRecovers(carrier, broker.address, topic);
    });

    // Its encoder makes several objects for each record, and a backlog comes as fast as the disk gives it: 320 to 530 MiB were seen.
    const mostMiB = client.name === 'kafkajs' ? 800 : 400;

    test('a broker that is away pauses no socket where there is a spool, and gets all when it is back, once', async (t) => {
      const broker = await brokerFor(t);
      const topic = await newTopic(t, broker.address, { partitions: 2 });
      const options = { ...FAST, brokers: broker.address, topic, drainTimeoutMs: 120_000 };
      const carrier = await carry(t, client, options, { spool: join(await tempFolder(t), 'spool'), rate: 20_000 });
      await carrier.until('anything arrived', ({ acknowledged }) => acknowledged > SOME);
      await broker.kill();
      const { received } = await carrier.until('a second try', ({ retries }) => retries > 0);
      // More than all buffers of the sink and of sockets hold.
      const isThere = (sight: Sight): boolean => sight.received > received + 500_000;
      await carrier.until('much came meanwhile', (sight) => sight.isPaused || isThere(sight));
      assert.equal((await carrier.until('it was seen', () => true)).isPaused, false);
      assertSmall(carrier);
      await broker.start();
      await assertRecovers(carrier, broker.address, topic, mostMiB);
    });

    test('a broker that stands still for longer than a request may take costs no record and doubles none', async (t) => {
      const broker = await brokerFor(t);
      const topic = await newTopic(t, broker.address, { partitions: 2 });
      const carrier = await carry(t, client, { ...FAST, brokers: broker.address, topic });
      await carrier.until('anything arrived', ({ acknowledged }) => acknowledged > SOME);
      broker.pause();
      await carrier.until('the socket was paused', ({ isPaused }) => isPaused);
      assertNotFlooded(carrier, await carrier.until('a request was given up', ({ retries }) => retries > 1));
      broker.resume();
      await assertRecovers(carrier, broker.address, topic);
    });

    test('a broker that does not come back ends the run with what is undelivered', async (t) => {
      const broker = await brokerFor(t);
      const topic = await newTopic(t, broker.address, { partitions: 2 });
      const options = { ...FAST, brokers: broker.address, topic, messageTimeoutMs: 4_000 };
      const carrier = await carry(t, client, options);
      await carrier.until('anything arrived', ({ acknowledged }) => acknowledged > SOME);
      await broker.kill();
      const end = await carrier.ended;
      assertReported(end);
      assertSmall(carrier);
      await broker.start();
      assertAcknowledgedThere(await stored(broker.address, topic), end);
    });

    test('a topic that is deleted ends the run with what is undelivered', async (t) => {
      const broker = await brokerFor(t);
      const topic = await newTopic(t, broker.address, { partitions: 2 });
      const options = { ...FAST, brokers: broker.address, topic, messageTimeoutMs: 5_000 };
      const carrier = await carry(t, client, options);
      await carrier.until('anything arrived', ({ acknowledged }) => acknowledged > SOME);
      await removeTopic(broker.address, topic);
      const end = await carrier.ended;
      assertReported(end);
      assert.ok(end.error?.message.includes(topic), end.error?.message);
    });

    test('a topic that is deleted and made again loses nothing that was acknowledged to the new one', async (t) => {
      const broker = await brokerFor(t);
      const topic = await newTopic(t, broker.address, { partitions: 2 });
      const carrier = await carry(t, client, { ...FAST, brokers: broker.address, topic });
      await carrier.until('anything arrived', ({ acknowledged }) => acknowledged > SOME);
      await removeTopic(broker.address, topic);
      await makeTopic(broker.address, topic, { partitions: 2 });
      const { acknowledged } = await carrier.until('anything was seen', () => true);
      // It may end, too, with its report, but not hang.
      const end = await carrier
        .until('it went on', (sight) => sight.acknowledged > acknowledged + SOME)
        .then(
          () => carrier.end(),
          () => carrier.ended,
        );
      if (end.error !== undefined) assertReported(end);
      assertNewestThere(await stored(broker.address, topic), end);
      assertSmall(carrier);
    });

    test('a disk that is full, and then is not, costs no record and doubles none', {
      skip: noSmallDisk(),
    }, async (t) => {
      const disk = smallDisk(t, 24 * 1024);
      const broker = await brokerFor(t, { dataFolder: disk });
      const topic = await newTopic(t, broker.address, { partitions: 2 });
      const carrier = await carry(t, client, { ...FAST, brokers: broker.address, topic });
      // Its only disk is full, so the broker gives up.
      await broker.whenEnded();
      await carrier.until('the socket was paused', ({ isPaused }) => isPaused);
      execFileSync('mount', ['-o', 'remount,size=1g', disk]);
      await broker.start();
      await assertRecovers(carrier, broker.address, topic);
    });
  });
}

/** It goes on, and when the feed ends all is there. */
async function assertRecovers(carrier: Carrier, address: string, topic: string, mostMiB?: number): Promise<void> {
  const { acknowledged } = await carrier.until('anything was seen', () => true);
  await carrier.until('it went on', (sight) => sight.acknowledged > acknowledged + SOME);
  const end = await carrier.end();
  assert.equal(end.error, undefined);
  assertAllThere(await stored(address, topic), end);
  assertSmall(carrier, mostMiB);
}

/** The values by partition. */
async function stored(address: string, topic: string): Promise<string[][]> {
  const partitions: string[][] = [];
  for (const { partition, value } of await readTopic(address, topic))
    (partitions[partition] ??= []).push(String(value));
  return Array.from(partitions, (values) => values ?? []);
}

/** Every record that was received lies there once, in its order. */
function assertAllThere(
  partitions: readonly (readonly string[])[],
  { received, acknowledged, undelivered }: End,
): void {
  assert.deepEqual([acknowledged, undelivered], [received, 0]);
  const seen = numbersOf(partitions);
  assert.equal(seen.size, received);
  assert.equal(partitions.flat().length, received, 'some records lie there twice');
}

/** As many records as were acknowledged, and no more than may be, lie there once, in their order. */
function assertAcknowledgedThere(partitions: readonly (readonly string[])[], end: End): void {
  const seen = numbersOf(partitions);
  assert.equal(partitions.flat().length, seen.size, 'some records lie there twice');
  const given = end.acknowledged + end.undelivered;
  const missing = Array.from({ length: given }, (_, n) => n).filter((n) => !seen.has(n));
  const isUndelivered = (n: number) => end.undeliveredRanges.some(({ first, last }) => first <= n && n <= last);
  assert.deepEqual(missing.filter((n) => !isUndelivered(n)).slice(0, 10), []);
}

/**
 * Of a topic that was made anew: from the first record on that a partition has, every one that was acknowledged lies
 * there once, in its order; what is missing before it went with the old topic.
 */
function assertNewestThere(partitions: readonly (readonly string[])[], end: End): void {
  const seen = numbersOf(partitions);
  assert.equal(partitions.flat().length, seen.size, 'some records lie there twice');
  const isUndelivered = (n: number) => end.undeliveredRanges.some(({ first, last }) => first <= n && n <= last);
  let checked = 0;
  for (const values of partitions) {
    if (values.length === 0) continue;
    const keys = new Set(values.map((value) => numberOf(value) % 10));
    for (let n = numberOf(values[0]!); n < end.acknowledged + end.undelivered; n++) {
      if (!keys.has(n % 10) || isUndelivered(n)) continue;
      checked += 1;
      assert.ok(seen.has(n), `record ${n} was acknowledged and is not there`);
    }
  }
  if (end.error === undefined) assert.ok(checked > SOME, `only ${checked} records came after the topic was made anew`);
}

/** The numbers of the records, each of which has to be what the feed sent, in ascending order within its partition. */
function numbersOf(partitions: readonly (readonly string[])[]): Set<number> {
  const seen = new Set<number>();
  for (const values of partitions) {
    let newest = -1;
    for (const value of values) {
      const n = numberOf(value);
      if (value !== recordAt(n)) assert.fail(`${value} is not what was sent`);
      if (n < newest) assert.fail(`record ${n} lies behind record ${newest}`);
      newest = n;
      seen.add(n);
    }
  }
  return seen;
}

function numberOf(value: string): number {
  return Number(/^\{"n":(\d+),/.exec(value)?.[1]);
}

/** Every record that the sink was given is either acknowledged or told to be undelivered. */
function assertReported(end: End): void {
  assert.equal(end.error?.code, 'ERR_SINK', end.error?.message);
  assert.ok(end.undelivered > 0);
  const told = end.undeliveredRanges.reduce((sum, { records }) => sum + records, 0);
  assert.equal(told, end.undelivered);
  assert.match(end.error?.message ?? '', new RegExp(`Acknowledged: ${end.acknowledged} records`));
}

/** What the feed got rid of is acknowledged, or waits in buffers that have their bounds. */
function assertNotFlooded(carrier: Carrier, { acknowledged }: { readonly acknowledged: number }): void {
  const waiting = (carrier.sent - acknowledged) * recordAt(1_000_000).length;
  assert.ok(waiting < 32 * MIB, `${Math.round(waiting / MIB)} MiB of records were taken without being delivered`);
}

function assertSmall(carrier: Carrier, mostMiB = 400): void {
  assert.ok(carrier.peakRss < mostMiB * MIB, `the process had ${Math.round(carrier.peakRss / MIB)} MiB`);
}

const SOME = 20_000;
const MIB = 1024 * 1024;
const FAST: KafkaOptions = {
  keyPath: 'key',
  maxBufferedBytes: 1024 * 1024,
  requestTimeoutMs: 1_500,
  messageTimeoutMs: 120_000,
  drainTimeoutMs: 2_000,
};
