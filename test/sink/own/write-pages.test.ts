import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import type { Page } from '../../../lib/batch/page.js';
import { ConfigError, SinkError } from '../../../lib/errors.js';
import { tellRunEnding, trackPipes } from '../../../lib/internal/chain.js';
import { type StorePage, writePages } from '../../../lib/sink/own/write-pages.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { settle } from '../../support/resources.js';
import { until, within } from '../../support/until.js';
import { pagesOf, records } from '../pages.js';

const PAGES = (count: number, size = 2): Page[] => pagesOf(records(count * size), size);

describe('a page that was not stored', () => {
  const failures: Readonly<Record<string, StorePage>> = {
    'by a rejection': () => Promise.reject(new Error('the disk is full.')),
    'by a throw': () => {
      throw new Error('the disk is full');
    },
  };
  for (const [how, failing] of Object.entries(failures)) {
    test(`ends the run with ERR_SINK that says what is stored: ${how}`, async () => {
      let calls = 0;
      const sink = writePages((page, context) => (++calls < 3 ? Promise.resolve() : failing(page, context)), {
        target: 'the database',
      });
      const error = await failureOf(pipeline(Readable.from(PAGES(5)), sink));
      assert.ok(error instanceof SinkError);
      assert.equal(
        error.message,
        'Cannot write to the database: the disk is full. Stored: 4 records. Not stored: 2 records, of frames 4 to 5. ' +
          'What came after frame 5 did not get to this sink. `cause` is what the function failed with.',
      );
      assert.equal((error.cause as Error).message.replace('.', ''), 'the disk is full');
      assert.deepEqual(
        [error.target, error.recordsWritten, error.undelivered, calls],
        ['the database', 4, [{ first: 4, last: 5, records: 2 }], 3],
      );
    });
  }

  test('is one whose promise was rejected with nothing', async () => {
    const sink = writePages(() => Promise.reject());
    const error = await failureOf(pipeline(Readable.from(PAGES(1)), sink));
    assert.match(error.message, /^Cannot write to the target: the function failed\. No record of this run is stored\./);
    assert.equal(error.code, 'ERR_SINK');
  });

  test('is ERR_SINK where the function failed with ERR_CONFIG: it is the target that failed', async () => {
    const cause = new ConfigError([{ path: 'x', message: 'No.' }]);
    const error = await failureOf(
      pipeline(
        Readable.from(PAGES(1)),
        writePages(() => Promise.reject(cause)),
      ),
    );
    assert.deepEqual([error.code, error.cause], ['ERR_SINK', cause]);
  });

  test('does not undo those behind it that were stored meanwhile', async () => {
    const under = new UnderWay();
    const sink = writePages(under.store, { concurrency: 3 });
    const failed = failureOf(pipeline(Readable.from(PAGES(5)), sink));
    await until(() => under.count === 3);
    under.resolve(1);
    under.reject(0, new Error('no'));
    await settle();
    assert.equal(sink.destroyed, false, 'the third is still under way');
    under.resolve(2);
    const error = (await failed) as SinkError;
    assert.equal(error.recordsWritten, 4);
    assert.deepEqual(error.undelivered[0], { first: 0, last: 1, records: 2 });
    assert.equal(under.count, 3, 'nothing further was taken');
  });

  test('fails the write() that waits for it, and those behind it', async () => {
    const under = new UnderWay();
    const sink = writePages(under.store, { concurrency: 2 });
    const outcomes: unknown[] = [];
    sink.on('error', () => {});
    for (const page of PAGES(3)) sink.write(page, (error) => outcomes.push(error));
    await until(() => under.count === 2);
    under.resolve(1);
    await settle();
    assert.deepEqual(outcomes, []);
    under.reject(0, new Error('no'));
    await until(() => outcomes.length === 3);
    for (const outcome of outcomes.slice(0, 2)) assert.match(String(outcome), /Cannot write to the target: no\./);
    assert.ok(outcomes[2] !== undefined);
  });
});

