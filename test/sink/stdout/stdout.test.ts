import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { BatchStep } from '../../../lib/batch/step.js';
import { SinkError } from '../../../lib/errors.js';
import { stopRun, trackPipes } from '../../../lib/internal/chain.js';
import { stdout } from '../../../lib/sink/stdout/stdout.js';
import { messagesOf } from '../../support/messages.js';
import { program } from '../../support/program.js';
import { lines, pagesOf, records } from '../pages.js';

describe('stdout', () => {
  it('waits for its output before it takes the next page', async () => {
    const held: (() => void)[] = [];
    const stream = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, callback) => void held.push(callback) });
    const sink = stdout({ stream });
    const run = pipeline(Readable.from(pagesOf(records(6), 2)), sink);
    for (let pages = 0; pages < 3; pages++) {
      while (held.length === 0) await new Promise(setImmediate);
      assert.equal(held.length, 1);
      assert.equal(sink.stats.pages, pages);
      held.pop()!();
    }
    await run;
    assert.equal(sink.stats.records, 6);
  });

  it('neither ends nor destroys its output, and takes its listener away', async () => {
    for (const isDestroyed of [false, true]) {
      const stream = new PassThrough().resume();
      const before = stream.listenerCount('error');
      const sink = stdout({ stream });
      assert.equal(stream.listenerCount('error'), before + 1);
      if (isDestroyed) sink.destroy();
      else sink.end(pagesOf(['1'])[0]);
      await new Promise((resolve) => sink.once('close', resolve));
      assert.equal(stream.listenerCount('error'), before);
      assert.equal(stream.writableEnded, false);
      assert.equal(stream.destroyed, false);
    }
  });

  it('gives no memory back that a stream of somebody else may still hold', async () => {
    const stream = new PassThrough();
    const page = new BatchStep({ size: 1, maxBytes: 1_000 }, true).add(messagesOf('{"a":1}')[0]!)!;
    await pipeline(Readable.from([page]), stdout({ stream }));
    assert.equal(page.length, 1);
    assert.equal(String(stream.read()), '{"a":1}\n');
  });

  it('indents each record with `pretty_json`', async () => {
    const stream = new PassThrough();
    await pipeline(Readable.from(pagesOf(['{"a":1.10}', '[]'])), stdout({ stream, format: 'pretty_json' }));
    assert.equal(String(stream.read()), '{\n  "a": 1.10\n}\n[]\n');
  });

  it('stops the run before it when the reader goes away, drops the rest and ends without an error', async () => {
    const taken: Buffer[] = [];
    const stream = breaking('EPIPE', taken);
    const sink = stdout({ stream });
    const causes: string[] = [];
    const pages = pagesOf(records(60), 2);
    const feed = new Readable({ objectMode: true, highWaterMark: 1, read: () => {} });
    trackPipes(feed);
    // As a run does: it is stopped, and delivers what it had received before it ends.
    Object.assign(feed, {
      [stopRun]: (cause: string) => causes.push(cause) && [...pages, null].map((page) => feed.push(page)),
    });
    for (const page of pages.splice(0, 3)) feed.push(page);
    await pipeline(feed, sink);
    assert.deepEqual(causes, ['stopped']);
    assert.equal(sink.isBroken, true);
    assert.equal(Buffer.concat(taken).toString(), lines(records(2)));
    assert.deepEqual(sink.stats, { records: 2, pages: 1, bytes: lines(records(2)).length });
    assert.equal(stream.listenerCount('error'), 0);
  });

  it('fails when the reader goes away and nothing before it can be stopped', async () => {
    const stream = breaking('EPIPE', []);
    const sink = stdout({ stream });
    const error = await pipeline(Readable.from(pagesOf(records(60), 2)), sink).catch((reason: unknown) => reason);
    assert.ok(error instanceof SinkError);
    assert.match(
      error.message,
      /^Cannot write to the stream: its reader has gone away\. It took 2 records before\. Nothing upstream/,
    );
    assert.equal((error.cause as NodeJS.ErrnoException).code, 'EPIPE');
    assert.equal(error.recordsWritten, 2);
    assert.equal(sink.isBroken, true);
    assert.equal(stream.listenerCount('error'), 0);
  });

  it('fails when its output fails in another way, even if a run could be stopped', async () => {
    const stream = breaking('EIO', []);
    const feed = Readable.from(pagesOf(records(60), 2));
    trackPipes(feed);
    Object.assign(feed, { [stopRun]: () => assert.fail('it was stopped') });
    const sink = stdout({ stream });
    await assert.rejects(pipeline(feed, sink), { code: 'ERR_SINK', recordsWritten: 2, target: 'the stream' });
    assert.equal(sink.isBroken, false);
    assert.equal(stream.listenerCount('error'), 0);
  });

  it('fails when its output fails while nothing is written', async () => {
    const stream = new PassThrough();
    const sink = stdout({ stream });
    const failed = new Promise((resolve) => sink.once('error', resolve));
    stream.destroy(new Error('the other end broke'));
    assert.match(
      String(await failed),
      /Cannot write to the stream: the other end broke\. It took 0 records before\. See `cause`/,
    );
    assert.equal(stream.listenerCount('error'), 0);
  });

  it('refuses wrong options at once', () => {
    const call = (options: unknown) => () => stdout(options as object);
    assert.throws(
      call({ format: 'json' }),
      /stdout\.format: Expected one of 'json_lines', 'pretty_json', 'csv', 'tsv', got "json"\./,
    );
    assert.throws(call({ destination: 'file' }), { code: 'ERR_CONFIG' });
    assert.throws(call({ stream: 'stdout' }), /stdout\.stream: Expected an object with the methods write, on/);
    assert.throws(call({ pretty: true }), /stdout\.pretty: There is no such key/);
    // @ts-expect-error
    assert.throws(() => stdout({ format: 'xml' }));
  });
});

