import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import zlib, { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Logger } from '../../../lib/internal/logger.js';
import { zstdFrameWalk } from '../../../lib/internal/zstd.js';
import { jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import type { JsonlFileOptions } from '../../../lib/sink/file/jsonl-file-options.js';
import { WATCHDOG } from '../../support/watchdog.js';
import { noZstd, noZstdCommand, readText, temporaryFolder } from '../files.js';
import { lines, pagesOf, records } from '../pages.js';

describe('jsonlFile with append', () => {
  it('goes on behind what the file holds', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    writeFileSync(path, 'before\n');
    const { sink, told } = await add(path, ['1', '2']);
    assert.equal(readText(path), 'before\n1\n2\n');
    assert.deepEqual(sink.stats, { records: 2, pages: 1, bytes: 4 });
    assert.deepEqual(told, []);
  });

  it('adds a member to a gzip file', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const texts = records(30);
    for (const part of [texts.slice(0, 10), texts.slice(10, 20), texts.slice(20)]) {
      const { told } = await add(path, part);
      assert.deepEqual(told, []);
    }
    assert.equal(readText(path), lines(texts));
    assert.equal(execFileSync('gzip', ['-dc', path]).toString(), lines(texts));
  });

  it('begins a new line behind a gzip file whose text has no line feed at its end', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    writeFileSync(path, gzipSync('{"n":0}'));
    const { told } = await add(path, ['1']);
    assert.deepEqual(told, []);
    assert.equal(readText(path), '{"n":0}\n1\n');
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
});

describe('jsonlFile with append, to a file whose end is torn,', () => {
  /** [what, how the file ends, what stays of it, what is in FILE.torn] */
  const ends: readonly (readonly [string, string | Buffer, string, string | undefined])[] = [
    ['cuts off a part of a record', '{"n":', '', '{"n":'],
    ['cuts off a part of a string', '{"a":"b', '', '{"a":"b'],
    ['keeps a whole record that lacks its line feed, and finishes it', '{"n":2}', '{"n":2}\n', undefined],
    ['keeps a whole string', '"text"', '"text"\n', undefined],
    ['cuts off a number, of which digits may be missing', '123', '', '123'],
    [
      'cuts off half a character',
      Buffer.from('"é"').subarray(0, 2),
      '',
      Buffer.from('"é"').subarray(0, 2).toString('latin1'),
    ],
    ['takes away zeros that a power failure left', '\0'.repeat(5000), '', undefined],
    ['takes away zeros behind a whole record', `{"n":2}${'\0'.repeat(300_000)}`, '{"n":2}\n', undefined],
    ['takes away zeros behind a line', `{"n":2}\n${'\0'.repeat(9)}`, '{"n":2}\n', undefined],
    ['takes away zeros inside a record', `{"n":2,${'\0'.repeat(4096)}`, '', '{"n":2,'],
    ['cuts off what is no JSON', 'not json', '', 'not json'],
    [
      'finds a line that is longer than it reads at once',
      `{"a":"${'x'.repeat(700_000)}`,
      '',
      `{"a":"${'x'.repeat(700_000)}`,
    ],
    [
      'keeps a whole record of that length',
      `{"a":"${'x'.repeat(700_000)}"}`,
      `{"a":"${'x'.repeat(700_000)}"}\n`,
      undefined,
    ],
  ];
  for (const [what, end, kept, torn] of ends) {
    for (const before of ['{"n":1}\n', '']) {
      it(`${what}${before === '' ? ', of the first line, too' : ''}`, async (t) => {
        const path = join(temporaryFolder(t), 'out.jsonl');
        writeFileSync(path, Buffer.concat([Buffer.from(before), Buffer.from(end)]));
        const size = readFileSync(path).length;
        const { told } = await add(path, ['3']);
        assert.equal(readText(path), `${before}${kept}3\n`);
        assert.equal(existsSync(`${path}.torn`), torn !== undefined);
        if (torn !== undefined) assert.equal(readFileSync(`${path}.torn`, 'latin1'), `${torn}\n`);
        const cut = size - Buffer.byteLength(`${before}${kept.slice(0, -1)}`);
        const isCut = torn !== undefined || String(end).includes('\0');
        assert.equal(told.length, isCut ? 1 : 0);
        if (!isCut) return;
        const facts = told[0]![0] as Record<string, unknown>;
        assert.equal(facts['event'], 'file_mended');
        assert.equal(facts['torn_bytes'], torn?.length ?? 0);
        assert.equal(facts['torn_path'], torn === undefined ? null : `${path}.torn`);
        assert.ok(Number(facts['cut_bytes']) <= cut);
      });
    }
  }

  it('adds what it cuts to what it cut before', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    for (const end of ['{"a":', '{"b":']) {
      appendFileSync(path, end);
      await add(path, ['1']);
    }
    assert.equal(readText(path), '1\n1\n');
    assert.equal(readFileSync(`${path}.torn`, 'utf8'), '{"a":\n{"b":\n');
  });

  it('cuts a torn record off a pretty file, over all its lines, and keeps whole ones', async (t) => {
    const path = join(temporaryFolder(t), 'out.json');
    const one = '{\n  "a": [\n    1,\n    {}\n  ]\n}\n';
    for (const [end, kept] of [
      ['{\n  "a": [\n    1,\n', ''],
      ['{\n  "a": [\n    1\n  ]\n', ''],
      ['[\n  [\n', ''],
      ['{\n\t"a": [\n\t\t1,\n', ''],
      ['{\r\n  "a":\r\n\r\n  1,\r\n', ''],
      [one, one],
      [one.slice(0, -1), one],
      ['null\n', 'null\n'],
      ['12\n', '12\n'],
      ['12', ''],
    ] as const) {
      writeFileSync(path, one + end);
      await add(path, ['{}'], { pretty: true });
      assert.equal(readText(path), `${one}${kept}{}\n`, JSON.stringify(end));
    }
  });

  it('loses no whole record wherever a file of lines is cut', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    const texts = ['{"é":"ü"}', '"a"', '[1,[2]]', 'null', '{"x":{"y":"\\u00e9"}}'];
    const whole = Buffer.from(lines(texts));
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      await add(path, ['0']);
      // A record whose last byte is there is whole.
      const kept = texts.filter((_, n) => Buffer.byteLength(lines(texts.slice(0, n + 1))) - 1 <= length);
      assert.equal(readText(path), lines([...kept, '0']), `cut at ${length}`);
    }
  });
});

