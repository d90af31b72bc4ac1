import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import type { Page } from '../../../lib/batch/page.js';
import { SinkError } from '../../../lib/errors.js';
import { LetterBudget } from '../../../lib/parse/letter-budget.js';
import { LetterFile } from '../../../lib/parse/letter-file.js';
import { LetterWritable } from '../../../lib/parse/letter-writable.js';
import { kafka } from '../../../lib/sink/kafka/index.js';
import { createFakeClock } from '../../../lib/testing/fake-clock.js';
import { settle } from '../../support/resources.js';
import { tempFolder } from '../../support/temp-folder.js';
import { whileTimePasses } from '../../support/time.js';
import { until, within } from '../../support/until.js';
import { pagesOf, records } from '../pages.js';
import { brokerError, FakeKafka } from './fake-producer.js';

test('a record carries the very bytes, the key, the time of arrival, and headers from its own fields', async () => {
  const producer = new FakeKafka({ partitions: () => 1 });
  const text = '{ "symbol":"a\\u00e9","price":1.10,"meta":{"source":"x","depth":2} }';
  await pipeline(
    Readable.from(pagesOf([text])),
    kafka({ producer, topic: 'trades', keyPath: 'symbol', headersPath: 'meta', frameHeaders: true, feed: 'btc' }),
  );
  const [record] = producer.log('trades', 0);
  assert.equal(String(record!.value), text.trim());
  assert.equal(record!.key!.toString(), 'aé');
  assert.equal(record!.timestamp, 1_700_000_000_000n);
  assert.deepEqual(
    [...record!.headers!].map(([name, value]) => [name.toString(), String(value)]),
    [
      ['source', 'x'],
      ['depth', '2'],
      ['spillway.feed', 'btc'],
      ['spillway.connection', '1'],
      ['spillway.sequence', '0'],
    ],
  );
});

test('the callback of a write comes after the acknowledgement of the page, not when it is taken in', async () => {
  let acknowledge = (): void => {};
  let onSent = (): void => {};
  const sent = new Promise<void>((resolve) => {
    onSent = resolve;
  });
  const producer = new FakeKafka({
    after: () => {
      onSent();
      return new Promise((resolve) => {
        acknowledge = resolve;
      });
    },
  });
  const sink = kafka({ producer, topic: 'trades', lingerMs: 0 });
  let hasCalledBack = false;
  const calledBack = new Promise<void>((resolve) => {
    sink.write(pagesOf(records(3))[0], () => {
      hasCalledBack = true;
      resolve();
    });
  });
  await once(sink, 'drain');
  await sent;
  assert.equal(hasCalledBack, false);
  assert.deepEqual({ ...sink.stats, bytes: 0 }, { ...sink.stats, records: 0, waiting: 3, inFlight: 1, bytes: 0 });
  acknowledge();
  await calledBack;
  assert.equal(sink.stats.records, 3);
  sink.end();
  await once(sink, 'close');
});

test('a batch that fails in passing is sent again, and nothing of its partition overtakes it', async () => {
  const clock = createFakeClock();
  const producer = new FakeKafka({
    partitions: () => 1,
    before: ({ number }) => {
      if (number === 2 || number === 3) throw brokerError('NOT_ENOUGH_REPLICAS');
    },
  });
  const texts = records(40);
  const sink = kafka({ producer, topic: 'trades', batchSize: 10, clock });
  const done = pipeline(Readable.from(pagesOf(texts, 10)), sink);
  await clock.whenPending();
  await clock.advance(1_000);
  await within(() => 'the run to end', done);
  assert.deepEqual(producer.texts('trades'), texts);
  assert.equal(sink.stats.retries, 2);
  assert.equal(producer.hasOverlapped, false);
});