describe('the pages under way', () => {
  test('are as many as `concurrency` says, and are acknowledged in order', async () => {
    const under = new UnderWay();
    const sink = writePages(under.store, { concurrency: 3 });
    const acknowledged: number[] = [];
    const pages = PAGES(6);
    for (const [number, page] of pages.entries()) sink.write(page, () => acknowledged.push(number));
    await until(() => under.count === 3);
    under.resolve(2);
    under.resolve(1);
    await settle();
    assert.equal(under.count, 3, 'one that hangs does not let the others through without end');
    assert.deepEqual([acknowledged, sink.stats.records, pages[1]!.length], [[], 0, 2]);
    under.resolve(0);
    await until(() => under.count === 6);
    assert.deepEqual([acknowledged, sink.stats], [[0, 1, 2], { records: 6, pages: 3, bytes: bytesOf(PAGES(3)) }]);
    for (const number of [5, 4, 3]) under.resolve(number);
    sink.end();
    await once(sink, 'finish');
    assert.deepEqual(acknowledged, [0, 1, 2, 3, 4, 5]);
  });

  test('hold back the feed, however long they take', async () => {
    let made = 0;
    const pages = PAGES(1_000);
    const feed = new Readable({
      objectMode: true,
      highWaterMark: 1,
      read() {
        this.push(pages[made++] ?? null);
      },
    });
    const under = new UnderWay();
    const sink = writePages(under.store, { concurrency: 4 });
    const done = pipeline(feed, sink);
    await until(() => under.count === 4);
    await settle();
    assert.ok(made <= 8, `${made} pages were taken out of the feed`);
    under.resolveAll();
    await done;
    assert.equal(sink.stats.records, 2_000);
  });

  test('are given back once they are stored', async () => {
    const page = PAGES(1)[0]!;
    let released = 0;
    page.release = () => void released++;
    const under = new UnderWay();
    const sink = writePages(under.store);
    sink.write(page);
    await until(() => under.count === 1);
    assert.equal(released, 0);
    under.resolve(0);
    await once(sink, 'drain');
    assert.equal(released, 1);
  });
});

describe('the end of a run', () => {
  test('calls `close` when all is stored, and waits for it', async () => {
    const calls: unknown[] = [];
    const sink = writePages(async () => void calls.push('page'), {
      concurrency: 2,
      close: async (error) => void calls.push(error),
    });
    await pipeline(Readable.from(PAGES(3)), sink);
    assert.deepEqual(calls, ['page', 'page', 'page', undefined]);
  });

  test('fails with ERR_SINK when `close` fails', async () => {
    const sink = writePages(async () => {}, { close: () => Promise.reject(new Error('no commit')) });
    const error = (await failureOf(pipeline(Readable.from(PAGES(2)), sink))) as SinkError;
    assert.match(error.message, /^Cannot finish the target: no commit\. Stored: 4 records\. `cause`/);
    assert.deepEqual([error.code, error.recordsWritten, error.undelivered], ['ERR_SINK', 4, []]);
  });

  test('that failed waits for the page under way, and tells `close` of the error', async () => {
    const under = new UnderWay();
    const told: unknown[] = [];
    const sink = writePages(under.store, { close: (error) => void told.push(error) });
    sink.on('error', () => {});
    sink.write(PAGES(1)[0]);
    await until(() => under.count === 1);
    const failure = new Error('the feed broke');
    sink.destroy(failure);
    await settle();
    assert.deepEqual([told, under.isAborted(0), sink.closed], [[], false, false]);
    under.resolve(0);
    await until(() => sink.closed);
    assert.deepEqual([told, sink.stats.records], [[failure], 2]);
  });

  test('aborts the signal when a page is not stored in time, and says which', async () => {
    const clock = createFakeClock();
    const under = new UnderWay();
    const sink = writePages(under.store, { clock, drainTimeoutMs: 100, concurrency: 2, target: 'the API' });
    const source = new Readable({ objectMode: true, read() {} });
    trackPipes(source);
    for (const page of PAGES(3)) source.push(page);
    const failed = failureOf(pipeline(source, sink));
    await until(() => under.count === 2);
    await clock.advance(1_000);
    assert.equal(under.isAborted(0), false, 'a slow target is no fault while the run goes on');
    under.resolve(1);
    await until(() => under.isSettled(1));
    tellRunEnding(source);
    await clock.advance(100);
    const error = (await within(() => 'the sink to fail', failed)) as SinkError;
    assert.match(
      error.message,
      /^Cannot finish the API: the run ended, and the function did not store what it was given within 100 ms/,
    );
    assert.match(error.message, /Stored: 2 records\. Not stored: 2 records, of frames 0 to 1\./);
    assert.deepEqual([under.isAborted(0), under.isAborted(1), error.recordsWritten], [true, false, 2]);
    await until(() => sink.closed);
    await settle();
    assert.equal(clock.pending, 0);
  });

  test('is late with pages that it took ahead, though the stream neither ends nor is destroyed', async () => {
    const clock = createFakeClock();
    const under = new UnderWay();
    const sink = writePages(under.store, { clock, drainTimeoutMs: 100, concurrency: 2 });
    const source = new Readable({ objectMode: true, read() {} });
    trackPipes(source);
    source.push(PAGES(1)[0]);
    const failed = failureOf(pipeline(source, sink));
    await until(() => under.count === 1);
    tellRunEnding(source);
    await clock.advance(100);
    assert.match((await within(() => 'the sink to fail', failed)).message, /Not stored: 2 records, of frames 0 to 1/);
  });

  test('is late when `close` hangs', async () => {
    const clock = createFakeClock();
    const sink = writePages(async () => {}, { clock, drainTimeoutMs: 100, close: () => new Promise(() => {}) });
    const failed = failureOf(pipeline(Readable.from(PAGES(1)), sink));
    await clock.whenPending();
    await until(() => sink.stats.records === 2);
    await clock.advance(100);
    await settle();
    await clock.advance(1_000);
    const error = (await within(() => 'the sink to fail', failed)) as SinkError;
    assert.match(error.message, /`close` did not return within 100 ms/);
    assert.deepEqual([error.recordsWritten, error.undelivered], [2, []]);
    await until(() => sink.closed);
  });

  test('after a failed page does not wait for one that hangs longer than that, and tells the first failure', async () => {
    const clock = createFakeClock();
    const under = new UnderWay();
    const sink = writePages(under.store, { clock, drainTimeoutMs: 100, concurrency: 2 });
    const failed = failureOf(pipeline(Readable.from(PAGES(2)), sink));
    await until(() => under.count === 2);
    under.reject(0, new Error('no'));
    await until(() => under.isSettled(0));
    await clock.advance(100);
    const error = (await within(() => 'the sink to fail', failed)) as SinkError;
    assert.match(error.message, /^Cannot write to the target: no\..*Not stored: 4 records, of frames 0 to 3/);
    assert.equal(under.isAborted(1), true);
  });
});