describe('jsonlFile with append, to a gzip file that was cut off,', () => {
  it('keeps every whole record that can be decoded, wherever it is cut', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const first = records(20);
    const second = records(40).slice(20);
    await add(path, first, {}, 5);
    const memberAt = readFileSync(path).length;
    await add(path, second, {}, 5);
    const whole = readFileSync(path);
    for (let length = 1; length < whole.length; length += length < memberAt ? 37 : 7) {
      writeFileSync(path, whole.subarray(0, length));
      const decodable = decoded(withoutZeros(whole.subarray(0, length)));
      const { told } = await add(path, ['"new"']);
      const text = execFileSync('gzip', ['-dc', path]).toString();
      assert.equal(readText(path), text);
      const kept = decodable.slice(0, decodable.lastIndexOf('\n') + 1);
      assert.ok(text.startsWith(kept) && text.endsWith('"new"\n'), `cut at ${length}`);
      const extra = text.slice(kept.length, -'"new"\n'.length);
      assert.ok(extra === '' || extra === `${decodable.slice(kept.length)}\n`, `cut at ${length}`);
      assert.equal(told.length, length === memberAt ? 0 : 1);
    }
  });

  it('tells what it did, and takes nothing away of a member that lacks no more than its ending', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    await add(path, records(1));
    const whole = readFileSync(path);
    const sentences: string[] = [];
    for (const length of [whole.length - 10, whole.length - 1, whole.length - 12]) {
      writeFileSync(path, whole.subarray(0, length));
      sentences.push(...(await add(path, ['1'])).told.map(([, sentence]) => sentence.replaceAll(path, 'FILE')));
    }
    const begin = 'FILE was cut off in the middle by what wrote to it before: ';
    assert.deepEqual(sentences, [
      `${begin}it has got its ending now.`,
      `${begin}its end (7 bytes) was taken away.`,
      `${begin}its end (${whole.length - 12} bytes) was taken away. It held 1 record that could be read: written anew.`,
    ]);
  });

  it('goes on when it is cut again and again, as a service does that is killed', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const texts = records(400, 200);
    let before = '';
    for (let n = 0; n < 8; n++) {
      await add(path, texts.slice(50 * n, 50 * (n + 1)), {}, 10);
      truncateSync(path, readFileSync(path).length - 3 - 11 * n);
      const text = decoded(withoutZeros(readFileSync(path)));
      assert.ok(text.startsWith(before));
      before = text.slice(0, text.lastIndexOf('\n') + 1);
    }
    await add(path, ['"end"']);
    assert.ok(execFileSync('gzip', ['-dc', path]).toString().startsWith(before));
  });

  it('mends what another program began, too', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const texts = records(2000);
    writeFileSync(join(path, '..', 'plain'), lines(texts));
    const whole = execFileSync('gzip', ['-c', join(path, '..', 'plain')]);
    writeFileSync(path, whole.subarray(0, whole.length - 200));
    const decodable = decoded(readFileSync(path));
    const { told } = await add(path, ['1']);
    assert.equal(readText(path), `${decodable.slice(0, decodable.lastIndexOf('\n') + 1)}1\n`);
    assert.equal((told[0]![0] as { rewritten: number }).rewritten, decodable.split('\n').length - 1);
    assert.equal(readFileSync(`${path}.torn`, 'utf8'), `${decodable.slice(decodable.lastIndexOf('\n') + 1)}\n`);
  });

  it('takes away zeros that a power failure left', async (t) => {
    for (const cut of [0, 1, 9, 60]) {
      const path = join(temporaryFolder(t), 'out.jsonl.gz');
      await add(path, records(50), {}, 10);
      const whole = readFileSync(path);
      const decodable = decoded(withoutZeros(whole.subarray(0, whole.length - cut)));
      writeFileSync(path, Buffer.concat([whole.subarray(0, whole.length - cut), Buffer.alloc(200_000)]));
      await add(path, ['1']);
      assert.equal(
        execFileSync('gzip', ['-dc', path]).toString(),
        `${decodable.slice(0, decodable.lastIndexOf('\n') + 1)}1\n`,
      );
    }
  });

  it('makes no records of zeros, wherever they begin', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const texts = records(50);
    await add(path, texts, {}, 10);
    const whole = readFileSync(path);
    for (let length = 1; length < whole.length; length += 5) {
      for (const zeros of [1, 20, 5000]) {
        writeFileSync(path, Buffer.concat([whole.subarray(0, length), Buffer.alloc(zeros)]));
        await add(path, ['"new"']);
        const text = readText(path).slice(0, -'"new"\n'.length);
        assert.ok(lines(texts).startsWith(text), `${zeros} zeros from ${length}`);
      }
    }
  });

  it('sets aside what a few zeros stood for, which may have been data, and nothing that many stood for', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const whole = gzipSync(lines(records(50)));
    let differ = 0;
    for (let length = 60; length < 90; length++) {
      const trusted = decoded(withoutZeros(whole.subarray(0, length)));
      const torn: string[] = [];
      for (const zeros of [63, 64]) {
        writeFileSync(path, Buffer.concat([whole.subarray(0, length), Buffer.alloc(zeros)]));
        await add(path, ['1']);
        torn.push(existsSync(`${path}.torn`) ? readFileSync(`${path}.torn`, 'latin1').slice(0, -1) : '');
        rmSync(`${path}.torn`, { force: true });
      }
      assert.equal(torn[1], trusted.slice(trusted.lastIndexOf('\n') + 1), `cut at ${length}`);
      assert.ok(torn[0]!.startsWith(torn[1]!), `cut at ${length}`);
      if (torn[0] !== torn[1]) differ += 1;
    }
    assert.notEqual(differ, 0);
  });

  it('sets aside what it cannot mend, overwrites nothing, tells it and goes on with a new file', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const garbage = [
      Buffer.from('no gzip at all\n'),
      Buffer.concat([gzipSync('1\n'), Buffer.from('and more')]),
      damaged(gzipSync(lines(records(500)))),
      Buffer.concat([gzipSync(lines(records(50))).subarray(0, 80), gzipSync('2\n')]),
    ];
    for (const [n, bytes] of garbage.entries()) {
      writeFileSync(path, bytes);
      const { told } = await add(path, ['1']);
      const name = n === 0 ? `${path}.bad` : `${path}.bad.${n}`;
      assert.deepEqual(readFileSync(name), bytes);
      assert.equal(readText(path), '1\n');
      const { event, name: told0 } = told[0]![0] as { event: string; name: string };
      assert.deepEqual([told.length, event, told0], [1, 'file_set_aside', name]);
      assert.match(told[0]![1], /cannot be added to, since .*: it is \S+ now, and a new file is begun\.$/);
    }
  });

  it('sets aside what a symbolic link leads to, and keeps the link', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'real.gz'), 'no gzip\n');
    symlinkSync('real.gz', join(folder, 'link.gz'));
    await add(join(folder, 'link.gz'), ['1']);
    assert.deepEqual(readdirSync(folder).toSorted(), ['link.gz', 'real.gz', 'real.gz.bad']);
    assert.equal(readText(join(folder, 'real.gz')), '1\n');
  });

  it('decodes no more than it can hold, and sets the file aside then', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const bytes = gzipSync('x'.repeat(70 * 1024 * 1024));
    writeFileSync(path, bytes.subarray(0, bytes.length - 20));
    const { told } = await add(path, ['1']);
    assert.equal((told[0]![0] as { event: string }).event, 'file_set_aside');
    assert.equal(readText(path), '1\n');
  });
});

