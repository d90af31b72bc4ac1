import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { brokerFor, noFaults } from '../support/kafka/gate.js';
import { newTopic } from '../support/kafka/topics.js';
import { carry } from './carrier.js';
import { newestClients } from './clients.js';

describe('a million records, as fast as they go,', { skip: await noFaults(), timeout: 500_000 }, () => {
  for (const client of newestClients) {
    test(`take no more memory than the first hundred thousand, with ${client.name}`, async (t) => {
      const { address } = await brokerFor(t);
      const topic = await newTopic(t, address, { partitions: 2 });
      const options = { brokers: address, topic, keyPath: 'key', maxBufferedBytes: MIB };
      const carrier = await carry(t, client, options, { flags: SMALL_HEAP });
      await carrier.until('a tenth arrived', ({ acknowledged }) => acknowledged >= 100_000);
      const early = carrier.peakLive;
      await carrier.until('all arrived', ({ acknowledged }) => acknowledged >= 1_000_000);
      const end = await carrier.end();
      assert.equal(end.error, undefined);
      assert.deepEqual([end.acknowledged, end.undelivered], [end.received, 0]);
      const [before, after, rss] = [early, carrier.peakLive, carrier.peakRss].map((bytes) => Math.round(bytes / MIB));
      assert.ok(before! > 0, 'nothing was measured');
      assert.ok(after! < before! + 16, `${before} MiB were alive at first, and ${after} MiB in the end`);
      assert.ok(rss! < 256, `the process had ${rss} MiB, and ${after} MiB of it were alive`);
    });
  }
});

const MIB = 1024 * 1024;
/** What is alive is what counts: what else the process has of the system is V8's and the allocator's to decide. */
const SMALL_HEAP = ['--expose-gc', '--max-semi-space-size=4', '--max-old-space-size=128'];
