import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import type { Page } from '../../../lib/batch/page.js';
import type { FilePosition, SinkPosition } from '../../../lib/batch/sink-position.js';
import { SinkError } from '../../../lib/errors.js';
import { type JsonlFileWritable, jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import type { JsonlFileOptions } from '../../../lib/sink/file/jsonl-file-options.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { program } from '../../support/program.js';
import { noSmallDisk, smallDisk } from '../../support/small-disk.js';
import { until } from '../../support/until.js';
import { noZstd, readCutText, readText, temporaryFolder } from '../files.js';
import { lines, pagesOf, records } from '../pages.js';

const noDevFull = !existsSync('/dev/full') && 'there is no /dev/full';

describe('jsonlFile, when the system refuses,', () => {
  it('says that the disk is full, for a device that always is', {
    skip: !existsSync('/dev/full') && 'there is no /dev/full',
  }, async () => {
    const { error, sink } = await failure('/dev/full', records(3));
    assert.equal(
      error.message,
      'Cannot write to /dev/full: the disk is full (ENOSPC). No record of this run is stored. ' +
        'Free some space and run again with `append: true` to go on in the same file, or give a path on another disk.',
    );
    assert.equal(error.target, '/dev/full');
    assert.equal(error.recordsWritten, 0);
    assert.equal((error.cause as NodeJS.ErrnoException).code, 'ENOSPC');
    assert.deepEqual(sink.stats, { records: 0, pages: 0, bytes: 0 });
  });

  it('says that a part of the path is a file', async (t) => {
    const file = join(temporaryFolder(t), 'file');
    writeFileSync(file, '');
    for (const path of [join(file, 'out.jsonl'), join(file, 'folder', 'out.jsonl')]) {
      const { error } = await failure(path);
      assert.match(
        error.message,
        /^Cannot open \S+: a part of the path is a file and not a folder \(E\w+\)\. Nothing was/,
      );
    }
  });

  it('says that the path is a folder', async (t) => {
    const { error } = await failure(temporaryFolder(t));
    assert.match(error.message, /: it is a folder \(EISDIR\)\. Nothing was written\. Give the path of a file\.$/);
  });

  it('says that nobody can write to a socket', { skip: process.platform === 'win32' }, async (t) => {
    const path = join(temporaryFolder(t), 'socket');
    const server = createServer();
    server.listen(path);
    await once(server, 'listening');
    t.after(() => server.close());
    const { error } = await failure(path);
    assert.match(error.message, /: there is no device behind it \(ENXIO\)\. Nothing was written\./);
  });

  it('says that permission is denied', { skip: process.getuid?.() === 0 && 'root may write anywhere' }, async (t) => {
    const folder = join(temporaryFolder(t), 'closed');
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    const { error } = await failure(join(folder, 'out.jsonl'));
    assert.match(error.message, /: permission denied \(EACCES\)\. Nothing was written\. Give this user the right/);
  });

  it('tells of a page that could not be written when it was destroyed meanwhile', { skip: noDevFull }, async () => {
    for (const reason of [undefined, new Error('the run was aborted')]) {
      const sink = jsonlFile('/dev/full');
      const write = sink._write;
      sink._write = (...args) => {
        write.apply(sink, args);
        sink.destroy(reason);
      };
      sink.write(pagesOf(['1'])[0]);
      const error = await new Promise((resolve) => sink.once('error', resolve));
      if (reason === undefined) assert.ok(error instanceof SinkError);
      else assert.equal(error, reason);
    }
  });

  it('fails before anything arrives', async (t) => {
    const sink = jsonlFile(temporaryFolder(t));
    const [error] = await new Promise<[SinkError]>((resolve) =>
      sink.once('error', (...given) => resolve(given as never)),
    );
    assert.equal(error.code, 'ERR_SINK');
  });

  it('cuts a file that would grow beyond `ulimit -f` back to its last whole record', {
    skip: process.platform === 'win32' && 'Windows has no ulimit',
  }, async (t) => {
    for (const name of ['out.jsonl', 'out.jsonl.gz']) {
      const path = join(temporaryFolder(t), name);
      const task = JSON.stringify({ path, records: 60_000, size: 700 });
      const limit = name.endsWith('.gz') ? 64 : 512;
      const { stderr } = spawnSync('bash', ['-c', `ulimit -f ${limit} && exec "$@"`, 'bash', ...command(task)]);
      const said = stderr
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const error = said.find((facts) => 'message' in facts);
      assert.equal(error.code, 'EFBIG');
      assert.match(
        error.message,
        /: the file would grow beyond what the file system, or this process \(`ulimit -f`\), allows/,
      );
      assert.ok(error.recordsWritten > 0);
      assert.equal(
        name.endsWith('.gz') ? readCutText(path) : readText(path),
        lines(records(60_000, 500).slice(0, error.recordsWritten)),
      );
    }
  });
});

describe('jsonlFile, on a disk that runs full,', { skip: noSmallDisk() }, () => {
  const texts = Array.from({ length: 20_000 }, (_, n) => JSON.stringify({ n, noise: noise(n) }));

  for (const [what, options] of Object.entries<JsonlFileOptions>({ '': {}, ' with fsync': { fsync: 'page' } })) {
    it(`ends its file with the last whole record and counts it${what}`, async (t) => {
      const path = join(smallDisk(t, 1024), 'folder', 'out.jsonl');
      const { error, sink } = await failure(path, texts, options);
      assert.match(
        error.message,
        /: the disk is full \(ENOSPC\)\. \d+ records of this run are stored, each of them whole\. /,
      );
      assert.ok(error.recordsWritten > 5000);
      assert.notEqual(error.recordsWritten % 1000, 0);
      assert.equal(readText(path), lines(texts.slice(0, error.recordsWritten)));
      assert.equal(sink.stats.records, error.recordsWritten);
      assert.equal(sink.stats.bytes, readFileSync(path).length);
    });
  }

  it('keeps what an appended file held, when not one record more fits', async (t) => {
    const folder = smallDisk(t, 1024);
    const path = join(folder, 'out.jsonl');
    writeFileSync(path, 'torn');
    fill(folder);
    const { error } = await failure(path, [JSON.stringify('x'.repeat(1_100_000))], { append: true });
    assert.equal(error.recordsWritten, 0);
    assert.equal(readText(path), 'torn');
  });

  for (const [suffix, skip] of [
    ['gz', false],
    ['zst', noZstd],
  ] as const) {
    it(`ends a .${suffix} file with the last whole page, and with an ending`, { skip }, async (t) => {
      const path = join(smallDisk(t, 1024), `out.jsonl.${suffix}`);
      const { error, sink } = await failure(path, texts);
      assert.match(error.message, /are stored, each of them whole\. Free some space/);
      assert.ok(error.recordsWritten > 5000);
      assert.equal(error.recordsWritten % 1000, 0);
      assert.equal(readText(path), lines(texts.slice(0, error.recordsWritten)));
      assert.equal(sink.stats.bytes, readFileSync(path).length);
      assert.equal(sink.stats.pages, error.recordsWritten / 1000);
    });
  }

  it('leaves a file that can be appended to once there is space again', async (t) => {
    const folder = smallDisk(t, 1024);
    const path = join(folder, 'out.jsonl.gz');
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(500_000, 1));
    const { error } = await failure(path, texts);
    writeFileSync(join(folder, 'ballast'), '');
    await pipeline(Readable.from(pagesOf(['1'])), jsonlFile(path, { append: true }));
    assert.equal(readText(path), lines([...texts.slice(0, error.recordsWritten), '1']));
  });
});