describe('jsonlFile with append, to a zstd file that was cut off,', { skip: noZstd || noZstdCommand }, () => {
  it('keeps every whole page, wherever it is cut', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.zst');
    await add(path, records(20), {}, 5);
    const memberAt = readFileSync(path).length;
    await add(path, records(40).slice(20), {}, 5);
    const whole = readFileSync(path);
    for (let length = 1; length < whole.length; length += length < memberAt ? 211 : 23) {
      for (const zeros of [0, 5000]) {
        writeFileSync(path, Buffer.concat([whole.subarray(0, length), Buffer.alloc(zeros)]));
        await add(path, ['"new"']);
        const text = execFileSync('zstd', ['-dc', path], BIG).toString();
        assert.ok(text.endsWith('"new"\n'));
        assert.ok(lines(records(40)).startsWith(text.slice(0, -'"new"\n'.length)), `cut at ${length}`);
        if (length > memberAt) assert.ok(text.startsWith(lines(records(20))), `cut at ${length}`);
      }
    }
    assert.equal(existsSync(`${path}.bad`), false);
  });

  it('takes zeros that a power failure left for no part of a frame: neither of its magic nor of a block', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.zst');
    await add(path, records(20), {}, 5);
    const begin = readFileSync(path).length;
    await add(path, records(40).slice(20), {}, 5);
    const whole = readFileSync(path);
    const [first, ...pageEnds] = blocksOf(whole, begin);
    assert.equal(pageEnds.length, 4);
    for (const length of [begin + 1, begin + 2, begin + 3, begin + 4, first!, ...pageEnds.map((end) => end - 1)]) {
      writeFileSync(path, Buffer.concat([whole.subarray(0, length), Buffer.alloc(100)]));
      await add(path, ['"new"']);
      const pages = pageEnds.filter((end) => end <= length || (end === length + 1 && whole[length] === 0)).length;
      const expected = lines([...records(20 + 5 * pages), '"new"']);
      assert.equal(execFileSync('zstd', ['-dc', path]).toString(), expected, `cut at ${length}`);
    }
    assert.equal(existsSync(`${path}.bad`), false);
  });

  it('sets aside what another program began', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.zst');
    writeFileSync(join(path, '..', 'plain'), lines(records(2000)));
    const whole = execFileSync('zstd', ['-qc', join(path, '..', 'plain')]);
    const cut = whole.subarray(0, whole.length - 200);
    writeFileSync(path, cut);
    await add(path, ['1']);
    assert.deepEqual(readFileSync(`${path}.bad`), cut);
    assert.equal(execFileSync('zstd', ['-dc', path]).toString(), '1\n');
  });
});