describe('what it is given', () => {
  test('is a function that returns a promise, or nothing would tell when a page is stored', async () => {
    const sink = writePages((() => {}) as never);
    const error = await failureOf(pipeline(Readable.from(PAGES(1)), sink));
    assert.equal(error.code, 'ERR_CONFIG');
    assert.match(
      error.message,
      /^writePages\.store: The function returned undefined\. Return a promise that is resolved/,
    );
  });

  for (const [store, options, message] of [
    [undefined, {}, /^writePages\.store: Expected a function that stores a page, got undefined\.$/],
    ['store', {}, /^writePages\.store: .* got "store"/],
    [async () => {}, { concurrency: 0 }, /^writePages\.concurrency: Expected a whole number from 1 to 1000, got 0/],
    [async () => {}, { close: true }, /^writePages\.close: Expected a function, got true/],
    [async () => {}, { target: '' }, /^writePages\.target: Expected text that is not empty/],
    [async () => {}, { concurency: 2 }, /^writePages\.concurency: .*`concurrency`/],
  ] as const) {
    test(`is refused where it is not that: ${String(message)}`, () => {
      assert.throws(() => writePages(store as never, options as never), { code: 'ERR_CONFIG', message });
    });
  }
});

/** Promises of pages, to be settled by hand. */
class UnderWay {
  readonly #pages: {
    readonly signal: AbortSignal;
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
    isSettled: boolean;
  }[] = [];
  #isOpen = false;

  get count(): number {
    return this.#pages.length;
  }

  readonly store: StorePage = (_page, { signal }) => {
    if (this.#isOpen) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      this.#pages.push({ signal, resolve, reject, isSettled: false });
    });
  };

  resolve(number: number): void {
    this.#pages[number]!.resolve();
    this.#pages[number]!.isSettled = true;
  }

  reject(number: number, error: Error): void {
    this.#pages[number]!.reject(error);
    this.#pages[number]!.isSettled = true;
  }

  resolveAll(): void {
    this.#isOpen = true;
    for (const number of this.#pages.keys()) this.resolve(number);
  }

  isAborted(number: number): boolean {
    return this.#pages[number]!.signal.aborted;
  }

  isSettled(number: number): boolean {
    return this.#pages[number]!.isSettled;
  }
}

function bytesOf(pages: readonly Page[]): number {
  return pages.reduce((sum, page) => sum + page.bytes.length, 0);
}

async function failureOf(run: Promise<unknown>): Promise<SinkError> {
  return run.then(
    () => assert.fail('it ended well'),
    (error: SinkError) => error,
  );
}