describe('jsonlFile, while a disk is full,', { skip: noSmallDisk() }, () => {
  const texts = Array.from({ length: 20_000 }, (_, n) => JSON.stringify({ n, noise: noise(n) }));

  for (const name of ['out.jsonl', 'out.jsonl.gz']) {
    it(`waits with whole records, and goes on when there is room, with nothing lost and nothing twice: ${name}`, async (t) => {
      const folder = smallDisk(t, 2048);
      const path = join(folder, name);
      const ballast = join(folder, 'ballast');
      writeFileSync(ballast, Buffer.alloc(1_000_000, 1));
      const { clock, logger, events } = told();
      const sink = jsonlFile(path, { clock, logger, compression: 'auto' });
      const all = Readable.from(pagesOf([...texts, ...(name === 'out.jsonl' ? [] : texts)], 1000));
      let where: SinkPosition | undefined;
      const stored = pipeline(
        all,
        async function* (pages: AsyncIterable<Page>) {
          for await (const page of pages) {
            page.whenAcknowledged((position) => {
              where = position;
            });
            yield page;
          }
        },
        sink,
      );
      // Each time somebody makes a little room, it is used up.
      for (const size of [700_000, 300_000, 0]) {
        await until(() => events().at(-1) === 'disk_full');
        const read = name.endsWith('.gz') ? readCutText(path) : readText(path);
        assert.equal(read, lines([...texts, ...texts].slice(0, sink.stats.records)));
        truncateSync(ballast, size);
        if (size === 0) execFileSync('mount', ['-o', 'remount,size=1g', folder]);
        const before = sink.stats.records;
        await until(() => {
          void clock.advance(1_000);
          return sink.stats.records > before;
        });
      }
      await stored;
      assert.ok(events().includes('disk_has_room'));
      assert.equal(sink.stats.records, name === 'out.jsonl' ? 20_000 : 40_000);
      assert.equal(readText(path), lines(name === 'out.jsonl' ? texts : [...texts, ...texts]));
      // What is told of places and checksums is right, too.
      const [{ start, end, crc32: told32 }] = where!.files as [FilePosition];
      assert.equal(crc32(readFileSync(path).subarray(start, end)), told32);
    });
  }

  it('waits at the end of the run for as long as that may take, and then says why', async (t) => {
    const path = join(smallDisk(t, 1024), 'out.jsonl');
    const { clock, logger, events } = told();
    const sink = jsonlFile(path, { clock, logger });
    const failed = once(sink, 'error');
    sink.write(pagesOf(texts.slice(0, 1000), 1000)[0]);
    sink.write(pagesOf(texts.slice(1000), 19_000)[0]);
    sink.end();
    await until(() => events().includes('disk_full'));
    await until(() => {
      void clock.advance(1_000);
      return sink.closed;
    });
    const [error] = (await failed) as [SinkError];
    assert.match(error.message, /: the disk is full \(ENOSPC\)\. 1000 records of this run are stored/);
    assert.equal(readText(path), lines(texts.slice(0, 1000)));
  });
});

