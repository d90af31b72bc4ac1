import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, type TestContext, test } from 'node:test';
import type { SinkError } from '../../lib/errors.js';
import { tellRunEnding, trackPipes } from '../../lib/internal/chain.js';
import { jsonlFile } from '../../lib/sink/file/jsonl-file.js';
import { OutputFile } from '../../lib/sink/file/output-file.js';
import type { PageSink } from '../../lib/sink/page-sink.js';
import { stdout } from '../../lib/sink/stdout/stdout.js';
import { createFakeClock, type FakeClock } from '../../lib/testing/index.js';
import { settle } from '../support/resources.js';
import { tempFolder } from '../support/temp-folder.js';
import { pagesOf } from './pages.js';

const PAGES = pagesOf(['1', '2', '3', '4', '5'], 2);
const TIMEOUT_MS = 5_000;

type Hanging = (t: TestContext, clock: FakeClock) => PageSink | Promise<PageSink>;

const SINKS: readonly (readonly [name: string, open: Hanging])[] = [
  ['a pipe that nobody opens', hangingFile],
  ['an output that nobody reads', (_t, clock) => stdout({ stream: stalled(), clock, drainTimeoutMs: TIMEOUT_MS })],
];

for (const [name, openSink] of SINKS) {
  describe(`the end of a run into ${name}`, { skip: process.platform === 'win32', timeout: 60_000 }, () => {
    test('is late when the source says that it ends, though the stream never does', async (t) => {
      const clock = createFakeClock();
      const { sink, source, failed } = feedInto(await openSink(t, clock));
      await settle();
      await clock.advance(10 * TIMEOUT_MS);
      assert.equal(sink.destroyed, false, 'a slow target is no fault while the run goes on');
      tellRunEnding(source);
      await clock.advance(TIMEOUT_MS - 1);
      assert.equal(sink.destroyed, false);
      await clock.advance(1);
      assertLate(await failed);
    });

    test('is late when the run is destroyed', async (t) => {
      const clock = createFakeClock();
      const { sink, failed } = feedInto(await openSink(t, clock));
      await settle();
      const closed = new Promise((resolve) => sink.once('close', resolve));
      sink.destroy(new Error('enough'));
      await clock.advance(TIMEOUT_MS);
      await clock.advance(TIMEOUT_MS);
      assert.match(String(await failed), /enough/);
      await closed;
    });

    test('is late when the stream ends behind pages that nobody takes', async (t) => {
      const clock = createFakeClock();
      const sink = await openSink(t, clock);
      const failed = once(sink, 'error');
      for (const page of PAGES) sink.write(page);
      sink.end();
      await settle();
      await clock.advance(TIMEOUT_MS);
      const [error] = (await failed) as [SinkError];
      assertLate(error);
      assert.deepEqual(error.undelivered, [{ first: 0, last: 4, records: 5 }]);
    });
  });
}

test('a run that ends in time leaves no timer', async (t) => {
  for (const make of [
    async (clock: FakeClock) => jsonlFile(join(await tempFolder(t), 'a.jsonl'), { clock }),
    (clock: FakeClock) => stdout({ stream: swallowing(), clock }),
  ]) {
    const clock = createFakeClock();
    const sink = await make(clock);
    await pipeline(Readable.from(PAGES), sink);
    await settle();
    assert.equal(clock.pending, 0);
    assert.equal(sink.stats.records, 5);
  }
});

describe('the end of a run into a disk that hangs', { timeout: 60_000 }, () => {
  for (const method of ['sync', 'stat'] as const) {
    test(`does not wait for a \`${method}\` that never comes back`, async (t) => {
      const clock = createFakeClock();
      const path = join(await tempFolder(t), 'a.jsonl');
      const probe = await open(join(path, '../probe'), 'w');
      await probe.close();
      const sink = jsonlFile(path, { clock, fsync: 'end', drainTimeoutMs: TIMEOUT_MS });
      await new Promise((resolve) => sink.write(PAGES[0]!, resolve));
      let isCalled = (): void => {};
      const called = new Promise<void>((resolve) => {
        isCalled = resolve;
      });
      const { hung, release } = hanging(t);
      t.mock.method(Object.getPrototypeOf(probe) as FileHandle, method, () => {
        isCalled();
        return hung;
      });
      const failed = once(sink, 'error');
      const closed = new Promise((resolve) => sink.once('close', resolve));
      sink.end();
      await called;
      await clock.advance(TIMEOUT_MS);
      await settle();
      // What is left for closing.
      await clock.advance(TIMEOUT_MS);
      const [error] = (await failed) as [SinkError];
      assert.match(error.message, /the run ended, and the system did not answer within 5000 ms/);
      assert.match(error.message, /2 records went to the system, but how many of them the disk has is not known/);
      assert.deepEqual([error.recordsWritten, error.undelivered], [2, []]);
      await closed;
      release();
    });
  }

  test('does not wait for a write that never comes back, and says which records that leaves', async (t) => {
    const clock = createFakeClock();
    const path = join(await tempFolder(t), 'a.jsonl');
    const sink = jsonlFile(path, { clock, drainTimeoutMs: TIMEOUT_MS });
    await new Promise((resolve) => sink.write(PAGES[0]!, resolve));
    const { hung, release } = hanging(t);
    t.mock.method(OutputFile.prototype, 'write', () => hung);
    const failed = once(sink, 'error');
    sink.write(PAGES[1]!);
    sink.write(PAGES[2]!);
    sink.end();
    await clock.advance(TIMEOUT_MS);
    await settle();
    await clock.advance(TIMEOUT_MS);
    const [error] = (await failed) as [SinkError];
    assert.match(
      error.message,
      /2 records of this run are stored, each of them whole\. Not stored: 3 records, of frames 2 to 4/,
    );
    assert.deepEqual(error.undelivered, [{ first: 2, last: 4, records: 3 }]);
    assert.equal(await readFile(path, 'utf8'), '1\n2\n');
    release();
  });
});

function feedInto(sink: PageSink) {
  const source = new Readable({ objectMode: true, read() {} });
  trackPipes(source);
  for (const page of PAGES) source.push(page);
  const failed = pipeline(source, sink).then(
    () => assert.fail('it ended well'),
    (error: SinkError) => error,
  );
  return { sink, source, failed };
}

function assertLate(error: SinkError): void {
  assert.equal(error.code, 'ERR_SINK');
  assert.equal(error.recordsWritten, 0);
  assert.match(
    error.message,
    /the run ended, and (nobody read from it|the system did not answer) within 5000 ms, the `drainTimeoutMs`/,
  );
  assert.equal(error.undelivered[0]?.first, 0);
}

/** What does not come back before the test ends: then the file is closed. */
function hanging(t: TestContext) {
  let release = (): void => {};
  const hung = new Promise<void>((_resolve, reject) => {
    release = () => reject(new Error('it came back'));
  });
  hung.catch(() => {});
  t.after(settle);
  return { hung, release: () => release() };
}

async function hangingFile(t: TestContext, clock: FakeClock): Promise<PageSink> {
  const path = join(await tempFolder(t), 'pipe');
  execFileSync('mkfifo', [path]);
  return jsonlFile(path, { clock, drainTimeoutMs: TIMEOUT_MS });
}

function stalled(): Writable {
  return new Writable({ write() {} });
}

function swallowing(): Writable {
  return new Writable({ write: (_chunk, _encoding, callback) => callback() });
}
