import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SinkError } from '../../lib/errors.js';
import { jsonlFile } from '../../lib/sink/jsonl-file.js';
import { noZstd, noZstdCommand, readText, temporaryFolder } from './files.js';
import { lines, pagesOf, records } from './pages.js';

describe('jsonlFile with append', () => {
  it('goes on behind what the file holds', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    writeFileSync(path, 'before\n');
    const sink = await add(path, ['1', '2']);
    assert.equal(readText(path), 'before\n1\n2\n');
    assert.deepEqual(sink.stats, { records: 2, pages: 1, bytes: 4 });
  });

  it('begins a new line behind one that was cut off', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    writeFileSync(path, '{"n":1}\n{"n":');
    await add(path, ['1', '2']);
    assert.equal(readText(path), '{"n":1}\n{"n":\n1\n2\n');
  });

  it('leaves the file as it is when there are no pages', async (t) => {
    for (const [name, bytes] of [
      ['out.jsonl', Buffer.from('{"n":')],
      ['out.jsonl.gz', gzipSync('before\n')],
    ] as const) {
      const path = join(temporaryFolder(t), name);
      writeFileSync(path, bytes);
      await add(path, []);
      assert.deepEqual(readFileSync(path), bytes);
    }
  });

  it('adds a member to a gzip file', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const texts = records(30);
    for (const part of [texts.slice(0, 10), texts.slice(10, 20), texts.slice(20)]) await add(path, part);
    assert.equal(readText(path), lines(texts));
    assert.equal(execFileSync('gzip', ['-dc', path]).toString(), lines(texts));
  });

  it('refuses a gzip file that was cut off, and leaves it as it is', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    await add(path, records(100));
    const whole = readFileSync(path);
    for (const length of [whole.length - 1, whole.length - 10, whole.length >> 1, 5]) {
      writeFileSync(path, whole.subarray(0, length));
      await assert.rejects(add(path, ['1']), isCutOff);
      assert.deepEqual(readFileSync(path), whole.subarray(0, length));
    }
    writeFileSync(path, 'no gzip at all\n');
    await assert.rejects(add(path, ['1']), isCutOff);
  });

  it('adds a frame to a zstd file', { skip: noZstd || noZstdCommand }, async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.zst');
    const texts = records(3000);
    for (const part of [texts.slice(0, 1000), texts.slice(1000, 2000), texts.slice(2000)]) await add(path, part);
    assert.equal(execFileSync('zstd', ['-dc', path]).toString(), lines(texts));
  });

  it('adds to a zstd file of the zstd command', { skip: noZstd || noZstdCommand }, async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'long.jsonl'), lines(records(20_000, 200)));
    writeFileSync(join(folder, 'same.jsonl'), 'a'.repeat(500_000));
    writeFileSync(join(folder, 'empty.jsonl'), '');
    for (const name of ['long', 'same', 'empty']) {
      for (const flags of [[], ['--no-check'], ['-19']]) {
        const path = join(folder, `${name}.jsonl.zst`);
        execFileSync('zstd', ['-q', '-f', ...flags, join(folder, `${name}.jsonl`), '-o', path]);
        // A skippable frame, as some writers put in front or behind.
        appendFileSync(path, Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]));
        const before = execFileSync('zstd', ['-dc', path], BIG).toString();
        await add(path, ['1']);
        assert.equal(execFileSync('zstd', ['-dc', path], BIG).toString(), `${before}1\n`);
      }
    }
  });

  it('refuses a zstd file that was cut off', { skip: noZstd }, async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.zst');
    await add(path, records(1000));
    for (let length = readFileSync(path).length - 1; length > 0; length = length < 20 ? length - 1 : length >> 1) {
      truncateSync(path, length);
      await assert.rejects(add(path, ['1']), isCutOff);
    }
  });
});

async function add(path: string, texts: readonly string[]) {
  const sink = jsonlFile(path, { append: true });
  await pipeline(Readable.from(pagesOf(texts, 1000)), sink);
  return sink;
}

function isCutOff(error: unknown): boolean {
  assert.ok(error instanceof SinkError);
  assert.match(
    error.message,
    /^Cannot open \S+: it does not end with a whole compressed member.* Nothing was written\. /,
  );
  return true;
}

const BIG = { maxBuffer: 64 * 1024 * 1024 };
