import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { createFeedServer, type ReadFramesOptions, readFrames } from '../../lib/testing/index.js';
import { PATH_FORMS } from '../support/path-forms.js';
import { WATCHDOG } from '../support/watchdog.js';
import { messagesOf } from '../testing/plain-client.js';

const { gzipSync } = zlib;
/** Not in the types of Node 20. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Buffer };

describe('readFrames', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spillway-frames-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function frames(name: string, content: string | Buffer, options?: ReadFramesOptions): Promise<string[]> {
    const path = join(folder, name);
    await writeFile(path, content);
    const texts: string[] = [];
    for await (const frame of readFrames(path, options)) {
      assert.ok(Buffer.isBuffer(frame));
      texts.push(frame.toString());
    }
    return texts;
  }

  it('reads lines as they stand, without empty ones, with or without a last line feed', async () => {
    assert.deepEqual(await frames('a.jsonl', '{"a": 1.10}\r\n\n["é"]\n'), ['{"a": 1.10}', '["é"]']);
    assert.deepEqual(await frames('b.ndjson', '1\n2'), ['1', '2']);
    assert.deepEqual(await frames('c.jsonl', ''), []);
    for (const text of ['1', '12', '123', '1234', '12345']) assert.deepEqual(await frames('short.jsonl', text), [text]);
  });

  it('inflates what ends in .gz', async () => {
    assert.deepEqual(await frames('a.jsonl.gz', gzipSync('{"a":1}\n{"b":2}\n')), ['{"a":1}', '{"b":2}']);
    assert.deepEqual(await frames('a.json.gz', gzipSync('[1,{"b":2}]')), ['1', '{"b":2}']);
  });

  it('names the line that is not JSON, after the frames before it, and serves it when check is off', async () => {
    await assert.rejects(frames('bad.jsonl', '1\n\nnope\n'), {
      code: 'ERR_INPUT',
      message: /bad\.jsonl:3: The line is not JSON/,
    });
    assert.deepEqual(await frames('bad.jsonl', '1\n\nnope\n', { check: false }), ['1', 'nope']);
  });

  it('reads the elements of an array, at the top or inside, with their digits and in their order of keys', async () => {
    const array = '[ {"b":1.10,"a":[{},[],"\\u0041",null,true,false]} , 12345678901234567890, "s" ]';
    const expected = ['{"b":1.10,"a":[{},[],"A",null,true,false]}', '12345678901234567890', '"s"'];
    assert.deepEqual(await frames('d.json', array), expected);
    assert.deepEqual(
      await frames('e.json', `{"x":[1],"data":{"trades":${array}},"y":2}`, { recordsPath: 'data.trades' }),
      expected,
    );
    assert.deepEqual(await frames('f.txt', array, { format: 'document' }), expected);
    assert.deepEqual(await frames('g.json', '[]'), []);
    assert.deepEqual(await frames('h.json', '{"a":[1],"a":[2]}', { recordsPath: 'a' }), ['1']);
  });

  for (const { path, record } of PATH_FORMS) {
    it(`finds the array at ${path}`, async () => {
      assert.deepEqual(await frames('p.json', record([7, { n: 1 }]), { recordsPath: path }), ['7', '{"n":1}']);
    });
  }

  it('refuses a path that cannot be read before it opens the file', () => {
    assert.throws(() => readFrames('none.json', { recordsPath: 'a.*' }), {
      code: 'ERR_CONFIG',
      message:
        /^readFrames\.recordsPath: The path "a\.\*" cannot be read from character 2 on: a path leads to one value/,
    });
  });

  it('gives back any array of JSON values, element by element', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.boolean(), async (values, isIndented) => {
        const text = JSON.stringify({ r: values }, undefined, isIndented ? 2 : undefined);
        assert.deepEqual(
          await frames('any.json', text, { recordsPath: 'r' }),
          values.map((value) => JSON.stringify(value)),
        );
      }),
      { ...WATCHDOG, numRuns: 50 },
    );
  });

  const faults: [content: string, options: ReadFramesOptions, message: RegExp][] = [
    ['[1,\n2,\nx]', {}, /fault\.json:3:1: The document is not JSON: expected a value/],
    ['[1,\n2', {}, /The array ends in the middle, after 1 whole element/],
    ['{"a":[1', { recordsPath: 'a' }, /The array ends in the middle/],
    ['', {}, /The document ends before its array begins/],
    ['[1] 2', {}, /fault\.json:1:5: The document is not JSON/],
    ['{"a":[1]}', {}, /The document is no array\. Name the array's place with `recordsPath`\./],
    ['{"a":"b"}', { recordsPath: 'a' }, /What stands at a is no array/],
    ['{"a":[1]}', { recordsPath: 'b' }, /There is nothing at b/],
  ];
  for (const [content, options, message] of faults) {
    it(`says what is wrong with the document ${JSON.stringify(content)}`, async () => {
      await assert.rejects(frames('fault.json', content, options), { code: 'ERR_INPUT', message });
    });
  }

  it('says that a file is not there', async () => {
    const none = readFrames(join(folder, 'none.jsonl'))[Symbol.asyncIterator]();
    await assert.rejects(none.next(), {
      code: 'ERR_INPUT',
      reason: 'unreadable',
      message: /none\.jsonl: The file cannot be read \(ENOENT\)/,
    });
  });

  const many = Array.from({ length: 5_000 }, (_, n) => `{"n":${n},"x":"${(n * 7919) % 10_007}"}`);
  const lines = many.map((line) => `${line}\n`).join('');
  const packed = gzipSync(lines);
  const spoilt = Buffer.from(packed).fill(0xff, packed.length >> 1, (packed.length >> 1) + 64);
  const array = `[${many.join(',')}]`;
  const otherSum = Buffer.from(packed);
  otherSum[packed.length - 8]! ^= 1;
  const CUT_OFF = { reason: 'torn', message: /: It is cut off: it ends in the middle of what is compressed\.$/ };
  const UTF_16 = {
    reason: 'invalid',
    message: /: It is UTF-16 text\. Make it UTF-8 first: iconv -f UTF-16 -t UTF-8\.$/,
  };
  /** Files that end badly: how many of the lines are whole, and why there are no more. `undefined`: some of them. */
  const ends: readonly [
    what: string,
    name: string,
    content: string | Buffer,
    whole: number | undefined,
    ending: object,
  ][] = [
    ['a torn last line', 'e.jsonl', lines.slice(0, -5), 4_999, { reason: 'torn', line: 5_000 }],
    [
      'half a character at the end',
      'e.jsonl',
      Buffer.concat([Buffer.from(lines), Buffer.from('"é').subarray(0, 2)]),
      5_000,
      { reason: 'torn', line: 5_001 },
    ],
    ['zeros at the end', 'e.jsonl', `${lines}${'\0'.repeat(4_096)}`, 5_000, { reason: 'torn', line: 5_001 }],
    ['zeros in the middle', 'e.jsonl', `${many[0]}\n\0\0\n${many[1]}\n`, 1, { reason: 'invalid', line: 2 }],
    ['a line that is no JSON', 'e.jsonl', `${lines}{"n":\n${lines}`, 5_000, { reason: 'invalid', line: 5_001 }],
    ['UTF-16', 'e.jsonl', Buffer.from(`\ufeff${lines}`, 'utf16le'), 0, UTF_16],
    ['UTF-16 without a mark', 'e.jsonl', Buffer.from(lines, 'utf16le'), 0, UTF_16],
    ['UTF-16, big end first', 'e.jsonl', Buffer.from(`\ufeff${lines}`, 'utf16le').swap16(), 0, UTF_16],
    ['UTF-16 without a mark, big end first', 'e.jsonl', Buffer.from(lines, 'utf16le').swap16(), 0, UTF_16],
    ['a cut .gz', 'e.jsonl.gz', packed.subarray(0, packed.length >> 1), undefined, CUT_OFF],
    ['a .gz without its checksum', 'e.jsonl.gz', packed.subarray(0, -8), 5_000, CUT_OFF],
    [
      'a second member that is cut',
      'e.jsonl.gz',
      Buffer.concat([packed, packed.subarray(0, 12)]),
      5_000,
      { reason: 'torn' },
    ],
    ['an empty .gz', 'e.jsonl.gz', '', 0, { reason: 'torn' }],
    [
      'garbage behind a .gz',
      'e.jsonl.gz',
      Buffer.concat([packed, Buffer.from('oops')]),
      5_000,
      { reason: 'invalid', message: /: What stands behind its last whole part is no gzip\.$/ },
    ],
    [
      'a spoilt .gz',
      'e.jsonl.gz',
      spoilt,
      undefined,
      { reason: 'invalid', message: /: It cannot be inflated any further \(.+\)\.$/ },
    ],
    [
      'a .gz that is none',
      'e.jsonl.gz',
      lines,
      0,
      { reason: 'invalid', message: /: It is no gzip, whatever its name says\.$/ },
    ],
    [
      'a .gz with another checksum',
      'e.jsonl.gz',
      otherSum,
      5_000,
      { reason: 'invalid', message: /: It does not hold what was written into it: a checksum is another one\.$/ },
    ],
    [
      'a character that is none',
      'e.jsonl',
      Buffer.concat([Buffer.from(lines), Buffer.from('"\xe9"\n', 'latin1'), Buffer.from(lines)]),
      5_000,
      { reason: 'invalid', message: new RegExp(`not UTF-8: what stands at byte ${lines.length + 1} is no character`) },
    ],
    ['a binary file', 'e.jsonl', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), 0, { reason: 'invalid' }],
    [
      'a gzip file that is not called .gz',
      'e.jsonl',
      packed,
      0,
      { reason: 'invalid', message: /add `\.gz` to its name/ },
    ],
    ['a cut array', 'e.json', array.slice(0, -3), 4_999, { reason: 'torn' }],
    ['an array cut behind an element', 'e.json', array.slice(0, -1), 5_000, { reason: 'torn' }],
    ['a cut array in a .gz', 'e.json.gz', gzipSync(array).subarray(0, -2_000), undefined, { reason: 'torn' }],
  ];
  for (const [what, name, content, whole, ending] of ends) {
    it(`gives out all that is whole before it says what is wrong: ${what}`, async () => {
      const path = join(folder, name);
      await writeFile(path, content);
      const { seen, error } = await outcomeOf(path);
      assert.throws(
        () => {
          throw error;
        },
        { code: 'ERR_INPUT', file: path, ...ending },
      );
      assert.deepEqual(seen, many.slice(0, seen.length));
      if (whole === undefined) assert.ok(seen.length > 0 && seen.length < 5_000, `${seen.length}`);
      else assert.equal(seen.length, whole);
    });
  }

  /** What a file gives, and what it ends with. */
  async function outcomeOf(path: string): Promise<{ readonly seen: string[]; readonly error: unknown }> {
    const seen: string[] = [];
    try {
      for await (const frame of readFrames(path)) seen.push(frame.toString());
    } catch (error) {
      return { seen, error };
    }
    return { seen, error: undefined };
  }

  const zstd = { skip: zstdCompressSync === undefined };
  it('gives out what is whole of a zstd file that is cut off or spoilt, and reads many frames', zstd, async () => {
    const pack = zstdCompressSync!;
    const [first, second] = [
      pack(lines.slice(0, lines.indexOf(many[2_500]!))),
      pack(`${many.slice(2_500).join('\n')}\n`),
    ];
    assert.deepEqual(await frames('m.jsonl.zst', Buffer.concat([first, second])), many);
    const path = join(folder, 'e.jsonl.zst');
    for (const [content, reason, atLeast, message] of [
      [Buffer.concat([first, second.subarray(0, second.length >> 1)]), 'torn', 2_500, /It is cut off/],
      [first.subarray(0, -1), 'torn', 0, /It is cut off/],
      [
        Buffer.concat([first, Buffer.from('oops')]),
        'invalid',
        2_500,
        /What stands behind its last whole part is no zstd\./,
      ],
      [Buffer.from(lines), 'invalid', 0, /It is no zstd, whatever its name says\./],
    ] as const) {
      await writeFile(path, content);
      const { seen, error } = await outcomeOf(path);
      assert.deepEqual(
        [(error as { code?: string }).code, (error as { reason?: string }).reason],
        ['ERR_INPUT', reason],
      );
      assert.match(String(error), message);
      assert.deepEqual(seen, many.slice(0, seen.length));
      assert.ok(seen.length >= atLeast, `${seen.length}`);
    }
  });

  it('says that a folder, or a file that may not be read, cannot be', async () => {
    const inFolder = await outcomeOf(folder);
    assert.deepEqual(inFolder.seen, []);
    assert.match(String(inFolder.error), /The file cannot be read \(EISDIR\)/);
    const isRoot = process.getuid?.() === 0;
    if (isRoot || process.platform === 'win32') return;
    const path = join(folder, 'secret.jsonl');
    await writeFile(path, '1\n', { mode: 0 });
    assert.match(String((await outcomeOf(path)).error), /The file cannot be read \(EACCES\)/);
  });

  it('gives out all before a line that is longer than one may be, and says which it is', async () => {
    const path = join(folder, 'long.jsonl');
    await writeFile(path, `1\n2\n${'9'.repeat(64 * 1024 * 1024 + 1)}`);
    const { seen, error } = await outcomeOf(path);
    assert.deepEqual(seen, ['1', '2']);
    assert.match(String(error), /long\.jsonl:3: The line has more than 67108864 characters/);
  });

  it('gives out of any beginning of an array nothing but whole elements', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.jsonValue(), fc.double({ noNaN: true })), { maxLength: 6 }),
        fc.nat(),
        async (values, at) => {
          const text = JSON.stringify(values);
          const path = join(folder, 'half.json');
          await writeFile(path, text.slice(0, at % text.length));
          const seen: string[] = [];
          await assert.rejects(
            async () => {
              for await (const frame of readFrames(path)) seen.push(frame.toString());
            },
            { reason: 'torn' },
          );
          assert.deepEqual(
            seen,
            values.slice(0, seen.length).map((value) => JSON.stringify(value)),
          );
        },
      ),
      WATCHDOG,
    );
    await writeFile(join(folder, 'half.json'), '[100,200,3');
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const frame of readFrames(join(folder, 'half.json'))) seen.push(frame.toString());
    });
    assert.deepEqual(seen, ['100', '200']);
  });

  it('leaves out a byte order mark, blank lines, and zeros behind a .gz, and reads many members', async () => {
    assert.deepEqual(await frames('m.jsonl', '\ufeff1\r\n  \r\n2\r\n'), ['1', '2']);
    assert.deepEqual(await frames('m.json', '\ufeff[1]'), ['1']);
    const members = Buffer.concat([gzipSync('\ufeff1\n'), gzipSync('2\n'), Buffer.alloc(512)]);
    assert.deepEqual(await frames('m.jsonl.gz', members), ['1', '2']);
  });

  it('skips what the header of a gzip member may have besides: extra fields, a name, a comment and a checksum', async () => {
    const extra = [3, 0, 0x41, 0, 0x42];
    const name = [...Buffer.from('feed.jsonl'), 0];
    const comment = [...Buffer.from('as received'), 0];
    for (const [flags, more] of [
      [0x04, extra],
      [0x08, name],
      [0x10, comment],
      [0x02, [1, 2]],
      [0x1e, [...extra, ...name, ...comment, 1, 2]],
    ] as const) {
      const plain = gzipSync('1\n2\n');
      const header = Buffer.from([...plain.subarray(0, 3), flags, ...plain.subarray(4, 10), ...more]);
      const whole = Buffer.concat([header, plain.subarray(10)]);
      assert.deepEqual(await frames('named.jsonl.gz', whole), ['1', '2']);
      for (let length = 1; length <= header.length; length++) {
        await assert.rejects(frames('named.jsonl.gz', whole.subarray(0, length)), { reason: 'torn' }, `${length}`);
      }
    }
  });

  it('inflates what any file of gzip members holds, and of any beginning of one no more than that', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.jsonValue(), { maxLength: 5 }), { maxLength: 4 }),
        fc.nat(),
        async (parts, at) => {
          const texts = parts.map((values) => values.map((value) => `${JSON.stringify(value)}\n`).join(''));
          const whole = Buffer.concat(texts.map((text) => gzipSync(text)));
          const expected = parts.flat().map((value) => JSON.stringify(value));
          if (whole.length > 0) assert.deepEqual(await frames('any.jsonl.gz', whole), expected);
          await writeFile(join(folder, 'any.jsonl.gz'), whole.subarray(0, at % (whole.length + 1)));
          const seen: string[] = [];
          try {
            for await (const frame of readFrames(join(folder, 'any.jsonl.gz'))) seen.push(frame.toString());
          } catch (error) {
            assert.equal((error as { reason?: string }).reason, 'torn');
          }
          assert.deepEqual(seen, expected.slice(0, seen.length));
        },
      ),
      { ...WATCHDOG, numRuns: 50 },
    );
  });

  it('refuses options that it does not know', () => {
    // @ts-expect-error a misspelt option
    assert.throws(() => readFrames('x.json', { recordPath: 'a' }), { code: 'ERR_CONFIG', message: /recordsPath/ });
  });

  it('can be served as a feed, and left early', async () => {
    const path = join(folder, 'served.jsonl');
    const lines = Array.from({ length: 5_000 }, (_, i) => `{"n":${i}}`);
    await writeFile(path, lines.join('\n'));
    await using server = await createFeedServer({
      onConnection: async (client) => {
        await client.sendMany(readFrames(path));
        await client.close(1000);
      },
    });
    assert.deepEqual(await messagesOf(new WebSocket(server.url)), lines);
    for await (const frame of readFrames(path)) {
      assert.equal(frame.toString(), '{"n":0}');
      break;
    }
  });
});