/** A clock, and what was told. */
function told() {
  const facts: { readonly event?: string }[] = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (fact: object) => void facts.push(fact) };
  return { clock: createFakeClock(), logger, events: () => facts.map(({ event }) => event) };
}

describe('jsonlFile, when its process is killed,', () => {
  for (const [suffix, skip] of [
    ['gz', false],
    ['zst', noZstd],
  ] as const) {
    it(`leaves a .${suffix} file that can be read up to the last page`, { skip }, async (t) => {
      const path = join(temporaryFolder(t), `out.jsonl.${suffix}`);
      const [node, ...args] = command(JSON.stringify({ path, records: 40_000, size: 100 }));
      const child = spawn(node as string, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      let stored = 0;
      for await (const line of createInterface(child.stderr)) {
        stored = (JSON.parse(line) as { records?: number }).records ?? stored;
        if (stored >= 1000) child.kill('SIGKILL');
      }
      const read = readCutText(path);
      assert.ok(stored >= 1000);
      assert.ok(read.split('\n').length - 1 >= stored);
      assert.ok(lines(records(40_000, 500)).startsWith(read.slice(0, read.lastIndexOf('\n') + 1)));
    });
  }
});

/** Writes records until it fails, and waits until the file is closed. */
async function failure(path: string, texts: readonly string[] = ['1'], options: JsonlFileOptions = {}) {
  const sink: JsonlFileWritable = jsonlFile(path, { onFull: 'fail', ...options });
  const closed = new Promise((resolve) => sink.once('close', resolve));
  const error = await pipeline(Readable.from(pagesOf(texts, 1000)), sink).then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  await closed;
  assert.ok(error instanceof SinkError, String(error));
  return { error, sink };
}

function fill(folder: string): void {
  try {
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(2 ** 21, 1));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}

function noise(n: number): string {
  return createHash('sha512').update(String(n)).digest('base64');
}

function command(task: string): string[] {
  return [process.execPath, ...program(join(import.meta.dirname, '../write-pages.ts')), task];
}
