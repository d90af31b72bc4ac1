import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { SinkError } from '../../../../lib/errors.js';
import { LetterFile } from '../../../../lib/parse/letter-file.js';
import { LetterWritable } from '../../../../lib/parse/letter-writable.js';
import { kafka } from '../../../../lib/sink/kafka/index.js';
import { settle } from '../../../support/resources.js';
import { until, within } from '../../../support/until.js';
import { temporaryFolder } from '../../files.js';
import { pagesOf, records } from '../../pages.js';
import { brokerError, FakeKafka } from '../fake-producer.js';

const LARGE = `"${'x'.repeat(300)}"`;

test('a dead letter in a file has the topic, the frame, the reason and the bytes, and is added to', async (t) => {
  const path = join(temporaryFolder(t), 'a folder', 'letters.jsonl');
  for (const run of [1, 2]) {
    const sink = kafka({ producer: cluster(), topic: 'trades', deadLetter: new LetterWritable(new LetterFile(path)) });
    await pipeline(Readable.from(pagesOf([...records(5), LARGE])), sink);
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    assert.equal(lines.length, run);
    const { message, url: _, ...letter } = JSON.parse(lines.at(-1)!) as Record<string, unknown>;
    assert.match(String(message), /^The record of frame 5, of 302 bytes, is larger than trades takes\./);
    assert.deepEqual(letter, {
      topic: 'trades',
      sequence: 5,
      connection: 1,
      received_at: 1_700_000_000_000,
      data: LARGE,
      encoding: 'utf8',
      code: 'ERR_SINK',
      offset: null,
      place: 'sink',
      replay_count: 0,
    });
  }
});

test('a dead letter that fails ends the run, after what else there is was delivered', async (t) => {
  // A folder cannot be written to like a file.
  const deadLetter = new LetterWritable(new LetterFile(temporaryFolder(t)));
  const producer = cluster();
  const sink = kafka({ producer, topic: 'trades', deadLetter });
  const texts = [...records(5), LARGE, ...records(5, 90)];
  await assert.rejects(pipeline(Readable.from(pagesOf(texts, 20)), sink), (error) => {
    assert.ok(error instanceof SinkError);
    assert.match(error.message, /^The dead letter cannot be written to: it is a folder/);
    return true;
  });
  assert.equal(producer.stored('trades').length, 10);
  const { undelivered, undeliveredRanges, uncertain, diverted } = sink.report();
  assert.deepEqual({ undelivered, uncertain, diverted }, { undelivered: 1, uncertain: 0, diverted: 0 });
  assert.deepEqual(undeliveredRanges, [{ first: 5, last: 5, records: 1 }]);
});

test('while the dead letter is full, no further page is taken', async () => {
  let take = (): void => {};
  let full = (): void => {};
  const isFull = new Promise<void>((resolve) => {
    full = resolve;
  });
  const deadLetter = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(_letter, _encoding, callback) {
      take = callback;
      full();
    },
  });
  const producer = cluster();
  const sink = kafka({ producer, topic: 'trades', deadLetter, lingerMs: 0 });
  const pages = pagesOf([LARGE, ...records(60)], 1);
  const done = pipeline(Readable.from(pages), sink);
  await isFull;
  // Pages that were taken while the letter was on its way may be stored by now; all others wait.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  const before = sink.stats.records + sink.stats.waiting;
  assert.ok(before < 60, String(before));
  take();
  await done;
  assert.equal(sink.stats.records, 60);
  assert.equal(sink.stats.diverted, 1);
});

test('while others have filled the dead letter no further page is taken, and one is as soon as there is room', async () => {
  let take = (): void => {};
  const deadLetter = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(_letter, _encoding, callback) {
      take = callback;
    },
  });
  deadLetter.write('of the parse stage');
  const producer = cluster();
  const sink = kafka({ producer, topic: 'trades', deadLetter, lingerMs: 0 });
  const done = pipeline(Readable.from(pagesOf(records(2), 1)), sink);
  await until(() => producer.stored('trades').length > 0);
  await settle();
  assert.equal(producer.stored('trades').length, 1);
  take();
  await within(() => 'the other page', done);
  assert.equal(producer.stored('trades').length, 2);
});

/** A cluster whose topic takes no more than 200 bytes. */
function cluster(): FakeKafka {
  return new FakeKafka({
    partitions: () => 1,
    before: ({ records: batch }) => {
      if (batch.reduce((sum, { value }) => sum + value!.length, 0) > 200) throw brokerError('MESSAGE_TOO_LARGE');
    },
  });
}