test('an oversize record goes to the dead letter alone, and its neighbours arrive', async () => {
  const letters: unknown[] = [];
  const deadLetter = new Writable({
    objectMode: true,
    write(letter, _encoding, callback) {
      letters.push(letter);
      callback();
    },
  });
  const producer = new FakeKafka({
    partitions: () => 1,
    before: ({ records: batch }) => {
      if (batch.some(({ value }) => value!.length > 200)) throw brokerError('MESSAGE_TOO_LARGE');
    },
  });
  const texts = [...records(20), `"${'x'.repeat(300)}"`, ...records(20, 90)];
  const sink = kafka({ producer, topic: 'trades', deadLetter });
  await pipeline(Readable.from(pagesOf(texts, 50)), sink);
  assert.deepEqual(
    producer.texts('trades'),
    texts.filter((text) => text.length < 200),
  );
  assert.equal(letters.length, 1);
  const [letter] = letters as { data: Buffer; sequence: number; error: SinkError }[];
  assert.equal(letter!.data.toString(), texts[20]);
  assert.equal(letter!.sequence, 20);
  assert.equal(letter!.error.code, 'ERR_SINK');
  assert.equal(sink.stats.diverted, 1);
});

test('what it refuses is counted against the limits of the pipeline, and kept with its place', async (t) => {
  const producer = new FakeKafka({
    partitions: () => 1,
    before: ({ records: batch }) => {
      if (batch.some(({ value }) => value!.length > 200)) throw brokerError('MESSAGE_TOO_LARGE');
    },
  });
  const path = join(await tempFolder(t), 'refused.jsonl');
  const budget = new LetterBudget({ total: 2, perPage: undefined });
  // One was refused at the source.
  assert.equal(budget.spend(), undefined);
  const large = `"${'x'.repeat(300)}"`;
  const sink = kafka({
    producer,
    topic: 'trades',
    deadLetter: new LetterWritable(new LetterFile(path), undefined, { budget }),
  });
  await assert.rejects(pipeline(Readable.from(pagesOf([large, ...records(3), large], 50)), sink), {
    code: 'ERR_SINK',
    message: /The run refused more than 2 in this run \(`max_failures_total`\)/,
  });
  const letters = readFileSync(path, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    letters.map((line) =>
      (({ place, topic, replay_count, data }) => [place, topic, replay_count, data])(JSON.parse(line)),
    ),
    [
      ['sink', 'trades', 0, large],
      ['sink', 'trades', 0, large],
    ],
  );
});

test('without a dead letter an oversize record fails the run, after everything else is delivered', async () => {
  const producer = new FakeKafka({
    partitions: () => 1,
    before: ({ records: batch }) => {
      if (batch.some(({ value }) => value!.length > 200)) throw brokerError('MESSAGE_TOO_LARGE');
    },
  });
  const texts = [...records(20), `"${'x'.repeat(300)}"`, ...records(20, 90)];
  const sink = kafka({ producer, topic: 'trades' });
  await assert.rejects(pipeline(Readable.from(pagesOf(texts, 50)), sink), (error) => {
    assert.ok(error instanceof SinkError);
    assert.match(error.message, /The record of frame 20, of 302 bytes, cannot be written to trades: it is larger/);
    assert.match(error.message, /Acknowledged: 40 records\. Undelivered: 1, of frame 20\./);
    assert.equal(error.recordsWritten, 40);
    assert.deepEqual(error.undelivered, [{ first: 20, last: 20, records: 1 }]);
    return true;
  });
  assert.equal(producer.stored('trades').length, 40);
});

test('with a dead broker the run ends after the drain time-out, and says what is undelivered', async () => {
  const clock = createFakeClock();
  const producer = new FakeKafka({ partitions: () => 1, before: () => new Promise(() => {}) });
  const sink = kafka({ producer, topic: 'trades', clock, drainTimeoutMs: 5_000 });
  const done = assert.rejects(pipeline(Readable.from(pagesOf(records(7))), sink), (error) => {
    assert.ok(error instanceof SinkError);
    assert.match(error.message, /no acknowledgement within 5000 ms, the `drainTimeoutMs`/);
    assert.match(
      error.message,
      /Undelivered: 7, of frames 0 to 6; 7 of them were on their way and may be stored\. What came after frame 6 did not get to this sink\./,
    );
    assert.equal(error.recordsWritten, 0);
    return true;
  });
  await until(() => clock.advance(1_000).then(() => producer.sends.length > 0));
  await clock.advance(10_000);
  await within(() => 'the run to end', done);
});