describe('jsonlFile with append, to any bytes,', () => {
  for (const name of ['out.jsonl', 'out.jsonl.gz']) {
    it(`never fails on ${name}, and what it writes can be read`, async (t) => {
      const path = join(temporaryFolder(t), name);
      const whole = gzipSync('{"n":1}\n[2]\n');
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
        fc
          .tuple(fc.nat(whole.length), fc.uint8Array({ maxLength: 4 }))
          .map(([length, more]) => Buffer.concat([whole.subarray(0, length), more])),
      );
      await fc.assert(
        fc.asyncProperty(bytes, async (given) => {
          writeFileSync(path, given);
          await add(path, ['"new"']);
          assert.ok(readText(path).endsWith('"new"\n'));
        }),
        { ...WATCHDOG, numRuns: 60 },
      );
    });
  }
});

async function add(path: string, texts: readonly string[], options: JsonlFileOptions = {}, size = 1000) {
  const told: (readonly [facts: object, message: string])[] = [];
  const logger: Logger = { debug() {}, info() {}, warn: (...given) => void told.push(given), error() {} };
  const sink = jsonlFile(path, { append: true, logger, ...options });
  await pipeline(Readable.from(pagesOf(texts, size)), sink);
  return { sink, told };
}

/** All that can be decoded of gzip members that were cut off. */
function decoded(bytes: Buffer): string {
  return bytes.length < 11 ? '' : zlib.gunzipSync(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString();
}

/** Where the blocks of a zstd frame begin, each behind the one before. */
function blocksOf(bytes: Buffer, at: number): number[] {
  const begins: number[] = [];
  const walk = zstdFrameWalk(at);
  for (let step = walk.next(); step.done !== true; ) {
    const [from, length] = step.value;
    if (from > at) begins.push(from);
    step = walk.next(bytes.subarray(from, from + length));
  }
  return begins;
}

/** What is zero at the end may have been left by a power failure, and is not trusted. */
function withoutZeros(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, copy.length >> 1, (copy.length >> 1) + 40);
  return copy;
}

const BIG = { maxBuffer: 64 * 1024 * 1024 };