describe('stdout, as the standard output of a process,', { skip: process.platform === 'win32' && 'needs bash' }, () => {
  it('delivers everything to a pipe', () => {
    const { out, said, status } = shell('"$@" | cat', { records: 5000, size: 1000 });
    assert.equal(out, lines(records(5000, 500)));
    assert.deepEqual(said.at(-2), { ended: true, records: 5000 });
    assert.equal(status, '0 0');
  });

  it('ends quietly, with status 0, when `head` goes away', () => {
    const { out, said, status } = shell('"$@" | head -n 2', { records: 20_000, size: 100, isStoppable: true });
    assert.equal(out, lines(records(2, 500)));
    assert.deepEqual(
      said.find((facts) => 'cause' in facts),
      { cause: 'stopped' },
    );
    assert.equal(said.at(-2)!.ended, true);
    assert.equal(said.at(-1)!.listeners, 0);
    assert.equal(status, '0 0');
  });

  it('fails with `ERR_SINK` when `head` goes away and nothing can be stopped', () => {
    const { said, status } = shell('"$@" | head -n 2', { records: 20_000, size: 100 });
    assert.equal(said.at(-2)!.code, 'EPIPE');
    assert.match(said.at(-2)!.message!, /^Cannot write to stdout: its reader has gone away\./);
    assert.equal(status, '1 0');
  });

  it('fails with `ERR_SINK` on a full disk', { skip: !existsSync('/dev/full') && 'there is no /dev/full' }, () => {
    const { said, status } = shell('"$@" > /dev/full', { records: 2000, size: 100, isStoppable: true });
    assert.equal(said.at(-2)!.code, 'ENOSPC');
    assert.equal(said.at(-1)!.listeners, 0);
    assert.equal(status, '1');
  });
});

/** A stream that takes one chunk and breaks at the second. */
function breaking(code: string, taken: Buffer[]): Writable {
  return new Writable({
    write(chunk, _encoding, callback) {
      setImmediate(() => {
        if (taken.push(chunk) === 1) callback();
        else callback(Object.assign(new Error(`write ${code}`), { code: taken.pop() && code }));
      });
    },
  });
}

interface Said {
  readonly ended?: boolean;
  readonly message?: string;
  readonly code?: string;
  readonly listeners?: number;
}

/** Runs `script` with the process that writes pages as its arguments. Gives the exit status of each part of the pipe. */
function shell(script: string, task: object) {
  const args = [process.execPath, ...program(join(import.meta.dirname, '../write-pages.ts')), JSON.stringify(task)];
  const { stdout: out, stderr } = spawnSync(
    'bash',
    ['-c', `${script}; echo "\${PIPESTATUS[*]}" >&2`, 'bash', ...args],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const told = stderr.toString().trim().split('\n');
  const status = told.pop();
  return { out: out.toString(), said: told.map((line) => JSON.parse(line) as Said), status };
}
