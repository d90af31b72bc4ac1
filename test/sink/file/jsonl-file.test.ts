import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import zlib from 'node:zlib';
import { expectTypeOf } from 'expect-type';
import type { Page } from '../../../lib/batch/page.js';
import { ConfigError } from '../../../lib/errors.js';
import { type JsonlFileWritable, jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import type { JsonlFileOptions } from '../../../lib/sink/file/jsonl-file-options.js';
import { noZstd, readText, temporaryFolder } from '../files.js';
import { lines, pagesOf, records } from '../pages.js';

describe('jsonlFile', () => {
  it('empties a file that is there', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    writeFileSync(path, 'what was there\n'.repeat(100));
    await pipeline(Readable.from(pagesOf(['1'])), jsonlFile(path));
    assert.equal(readText(path), '1\n');
  });

  it('creates its file before anything arrives, and leaves it there when it is destroyed', async (t) => {
    const path = join(temporaryFolder(t), 'a/b/out.jsonl');
    const sink = jsonlFile(path);
    sink.destroy();
    await once(sink, 'close');
    assert.equal(existsSync(path), true);
  });

  it('closes its file when it ends, and when it is destroyed while it writes', async (t) => {
    if (process.platform !== 'linux') return t.skip('open files are listed by /proc, which only Linux has');
    const path = join(temporaryFolder(t), 'out.jsonl');
    for (const end of ['end', 'destroy'] as const) {
      const sink = jsonlFile(path);
      sink.write(pagesOf(records(10))[0]);
      sink[end]();
      await once(sink, 'close');
      assert.equal(openFiles().includes(path), false);
    }
  });

  it('has closed its file when `finish` is emitted', async (t) => {
    if (process.platform !== 'linux') return t.skip('open files are listed by /proc, which only Linux has');
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const sink = jsonlFile(path);
    sink.end(pagesOf(['1'])[0]);
    await once(sink, 'finish');
    assert.equal(openFiles().includes(path), false);
    assert.equal(readText(path), '1\n');
  });

  it('indents each record with `pretty`, and keeps the bytes of numbers, keys and strings', async (t) => {
    const path = join(temporaryFolder(t), 'out.json');
    const texts = ['{"b":1.10,"a":[9007199254740993,"\\u00e9"],"c":{}}', 'null'];
    await pipeline(Readable.from(pagesOf(texts)), jsonlFile(path, { pretty: true }));
    const record = '{\n  "b": 1.10,\n  "a": [\n    9007199254740993,\n    "\\u00e9"\n  ],\n  "c": {}\n}\nnull\n';
    assert.equal(readText(path), record);
  });

  it('counts bytes as they are in the file', async (t) => {
    for (const name of ['out.jsonl', 'out.jsonl.gz']) {
      const path = join(temporaryFolder(t), name);
      const sink = jsonlFile(path);
      await pipeline(Readable.from(pagesOf(records(50))), sink);
      assert.deepEqual(sink.stats, { records: 50, pages: 17, bytes: readFileSync(path).length });
    }
  });

  it('goes by the suffix with `auto`, and by `compression` otherwise', async (t) => {
    const folder = temporaryFolder(t);
    const firstBytes = async (name: string, compression?: 'none' | 'gzip' | 'auto'): Promise<string> => {
      await pipeline(Readable.from(pagesOf(['1'])), jsonlFile(join(folder, name), { compression }));
      return readFileSync(join(folder, name)).toString('latin1', 0, 2);
    };
    assert.equal(await firstBytes('a.jsonl.gz'), '\x1f\x8b');
    assert.equal(await firstBytes('A.GZ', 'auto'), '\x1f\x8b');
    assert.equal(await firstBytes('b.jsonl'), '1\n');
    assert.equal(await firstBytes('c.gz', 'none'), '1\n');
    assert.equal(await firstBytes('d.jsonl', 'gzip'), '\x1f\x8b');
  });

  for (const [suffix, least, most, skip] of [
    ['gz', 1, 9, false],
    ['zst', 1, 19, noZstd],
  ] as const) {
    it(`makes smaller .${suffix} files of a higher level`, { skip }, async (t) => {
      const folder = temporaryFolder(t);
      const [low, high] = await Promise.all(
        [least, most].map(async (compressionLevel) => {
          const path = join(folder, `${compressionLevel}.jsonl.${suffix}`);
          await pipeline(Readable.from(pagesOf(records(3000, 200), 1000)), jsonlFile(path, { compressionLevel }));
          assert.equal(readText(path), lines(records(3000, 200)));
          return readFileSync(path).length;
        }),
      );
      assert.ok(high! < low!, `${high} bytes at ${most}, ${low} at ${least}`);
    });
  }

  it('writes gzip that gzip finds nothing wrong with, for any number of pages', async (t) => {
    const folder = temporaryFolder(t);
    for (const count of [0, 1, 3000]) {
      const path = join(folder, `${count}.gz`);
      await pipeline(Readable.from(pagesOf(records(count, 200), 1000)), jsonlFile(path));
      assert.equal(execFileSync('gzip', ['-dc', path]).toString(), lines(records(count, 200)));
    }
  });

  it('has each page readable in the gzip file before the next one is written', async (t) => {
    const path = join(temporaryFolder(t), 'out.gz');
    const sink = jsonlFile(path);
    const texts = records(9);
    for (const [index, page] of pagesOf(texts, 3).entries()) {
      sink.write(page);
      await once(sink, 'drain');
      const read = zlib.gunzipSync(readFileSync(path), { finishFlush: zlib.constants.Z_SYNC_FLUSH });
      assert.equal(read.toString(), lines(texts.slice(0, 3 * (index + 1))));
    }
    sink.end();
    await once(sink, 'close');
  });

  it('names the Node that has zstd, where this one has not', (t) => {
    if (noZstd === false) return t.skip('this Node has zstd');
    assert.throws(() => jsonlFile('never-made.jsonl.zst'), {
      code: 'ERR_CONFIG',
      message: /^jsonlFile\.compression: Node \S+ has no zstd; Node 22\.15, .* have it\. gzip works here: /,
    });
  });

  const wrong: readonly (readonly [string, unknown, unknown, RegExp])[] = [
    ['an empty path', '', {}, /^jsonlFile\.path: Expected the path of a file, .*, got ""\.$/],
    ['a path with a NUL', 'a\0b', {}, /^jsonlFile\.path: Expected/],
    ['a path that is no string', 1, {}, /^jsonlFile\.path: Expected the path of a file, .*, got 1\.$/],
    ['an unknown option', 'a', { apend: true }, /^jsonlFile\.apend: .*Did you mean `append`\?$/],
    ['a wrong compression', 'a', { compression: 'zip' }, /compression: Expected one of .*'gzip'.*"zip"/],
    ['a level without compression', 'a', { compressionLevel: 1 }, /compressionLevel: There is nothing to compress/],
    ['a level that gzip has not', 'a.gz', { compressionLevel: 10 }, /compressionLevel: gzip has levels from 1 to 9/],
    [
      'a level that nobody has',
      'a.gz',
      { compressionLevel: 20 },
      /compressionLevel: Expected a whole number from 1 to 19/,
    ],
    ['a wrong fsync', 'a', { fsync: true }, /fsync: Expected one of .*'never'.*, got true\.$/],
    ['a wrong flag', 'a', { append: 'yes' }, /append: Expected true or false, got "yes"\.$/],
    ['options that are none', 'a', null, /^jsonlFile: Expected an object of options, got null\.$/],
  ];
  for (const [what, path, options, message] of wrong) {
    it(`refuses ${what} at once, and creates nothing`, () => {
      const call = () => jsonlFile(path as string, options as JsonlFileOptions);
      assert.throws(call, (error) => error instanceof ConfigError && message.test(error.message));
      assert.equal(existsSync('a'), false);
    });
  }

  it('takes an explicit `undefined` for the default', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    const options = { append: undefined, pretty: undefined, compression: undefined, fsync: undefined };
    await pipeline(Readable.from(pagesOf(['1'])), jsonlFile(path, options));
    assert.equal(readText(path), '1\n');
  });

  it('is a Writable with a path and stats', () => {
    expectTypeOf(jsonlFile).returns.toEqualTypeOf<JsonlFileWritable>();
    expectTypeOf<JsonlFileWritable['path']>().toEqualTypeOf<string>();
    // @ts-expect-error
    assert.throws(() => jsonlFile('a', { apend: true }));
    // @ts-expect-error
    assert.throws(() => jsonlFile('a', { compression: 'zip' }));
    expectTypeOf<Page>().toEqualTypeOf<Parameters<JsonlFileWritable['_write']>[0]>();
  });
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
}
