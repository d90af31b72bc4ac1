import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import { checkJsonlFile } from '../../../lib/sink/file/jsonl-file-check.js';
import { readText, temporaryFolder } from '../files.js';
import { pagesOf } from '../pages.js';
import { closed, stored } from './stored.js';

const YESTERDAY = {
  'out.jsonl': Buffer.from('{"day":"yesterday"}\n'.repeat(50)),
  'torn.jsonl': Buffer.from('{"day":"yesterday"}\n{"day":'),
  'out.jsonl.gz': gzipSync('yesterday\n'),
  'cut.jsonl.gz': gzipSync('yesterday\n'.repeat(50)).subarray(0, 30),
};

/** The ways in which a run can end before its first page, as a sink sees them. */
const ENDS: Readonly<Record<string, (sink: ReturnType<typeof jsonlFile>) => Promise<unknown> | undefined>> = {
  'ends in good order': (sink) => pipeline(Readable.from([]), sink),
  'fails, as a connect does': (sink) => pipeline(failing(), sink).catch(() => {}),
  'is aborted': (sink) => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    return pipeline(silent(), sink, { signal: controller.signal }).catch(() => {});
  },
  'is destroyed at once': (sink) => void sink.destroy(),
  'is destroyed with an error': (sink) => void sink.destroy(new Error('a frame cannot be parsed')),
  'is destroyed while the file is being opened': (sink) => {
    process.nextTick(() => sink.destroy());
  },
  'gives the sink something that is no page': (sink) => pipeline(Readable.from(['{}']), sink).catch(() => {}),
};

describe('jsonlFile, before its first page,', () => {
  for (const append of [false, true]) {
    for (const [what, end] of Object.entries(ENDS)) {
      it(`leaves the file of the run before as it was when the run ${what}${append ? ', with append' : ''}`, async (t) => {
        const folder = temporaryFolder(t);
        for (const [name, bytes] of Object.entries(YESTERDAY)) {
          const path = join(folder, name);
          writeFileSync(path, bytes);
          const { mtimeMs } = statSync(path);
          const sink = jsonlFile(path, { append, fsync: 'end' }).on('error', () => {});
          await end(sink);
          await closed(sink);
          assert.deepEqual(readFileSync(path), bytes);
          assert.equal(statSync(path).mtimeMs, mtimeMs);
        }
      });
    }
  }

  it('leaves an empty file of its kind where there was none', async (t) => {
    for (const name of ['a/out.jsonl', 'b/out.jsonl.gz']) {
      const path = join(temporaryFolder(t), name);
      await pipeline(Readable.from([]), jsonlFile(path));
      assert.equal(readText(path), '');
    }
  });

  it('replaces what was there as soon as that page comes, and does not do so again', async (t) => {
    for (const [name, bytes] of Object.entries(YESTERDAY)) {
      const path = join(temporaryFolder(t), name);
      writeFileSync(path, bytes);
      const sink = jsonlFile(path);
      await stored(sink, pagesOf(['1'])[0]!);
      await stored(sink, pagesOf(['2'])[0]!);
      sink.end();
      await closed(sink);
      assert.equal(readText(path), '1\n2\n');
    }
  });

  it('leaves a file that was renamed meanwhile in peace, and begins at the path', async (t) => {
    for (const append of [false, true]) {
      const path = join(temporaryFolder(t), 'out.jsonl');
      writeFileSync(path, 'yesterday\n');
      const sink = jsonlFile(path, { append });
      await opened(sink);
      renameSync(path, `${path}.1`);
      await stored(sink, pagesOf(['1'])[0]!);
      sink.end();
      await closed(sink);
      assert.equal(readText(`${path}.1`), 'yesterday\n');
      assert.equal(readText(path), '1\n');
      assert.equal(sink.report().files.length, 1);
    }
  });

  it('begins at the path when its new file was deleted or replaced by a folder meanwhile', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    const sink = jsonlFile(path);
    await opened(sink);
    unlinkSync(path);
    await stored(sink, pagesOf(['1'])[0]!);
    sink.end();
    await closed(sink);
    assert.equal(readText(path), '1\n');
    const other = jsonlFile(`${path}.other`);
    await opened(other);
    unlinkSync(`${path}.other`);
    mkdirSync(`${path}.other`);
    await assert.rejects(
      stored(
        other.on('error', () => {}),
        pagesOf(['1'])[0]!,
      ),
      /it is a folder \(EISDIR\)\. Nothing was/,
    );
  });

  it('tells what it is going to replace', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    writeFileSync(path, '1\n'.repeat(6000));
    const told: unknown[] = [];
    const logger = { debug() {}, info() {}, warn: (...given: unknown[]) => void told.push(given), error() {} };
    const { mtimeMs } = statSync(path);
    for (const append of [true, false]) {
      const sink = jsonlFile(path, { append, logger });
      await opened(sink);
      sink.destroy();
      await closed(sink);
    }
    assert.deepEqual(told, [
      [
        { event: 'replacing', path, bytes: 12_000, modified_at: Math.trunc(mtimeMs) },
        `${path} exists (12,000 bytes, changed ${new Date(mtimeMs).toISOString()}): the first records that come replace ` +
          'what it holds. With `append` they are added to it.',
      ],
    ]);
  });
});

describe('checkJsonlFile', () => {
  it('touches nothing', async (t) => {
    const folder = temporaryFolder(t);
    for (const [name, bytes] of Object.entries(YESTERDAY)) {
      for (const append of [false, true]) {
        const path = join(folder, name);
        writeFileSync(path, bytes);
        const { mtimeMs, ino } = statSync(path);
        for await (const found of checkJsonlFile(path, { append })) assert.notEqual(found.name, '');
        assert.deepEqual(readFileSync(path), bytes);
        assert.deepEqual([statSync(path).mtimeMs, statSync(path).ino], [mtimeMs, ino]);
      }
    }
  });
});

/** Waits until the file is open: a writable that is constructed calls back for nothing, too. */
async function opened(sink: ReturnType<typeof jsonlFile>): Promise<void> {
  while (sink.stats.bytes !== 0 || !isOpen(sink)) await new Promise(setImmediate);
}

function isOpen(sink: ReturnType<typeof jsonlFile>): boolean {
  return sink.report().files.length > 0;
}

/** A feed that brings nothing. */
function silent(): Readable {
  return new Readable({ objectMode: true, read() {} });
}

function failing(): Readable {
  return silent().destroy(new Error('no connection'));
}