test('a producer that settles nothing, not even its end, ends the run by the time-outs all the same', async () => {
  const clock = createFakeClock();
  for (const maxInFlight of [1, 5]) {
    const producer = new FakeKafka({ before: () => new Promise(() => {}), maxInFlight });
    producer.close = () => new Promise(() => {});
    const sink = kafka({
      producer,
      topic: 'trades',
      clock,
      batchSize: 2,
      messageTimeoutMs: 7_000,
      drainTimeoutMs: 2_000,
    });
    const closed = once(sink, 'close');
    // A feed that goes on: nothing but the time-outs can end it.
    const done = pipeline(Readable.from(endless()), sink).catch((reason: unknown) => reason);
    const startedAt = clock.monotonic();
    await whileTimePasses(
      clock,
      closed.catch(() => {}),
    );
    const took = clock.monotonic() - startedAt;
    assert.ok(took >= 7_000, String(took));
    // A slot that never comes back costs the others `drainTimeoutMs`; closing takes 5 s at most.
    assert.ok(took < 7_000 + 2_000 + 5_000 + 500, String(took));
    const error = await within(() => 'the run to end', done);
    assert.ok(error instanceof SinkError, String(error));
    assert.match(error.message, /no acknowledgement within 7000 ms, the `messageTimeoutMs`/);
    const { acknowledged, undelivered, uncertain } = sink.report();
    assert.equal(acknowledged, 0);
    assert.ok(undelivered > uncertain);
    assert.equal(uncertain, 2 * Math.min(maxInFlight, 3));
  }
});

test('a partition without an answer ends the run by the message time-out, as soon as the others are delivered', async () => {
  const clock = createFakeClock();
  const producer = new FakeKafka({
    partitions: () => 2,
    before: ({ partition }) => (partition === 0 ? new Promise(() => {}) : undefined),
  });
  const sink = kafka({
    producer,
    topic: 'trades',
    clock,
    batchSize: 5,
    messageTimeoutMs: 7_000,
    drainTimeoutMs: 60_000,
  });
  const done = pipeline(Readable.from(pagesOf(records(10), 5)), sink).catch((reason: unknown) => reason);
  await until(() => clock.advance(10).then(() => producer.sends.length >= 2));
  await clock.advance(7_000);
  const error = await within(() => 'the run to end', done);
  assert.ok(error instanceof SinkError, String(error));
  assert.match(error.message, /no acknowledgement within 7000 ms, the `messageTimeoutMs`/);
  assert.equal(producer.log('trades', 1).length, error.recordsWritten);
  assert.equal(error.recordsWritten, 10 - producer.sends[0]!.records.length);
});

test('a batch is as large as it may be, with keys and headers counted', async () => {
  const withAll = `{"key":"${'k'.repeat(40)}","headers":{"name":"${'h'.repeat(30)}"}}`;
  const plain = `{"pad":"${'p'.repeat(80)}"}`;
  const options = { keyPath: 'key', headersPath: 'headers', onKeyError: 'null_key', lingerMs: 60_000 } as const;
  // What a record takes beside its bytes, its key, and its header; and what a header takes beside its name and value.
  for (const [text, size] of [
    [withAll, 36 + withAll.length + 40 + 10 + 'name'.length + 30],
    [plain, 36 + plain.length],
  ] as const) {
    for (const [batchBytes, expected] of [
      [3 * size, [3, 3, 1]],
      [3 * size - 1, [2, 2, 2, 1]],
    ] as const) {
      const producer = new FakeKafka({ partitions: () => 1 });
      const sink = kafka({ ...options, producer, topic: 'trades', batchBytes });
      await pipeline(Readable.from(pagesOf(Array(7).fill(text), 7)), sink);
      assert.deepEqual(
        producer.sends.map((send) => send.records.length),
        expected,
      );
    }
  }
});

