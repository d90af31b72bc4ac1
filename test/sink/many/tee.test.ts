import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import type { Page } from '../../../lib/batch/page.js';
import { BatchStep } from '../../../lib/batch/step.js';
import type { SinkError } from '../../../lib/errors.js';
import { tellRunEnding, trackPipes } from '../../../lib/internal/chain.js';
import { jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import { tee } from '../../../lib/sink/many/tee.js';
import { writePages } from '../../../lib/sink/own/write-pages.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { messagesOf } from '../../support/messages.js';
import { settle } from '../../support/resources.js';
import { until, within } from '../../support/until.js';
import { readText, temporaryFolder } from '../files.js';
import { lines, pagesOf, records } from '../pages.js';
import { Target } from './target.js';

const TEXTS = records(100);

describe('the pace of tee()', () => {
  test('is that of the slowest: no page is taken that one has no room for', async () => {
    const fast = new Target();
    const slow = new Target({ isHeld: true });
    const feed = countedFeed(pagesOf(TEXTS, 2));
    const done = pipeline(feed, tee([fast.sink, slow.sink]));
    await until(() => slow.pages === 1);
    await settle();
    assert.equal(fast.pages, 1);
    assert.ok(feed.taken <= 3, `${feed.taken} pages were taken out of the feed`);
    slow.open();
    await done;
    assert.deepEqual([fast.text, slow.text], [lines(TEXTS), lines(TEXTS)]);
  });

  test('is that of each with `own`, until one is behind by maxBufferedBytes', async () => {
    const fast = new Target();
    const slow = new Target({ isHeld: true });
    const pages = pagesOf(TEXTS, 2);
    const size = pages[0]!.bytes.length;
    const feed = countedFeed(pages);
    const sink = tee([fast.sink, slow.sink], { pace: 'own', maxBufferedBytes: 10 * size });
    const done = pipeline(feed, sink);
    await until(() => fast.pages >= 10);
    await settle();
    assert.ok(fast.pages <= 12, `${fast.pages} pages went to the fast one`);
    assert.ok(feed.taken <= 14, `${feed.taken} pages were taken out of the feed`);
    assert.deepEqual([slow.pages, sink.stats.records], [1, 0], 'nothing is acknowledged that one has not stored');
    slow.open();
    await done;
    assert.deepEqual([fast.text, slow.text, sink.stats.records], [lines(TEXTS), lines(TEXTS), TEXTS.length]);
  });

  test('leaves a sink of many places its room, and calls back when all have stored a page', async () => {
    const held = new Target({ isHeld: true, highWaterMark: 4 });
    const sink = tee([held.sink, new Target().sink]);
    const acknowledged: number[] = [];
    for (const [number, page] of pagesOf(TEXTS, 10).entries()) {
      sink.write(page, () => acknowledged.push(number));
    }
    await settle();
    assert.deepEqual(acknowledged, []);
    held.open();
    await until(() => acknowledged.length === 10);
    assert.deepEqual(acknowledged, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('the memory of a page that many sinks look at', () => {
  test('is used again when all of them have released it, and not before', async () => {
    const batch = new BatchStep({ size: 1, maxBytes: 1_000 }, true);
    const page = batch.add(messagesOf('{"n":1}')[0]!)!;
    const memory = page.bytes.buffer;
    let finish = (): void => {};
    const last = writePages(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const keeping = new Target();
    const sink = tee([writePages(async () => {}), last, keeping.sink], { pace: 'own' });
    sink.write(page);
    await until(() => keeping.text !== '');
    await settle();
    assert.equal(page.length, 1);
    finish();
    await until(() => sink.stats.pages === 1);
    assert.deepEqual(
      [page.length, keeping.newest!.text(0).toString()],
      [1, '{"n":1}'],
      'one of them may still look at it',
    );
    keeping.newest!.release();
    assert.equal(page.length, 0);
    // A page takes its memory with its first record.
    assert.equal(batch.add(messagesOf('2')[0]!)!.bytes.buffer, memory);
  });

  test('is copied by one that hands the page to another thread', async () => {
    const other = new Target({ isHeld: true });
    const handing = writePages(async (page) => {
      const { value, transferList } = page.toTransferable();
      structuredClone(value, { transfer: transferList });
    });
    const done = pipeline(Readable.from(pagesOf(TEXTS, 10)), tee([handing, other.sink], { pace: 'own' }));
    await until(() => handing.stats.pages > 1);
    other.open();
    await done;
    assert.equal(other.text, lines(TEXTS));
  });
});

describe('a sink that fails', () => {
  test('ends the run with an error that names it, and the others in good order with what they were given', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const file = jsonlFile(path);
    let stored = 0;
    const failing = writePages(async () => {
      stored += 1;
      if (stored === 3) throw new Error('no room.');
    });
    const error = await failureOf(pipeline(Readable.from(pagesOf(TEXTS, 10)), tee([file, failing])));
    assert.match(
      error.message,
      /^Sink 2 of tee\(\) \(the target\) failed: Cannot write to the target: no room\..*All sinks together: Stored: 20 records\. Not stored: 10 records, of frames 20 to 29\./,
    );
    assert.deepEqual(
      [error.code, error.target, error.recordsWritten, error.undelivered],
      ['ERR_SINK', 'sink 2 of tee() (the target)', 20, [{ first: 20, last: 29, records: 10 }]],
    );
    assert.equal((error.cause as SinkError).code, 'ERR_SINK');
    await until(() => file.closed);
    assert.equal(readText(path), lines(TEXTS.slice(0, 30)));
    assert.equal(file.writableFinished, true);
  });

  test('is left out with `continue`, and told, as long as one is left', async () => {
    const good = new Target();
    const failing = [2, 4].map((at) => failsAt(at));
    const sink = tee([failing[0]!, good.sink, failing[1]!], { onError: 'continue', pace: 'own' });
    const told: object[] = [];
    sink.on('sinkFailed', ({ index, name, error }) => told.push({ index, name, message: error.message }));
    await pipeline(Readable.from(pagesOf(TEXTS, 10)), sink);
    assert.deepEqual(told, [
      { index: 0, name: 'sink 1 of tee()', message: 'page 2' },
      { index: 2, name: 'sink 3 of tee()', message: 'page 4' },
    ]);
    assert.deepEqual([good.text, sink.stats.records], [lines(TEXTS), TEXTS.length]);
  });

  test('fails the run with `continue`, too, when none is left', async () => {
    const sink = tee([failsAt(2), failsAt(4)], { onError: 'continue' });
    const told: number[] = [];
    sink.on('sinkFailed', ({ index }) => told.push(index));
    const error = await failureOf(pipeline(Readable.from(pagesOf(TEXTS, 10)), sink));
    assert.match(error.message, /^Sink 2 of tee\(\) failed: page 4\. All sinks together: Stored: 30 records\./);
    assert.deepEqual(told, [0]);
  });

  test('between two pages is told at once', async () => {
    const [one, other] = [new Target(), new Target()];
    const source = new Readable({ objectMode: true, read() {} });
    const failed = failureOf(pipeline(source, tee([one.sink, other.sink])));
    source.push(pagesOf(TEXTS, 100)[0]);
    await until(() => one.pages === 1);
    await settle();
    one.sink.destroy(new Error('gone'));
    const error = await within(() => 'the tee to fail', failed);
    assert.match(error.message, /^Sink 1 of tee\(\) failed: gone\. All sinks together: Stored: 100 records\./);
    await until(() => other.sink.writableFinished);
  });

  test('at its end fails the run', async () => {
    const bad = new Writable({
      objectMode: true,
      write: (_page, _encoding, callback) => callback(),
      final: (callback) => callback(new Error('no commit')),
    });
    const good = new Target();
    const error = await failureOf(pipeline(Readable.from(pagesOf(TEXTS, 10)), tee([bad, good.sink])));
    assert.match(
      error.message,
      /^Sink 1 of tee\(\) failed: no commit\. All sinks together: Stored: 100 records\. `cause`/,
    );
    assert.equal(good.sink.writableFinished, true);
  });

  test('of a wrong configuration is told as that', async () => {
    const sink = tee([new Target().sink, writePages((() => 1) as never)]);
    const error = await failureOf(pipeline(Readable.from(pagesOf(TEXTS)), sink));
    assert.match(error.message, /^writePages\.store: The function returned 1\./);
    assert.equal(error.code, 'ERR_CONFIG');
  });

  test('is one that closes before its end', async () => {
    const one = new Target();
    const sink = tee([one.sink, new Target().sink]);
    const failed = failureOf(pipeline(new Readable({ objectMode: true, read() {} }), sink));
    one.sink.destroy();
    assert.match((await failed).message, /^Sink 1 of tee\(\) failed: Premature close\./);
  });
});

describe('the end of tee()', () => {
  test('is that of all sinks', async () => {
    const targets = [new Target(), new Target()];
    await pipeline(Readable.from(pagesOf(TEXTS, 10)), tee(targets.map(({ sink }) => sink)));
    assert.deepEqual(
      targets.map(({ sink }) => sink.writableFinished),
      [true, true],
    );
  });

  test('by an error of the run lets them store what they were given, and destroys them with it', async () => {
    const [fast, slow] = [new Target(), new Target({ isHeld: true })];
    const sink = tee([fast.sink, slow.sink], { pace: 'own' });
    sink.on('error', () => {});
    for (const page of pagesOf(TEXTS, 10)) sink.write(page);
    await until(() => fast.pages === 10);
    const error = new Error('the feed broke');
    sink.destroy(error);
    await settle();
    assert.deepEqual([slow.sink.destroyed, sink.closed], [false, false]);
    slow.open();
    await until(() => sink.closed);
    assert.equal(slow.text, lines(TEXTS));
    assert.deepEqual([slow.sink.errored, slow.sink.writableFinished], [error, false]);
  });

  test('tells the sinks that nothing further comes, and is late where one does not store it in time', async () => {
    const clock = createFakeClock();
    const held = new Target({ isHeld: true });
    const own = writePages(() => new Promise(() => {}), { clock, drainTimeoutMs: 50, target: 'the API' });
    for (const [sinks, name] of [
      [[new Target().sink, held.sink], /sink 2 of tee\(\) did not store what it was given within 100 ms/],
      [[new Target().sink, own], /Sink 2 of tee\(\) \(the API\) failed: .* within 50 ms/],
    ] as const) {
      const source = new Readable({ objectMode: true, read() {} });
      trackPipes(source);
      const sink = tee(sinks, { clock, drainTimeoutMs: 100 });
      const failed = failureOf(pipeline(source, sink));
      source.push(pagesOf(TEXTS, 10)[0]);
      await settle();
      tellRunEnding(source);
      for (let step = 0; step < 4; step++) {
        await clock.advance(50);
        await settle();
      }
      const error = await within(() => 'the tee to fail', failed);
      assert.match(error.message, name);
      assert.match(error.message, /Not stored: 10 records, of frames 0 to 9/);
      await clock.advance(2_000);
      await until(() => sink.closed && sinks.every((each) => each.destroyed));
    }
    await settle();
    assert.equal(clock.pending, 0);
  });
});

describe('what tee() is given', () => {
  const sink = new Target().sink;
  for (const [sinks, options, message] of [
    [[], {}, /^tee\.sinks: Expected an array of sinks, one at least, got an array/],
    [undefined, {}, /^tee\.sinks: .* got undefined/],
    [[sink, {}], {}, /^tee\.sinks\.1: Expected a Writable of pages, got an object/],
    [[sink, sink], {}, /^tee\.sinks\.1: This sink stands in the list twice/],
    [[sink], { pace: 'fastest' }, /^tee\.pace: Expected one of 'slowest', 'own'/],
    [[sink], { onError: 'skip' }, /^tee\.onError: Expected one of 'fail', 'continue'/],
    [[sink], { maxBufferedBytes: 0 }, /^tee\.maxBufferedBytes: Expected a whole number of at least 1/],
  ] as const) {
    test(`is refused where it is wrong: ${String(message)}`, () => {
      assert.throws(() => tee(sinks as never, options as never), { code: 'ERR_CONFIG', message });
    });
  }
});

function failsAt(page: number): Writable {
  let pages = 0;
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(_page, _encoding, callback) {
      pages += 1;
      setImmediate(() => callback(pages === page ? new Error(`page ${pages}`) : null));
    },
  });
}

function countedFeed(pages: readonly Page[]): Readable & { taken: number } {
  const feed = new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      counted.push(pages[counted.taken++] ?? null);
    },
  });
  const counted = Object.assign(feed, { taken: 0 });
  return counted;
}

async function failureOf(run: Promise<unknown>): Promise<SinkError> {
  return run.then(
    () => assert.fail('it ended well'),
    (error: SinkError) => error,
  );
}