test('a batch that is not full waits for more as long as `lingerMs` says, and goes then', async () => {
  const clock = createFakeClock();
  const producer = new FakeKafka({ partitions: () => 1 });
  const sink = kafka({ producer, topic: 'trades', clock, lingerMs: 40 });
  const [first, second] = pagesOf(records(6), 3);
  sink.write(first);
  const stored = new Promise((resolve) => sink.write(second, resolve));
  while (sink.stats.waiting < 6) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(39);
  assert.equal(producer.sends.length, 0);
  await clock.advance(1);
  await stored;
  assert.deepEqual(
    producer.sends.map((send) => send.records.length),
    [6],
  );
  sink.destroy();
});

test('a sink that is destroyed leaves no timer behind, whatever waits for its linger', async () => {
  const clock = createFakeClock();
  const sink = kafka({ producer: new FakeKafka(), topic: 'trades', clock, lingerMs: 40 });
  sink.on('error', () => {});
  sink.write(pagesOf(records(3), 3)[0]);
  // Of those that were armed meanwhile, the one for the linger is left.
  await until(() => sink.stats.waiting === 3 && clock.pending === 1);
  await settle();
  assert.equal(clock.pending, 1);
  sink.destroy();
  await until(() => sink.closed);
  assert.equal(clock.pending, 0);
});

test('a producer that never tells of a topic ends the run by the message time-out', async () => {
  const clock = createFakeClock();
  const producer = new FakeKafka({ partitions: () => new Promise(() => {}) });
  const sink = kafka({ producer, topic: 'trades', clock, messageTimeoutMs: 7_000 });
  const done = pipeline(Readable.from(pagesOf(records(3))), sink).catch((reason: unknown) => reason);
  await clock.whenPending();
  await clock.advance(7_000);
  const error = await within(() => 'the run to end', done);
  assert.ok(error instanceof SinkError, String(error));
  assert.match(
    error.message,
    /no broker told of the topic within `messageTimeoutMs`.* Undelivered: 3, of frames 0 to 2\./,
  );
});

test('what the sink was given and had not taken yet is undelivered, too', async () => {
  const clock = createFakeClock();
  const producer = new FakeKafka({ before: () => new Promise(() => {}) });
  const sink = kafka({ producer, topic: 'trades', clock, maxBufferedBytes: 1, lingerMs: 0, drainTimeoutMs: 1 });
  const failed = once(sink, 'error');
  for (const page of pagesOf(records(12), 3)) sink.write(page);
  await until(() => clock.advance(1).then(() => producer.sends.length > 0));
  assert.equal(sink.stats.waiting, 3);
  sink.end();
  sink.destroy(new Error('enough'));
  await clock.advance(1);
  await within(() => 'the sink to fail', failed);
  const { acknowledged, undelivered, undeliveredRanges, newestFrame } = sink.report();
  assert.deepEqual({ acknowledged, undelivered, newestFrame }, { acknowledged: 0, undelivered: 12, newestFrame: 11 });
  assert.deepEqual(undeliveredRanges, [{ first: 0, last: 11, records: 12 }]);
});

test('what waits is bounded in bytes: no further page is taken meanwhile', async () => {
  const producer = new FakeKafka({ before: () => new Promise(() => {}) });
  const sink = kafka({ producer, topic: 'trades', maxBufferedBytes: 1_000, lingerMs: 0, drainTimeoutMs: 1 });
  let given = 0;
  function* feed(): Generator<Page> {
    for (const page of pagesOf(records(1000))) {
      given += 1;
      yield page;
    }
  }
  const done = assert.rejects(pipeline(Readable.from(feed()), sink));
  await until(() => producer.sends.length >= 3);
  assert.ok(sink.stats.waiting < 30, String(sink.stats.waiting));
  assert.ok(given < 40, String(given));
  sink.destroy(new Error('enough'));
  await within(() => 'the run to end', done);
  assert.equal(sink.stats.records, 0);
});

async function* endless(): AsyncGenerator<Page> {
  const pages = pagesOf(records(50), 5);
  for (;;) {
    yield* pages;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
