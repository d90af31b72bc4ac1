import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import zlib, { gzipSync } from 'node:zlib';
import { audit } from '../../lib/audit/audit.js';
import type { Finding } from '../../lib/audit/finding.js';
import { openState } from '../../lib/index.js';
import { systemClock } from '../../lib/internal/clock.js';
import { lockFolder } from '../../lib/internal/folder-lock.js';
import { MANIFEST_NAME, readManifest } from '../../lib/manifest/manifest.js';
import { encodeLine } from '../../lib/manifest/manifest-line.js';
import { flip, keptFeed, sealedFiles, sealedLine } from '../support/audit-files.js';
import { tempFolder } from '../support/temp-folder.js';
import { audited } from './audited.js';

const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };
const GAP = { cause: 'disconnected', connection: 1, code: 1006, from: 5, to: 9, duration_ms: 4, dropped: 0 };

describe('an audit of a file', () => {
  const sound = '{"n":1}\n[2]\n';
  const cases: [what: string, content: string | Buffer, told: string[], records: number][] = [
    ['JSON lines', sound, [], 2],
    ['nothing', '', [], 0],
    ['lines that end as Windows has them', '{"n":1}\r\n[2]\r\n', [], 2],
    ['a byte order mark', `\ufeff${sound}`, ['byte_order_mark:1'], 2],
    ['a line that is no JSON', '{"n":1}\n{"n":}\n[2]\n', ['!not_json:2:6'], 2],
    ['a line that is not UTF-8', Buffer.from('"a"\n"\xff"\n"b"\n', 'latin1'), ['!not_json:2:2'], 2],
    ['empty lines', '1\n\n\r\n2\n', ['empty_lines'], 2],
    ['a last line that is torn', `${sound}{"n":`, ['!torn:3'], 2],
    ['a last line that is whole, and has no line feed', `${sound}{"n":3}`, ['no_line_feed:3'], 3],
    ['a number at the end that may have had more digits', `${sound}12`, ['!torn:3'], 2],
    ['zeros at the end', `${sound}${'\0'.repeat(9)}`, ['!zeros:3'], 2],
    ['a torn line and zeros behind it', `${sound}{"n"\0\0`, ['!zeros:3', '!torn:3'], 2],
    ['a whole line and zeros behind it', `${sound}{"n":3}\0\0`, ['!zeros:3'], 3],
    ['zeros within', `1\n\0\0\0\n2\n`, ['!not_json:2:1'], 2],
    [
      'damage from begin to end',
      'x\n'.repeat(50),
      [...Array(20)].map((_, i) => `!not_json:${i + 1}:1`).concat('!not_json'),
      0,
    ],
  ];
  for (const [what, content, told, records] of cases) {
    it(`tells of ${what}`, async (t) => {
      const path = await fileWith(t, 'a.jsonl', content);
      const { told: found, files, summary } = await audited(path);
      assert.deepEqual(found, told);
      assert.equal(files[0]!.records, records);
      assert.equal(summary.wrong, told.filter((one) => one.startsWith('!')).length);
    });
  }

  it('says what it did not tell one by one', async (t) => {
    const { findings } = await audited(await fileWith(t, 'a.jsonl', 'x\n'.repeat(50)));
    assert.equal(findings.at(-1)!.message, 'The same was found 30 times more up to line 50.');
  });

  it('takes one line of many megabytes, over the chunks of the file', async (t) => {
    const line = `"${'x'.repeat(5_000_000)}"\n`;
    const { told, files } = await audited(await fileWith(t, 'a.jsonl', `1\n${line}2\n${line}`));
    assert.deepEqual([told, files[0]!.records], [[], 4]);
  });

  it('takes a file that grows while it is read for one that is written to, as far as it was there', async (t) => {
    const path = await fileWith(t, 'a.jsonl', '1\n{"n":');
    const told: string[] = [];
    const summary = await audit(
      [path],
      {},
      {
        found: ({ kind, isWrong }) => void told.push(`${isWrong ? '!' : ''}${kind}`),
        read() {},
        progress: () => appendFileSync(path, '2}\n3\n'),
      },
    );
    assert.deepEqual([told, summary.records, summary.wrong], [['still_written', 'torn'], 1, 0]);
  });

  it('takes what is no file for what it is', async (t) => {
    const folder = await tempFolder(t);
    mkdirSync(join(folder, 'a.jsonl'));
    assert.deepEqual((await audited(folder)).told, ['!nothing']);
    assert.deepEqual((await audited(join(folder, 'a.jsonl'))).told, ['!nothing']);
    assert.deepEqual((await audited(join(folder, 'b.jsonl'))).told, ['!unreadable']);
  });

  it('tells what it may not read, and goes on', { skip: process.getuid?.() === 0 && 'root reads all' }, async (t) => {
    const path = await fileWith(t, 'a.jsonl', sound);
    chmodSync(path, 0);
    const other = await fileWith(t, 'b.jsonl', sound);
    assert.deepEqual((await audited([path, other])).told, ['!unreadable']);
  });

  it('looks into folders, by name, and follows no link in them', async (t) => {
    const folder = await tempFolder(t);
    for (const name of ['b.jsonl', 'a.jsonl', 'notes.txt', 'c.jsonl.torn']) writeFileSync(join(folder, name), sound);
    mkdirSync(join(folder, 'more.jsonl'));
    writeFileSync(join(folder, 'more.jsonl', 'z.jsonl.gz'), gzipSync(sound));
    symlinkSync('/etc', join(folder, 'link.jsonl'));
    const { told, files } = await audited(folder);
    assert.deepEqual(told, ['left_out']);
    assert.deepEqual(
      files.map(({ file }) => file.slice(folder.length)),
      ['/a.jsonl', '/b.jsonl', '/more.jsonl/z.jsonl.gz'],
    );
  });
});

describe('an audit of a compressed file', () => {
  const rows = (from: number): Buffer =>
    Buffer.from(
      [...Array(2_000)].map((_, i) => `{"n":${from + i},"x":"${Math.imul(from + i, 2_654_435_761) >>> 0}"}\n`).join(''),
    );
  const kinds: [suffix: string, compress: ((bytes: Buffer) => Buffer) | undefined][] = [
    ['gz', (bytes) => gzipSync(bytes)],
    ['zst', zstdCompressSync],
  ];
  for (const [suffix, compress] of kinds) {
    describe(`.${suffix}`, { skip: compress === undefined && 'this Node has no zstd' }, () => {
      const parts = compress === undefined ? [] : [0, 2_000, 4_000].map((from) => compress(rows(from)));
      const all = Buffer.concat(parts);
      const cases: [what: string, content: Buffer, told: RegExp, records: number][] = [
        ['several members', all, /^$/, 6_000],
        ['no bytes at all', Buffer.alloc(0), /^$/, 0],
        ['a cut', all.subarray(0, all.length - 300), /!torn/, 4_000],
        ['zeros at the end', Buffer.concat([all, Buffer.alloc(9)]), /^!zeros$/, 6_000],
        ['something else at the end', Buffer.concat([all, Buffer.from('hello')]), /^!damaged/, 6_000],
        ['something else between', Buffer.concat([parts[0]!, Buffer.from('hello'), parts[1]!]), /^!damaged/, 4_000],
        ['another kind of file', Buffer.from('{"n":1}\n'), /^!damaged/, 0],
        [
          'a member that is overwritten',
          overwritten(all, (parts[0]?.length ?? 0) + (suffix === 'gz' ? 500 : 6)),
          /!damaged/,
          4_000,
        ],
      ];
      for (const [what, content, told, least] of cases) {
        it(`tells of ${what}, and reads what it can`, async (t) => {
          const { told: found, files } = await audited(await fileWith(t, `a.jsonl.${suffix}`, content));
          assert.match(found.join(' '), told);
          assert.ok(files[0]!.records >= least, `${files[0]!.records} records`);
        });
      }
    });
  }

  it('sees by its first bytes that a file is compressed whose name does not say so', async (t) => {
    const folder = await tempFolder(t);
    for (const [name, content] of [
      ['a.jsonl', gzipSync(rows(0))],
      ['b.jsonl.GZ', gzipSync(rows(2_000))],
      ...(zstdCompressSync === undefined ? [] : [['c.jsonl.zstd', zstdCompressSync(rows(4_000))] as const]),
    ] as const)
      writeFileSync(join(folder, name), content);
    const { told, summary } = await audited(folder);
    assert.deepEqual([told, summary.records], [[], summary.files * 2_000]);
    assert.equal(summary.files, zstdCompressSync === undefined ? 2 : 3);
  });

  it('does not say that all is well where this Node cannot inflate it', {
    skip: zstdCompressSync !== undefined,
  }, async (t) => {
    const { told, findings } = await audited(await fileWith(t, 'a.jsonl.zst', 'whatever'));
    assert.deepEqual(told, ['!unreadable']);
    assert.match(findings[0]!.message, /Node 22\.15/);
  });
});

describe('an audit of gap lines', () => {
  const line = (gap: object): string =>
    `${JSON.stringify({ gap: { ...GAP, after_sequence: 4, before_sequence: 5, ...gap } })}\n`;
  const cases: [what: string, gap: object, told: string[]][] = [
    ['one that makes sense', {}, []],
    ['one at the begin of a run', { after_sequence: null }, []],
    ['one that ends before it begins', { to: 4 }, ['!gap:1']],
    ['one that goes back', { before_sequence: 4 }, ['!gap:1']],
    ['one that dropped what lies between', { cause: 'overflow', dropped: 3, before_sequence: 8 }, []],
    ['one that dropped more than that', { cause: 'overflow', dropped: 4, before_sequence: 8 }, ['!gap:1']],
    ['one that misses more than lies between', { cause: 'sequence', missing: 2, before_sequence: 6 }, ['!gap:1']],
    ['one of no cause', { cause: 'toString' }, ['!gap:1']],
    ['one of which it is not known when it began', { from: null, duration_ms: null }, []],
  ];
  for (const [what, gap, told] of cases) {
    it(`judges ${what}`, async (t) => {
      const { told: found, files } = await audited(await fileWith(t, 'a.jsonl', line(gap)));
      assert.deepEqual(found, told);
      assert.deepEqual([files[0]!.records, files[0]!.gaps], [0, 1]);
    });
  }

  it('takes a record that looks alike for a record', async (t) => {
    const alike = ['{"gap":{"cause":"disconnected"}}\n', '{"gap":1}\n', line({ from: 'yesterday' })];
    const { told, files } = await audited(await fileWith(t, 'a.jsonl', alike.join('')));
    assert.deepEqual([told, files[0]!.records, files[0]!.gaps], [[], 3, 0]);
  });

  it('says where their numbers begin anew', async (t) => {
    const text =
      line({}) + line({ after_sequence: 4, before_sequence: 5 }) + line({ after_sequence: 0, before_sequence: 1 });
    assert.deepEqual((await audited(await fileWith(t, 'a.jsonl', text))).told, ['begins_anew:3']);
  });

  it('compares their times with those of the envelopes beside them', async (t) => {
    const record = (at: number): string => `{"data":1,"received_at":${at},"url":"ws://x"}\n`;
    assert.deepEqual((await audited(await fileWith(t, 'a.jsonl', record(5) + line({}) + record(9)))).told, []);
    const odd = record(10) + line({}) + record(4);
    assert.deepEqual((await audited(await fileWith(t, 'a.jsonl', odd))).told, ['gap_times:2', 'gap_times:2']);
  });
});

describe('an audit of the numbers of a feed', () => {
  const text = (...lines: (number | object)[]): string =>
    lines.map((line) => `${JSON.stringify(typeof line === 'number' ? { u: line } : line)}\n`).join('');
  const gap = (facts: object): object => ({ gap: { ...GAP, after_sequence: 0, before_sequence: 1, ...facts } });
  const hole = { cause: 'sequence', after_sequence: 2, before_sequence: 5, missing: 2 };
  const cases: [what: string, text: string, told: string[]][] = [
    ['numbers without a hole', text(1, 2, 3), []],
    ['a hole that nothing tells', text(1, 2, 5, 6), ['!hole:3']],
    ['a hole behind a gap line', text(1, 2, gap({}), 5, 6), []],
    ['a hole behind a gap that the server is said to have closed', text(1, 2, gap({ replayed: true }), 5), ['!hole:4']],
    ['numbers that go on behind such a gap', text(1, 2, gap({ replayed: true }), 3), []],
    ['a hole with its own line', text(1, 2, gap(hole), 5, 6), []],
    ['a line of another hole', text(1, 2, gap({ ...hole, after_sequence: 3, missing: 1 }), 5, 6), ['!hole:4']],
    ['a gap line that stands elsewhere', text(1, gap({}), 2, 5), ['!hole:4']],
    ['a hole where a line is damaged', `${text(1, 2)}{"u":3\n${text(4)}`, ['!not_json:3:7']],
    ['numbers that come again', text(1, 2, 2, 1, 3), ['repeated']],
    ['records without a number', text(1, {}, 2), ['unnumbered']],
    ['no numbers at all', text({}, {}), ['!unnumbered']],
  ];
  for (const [what, content, told] of cases) {
    it(`tells of ${what}`, async (t) => {
      assert.deepEqual((await audited(await fileWith(t, 'a.jsonl', content), { sequence: { path: 'u' } })).told, told);
    });
  }

  it('goes on from one file to the next, for each key', async (t) => {
    const row = (s: string, u: number): string => `{"s":"${s}","u":${u}}\n`;
    const first = await fileWith(t, 'a.jsonl', row('a', 1) + row('b', 7));
    const second = await fileWith(t, 'b.jsonl', row('b', 8) + row('a', 3));
    const { told, findings } = await audited([first, second], { sequence: { path: 'u', key: 's' } });
    assert.deepEqual(told, ['!hole:2']);
    assert.equal(findings[0]!.message, 'Behind 1 of "a" comes 3: one number is missing, and no gap line tells it.');
  });
});

describe('an audit of a state', () => {
  it('holds the file against the ledger, page by page', async (t) => {
    const feed = await keptFeed(t);
    const { told, files, summary } = await audited(feed.state);
    assert.deepEqual(told, []);
    assert.deepEqual(files[0]!.checked, ['lines', 'ledger']);
    assert.deepEqual([files[0]!.records, summary.unvouched], [6, 0]);
  });

  it('looks once at a file that lies beside its state', async (t) => {
    const feed = await keptFeed(t);
    assert.equal((await audited(feed.folder)).summary.files, 1);
  });

  it('takes a file that a run has begun, and stored nothing in, for what it is', async (t) => {
    const folder = await tempFolder(t);
    const state = await openState(join(folder, 'state'));
    await state.begin(join(folder, 'out.jsonl'), {});
    await state.close();
    writeFileSync(join(folder, 'out.jsonl'), '');
    const { told, files } = await audited(state.path);
    assert.deepEqual([told, files.length], [[], 1]);
  });

  it('says that a file is not there, but for a part that was finished since', async (t) => {
    const folder = await tempFolder(t);
    const state = await openState(join(folder, 'state'));
    for (const name of ['a', 'b']) await state.begin(join(folder, `${name}.jsonl.part`), {});
    await state.close();
    writeFileSync(join(folder, 'a.jsonl'), '');
    const { findings } = await audited(state.path);
    assert.deepEqual(
      findings.map(({ message }) => message),
      [`A file that it tells of is not there: ${join(folder, 'b.jsonl.part')}.`],
    );
  });

  for (const [what, damage, told] of [
    ['a byte that is another one', (path: string) => flip(path, 5), ['!differs']],
    ['a file that was cut', (path: string) => truncateSync(path, 16), ['!differs']],
    ['what was not acknowledged', (path: string) => appendFileSync(path, '{"n":9}\n'), ['not_acknowledged']],
  ] as const) {
    it(`tells of ${what}`, async (t) => {
      const feed = await keptFeed(t);
      damage(feed.output);
      assert.deepEqual((await audited(feed.state)).told, told);
    });
  }

  it('tells of a ledger that is damaged, or torn', async (t) => {
    const feed = await keptFeed(t);
    const path = join(feed.state, 'ledger');
    appendFileSync(path, Buffer.from('\0LG1'));
    assert.deepEqual((await audited(feed.state)).told, ['!torn']);
    flip(path, 30);
    assert.deepEqual((await audited(path)).told[0], '!ledger');
  });

  it('takes what is torn for what is being written, while a run has it', async (t) => {
    const feed = await keptFeed(t);
    const state = await openState(feed.state);
    appendFileSync(feed.output, '{"n":');
    const { told, summary } = await audited(feed.state);
    assert.deepEqual([told, summary.wrong], [['torn:7', 'not_acknowledged'], 0]);
    await state.close();
    assert.equal((await audited(feed.state)).summary.wrong, 1);
  });
});

describe('an audit of a manifest', () => {
  it('holds each file against it, in its order', async (t) => {
    const folder = await sealedFiles(t, SEALED);
    const { told, files } = await audited(folder);
    assert.deepEqual(told, []);
    assert.deepEqual(
      files.map(({ file, records, checked }) => [file.slice(folder.length), records, checked]),
      [
        ['/b/1.jsonl', 2, ['lines', 'manifest']],
        ['/a.jsonl.gz', 2, ['lines', 'manifest']],
      ],
    );
  });

  it('reads a compressed file as it lies there first, and then what is in it, and says how far it is', async (t) => {
    const text = Array.from({ length: 200_000 }, (_, n) => `{"n":${n},"x":${Math.imul(n, 2_654_435_761)}}\n`).join('');
    const content = gzipSync(text, { level: 1 });
    const folder = await tempFolder(t);
    writeFileSync(join(folder, 'a.jsonl.gz'), content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const gaps = { count: 0, ms: 0, missing: 0 };
    sealedLine(folder, 'a.jsonl.gz', { records: 200_000, bytes: content.length, sha256, gaps });
    const reads: number[] = [];
    const summary = await audit(
      [folder],
      {},
      {
        found() {},
        read() {},
        progress: ({ file, read }) => {
          if (file.endsWith('.gz')) reads.push(read);
        },
      },
    );
    assert.equal(summary.wrong, 0);
    const begin = reads.indexOf(content.length) + 1;
    for (const course of [reads.slice(0, begin), reads.slice(begin)]) {
      assert.ok(course.length > 1);
      assert.equal(course.at(-1), content.length);
      assert.deepEqual(
        course,
        course.toSorted((a, b) => a - b),
      );
    }
  });

  for (const [what, change, told] of [
    ['a byte that is another one', (folder: string) => flip(join(folder, 'b/1.jsonl'), 5), ['!differs']],
    ['a line too many', (folder: string) => appendFileSync(join(folder, 'b/1.jsonl'), '1\n'), ['!differs', '!differs']],
    ['a file that is gone', (folder: string) => truncateSync(join(folder, 'b/1.jsonl'), 0), ['!differs', '!differs']],
    [
      'a line of it that was changed',
      (folder: string) => flip(join(folder, MANIFEST_NAME), positionOf(folder, '"ms":0') + 5),
      ['!manifest:2'],
    ],
    ['a line of it that is torn', (folder: string) => appendFileSync(join(folder, MANIFEST_NAME), '{'), ['!torn:3']],
    [
      'another file in place of one that is compressed',
      (folder: string) => {
        const path = join(folder, 'a.jsonl.gz');
        const { length } = readFileSync(path);
        writeFileSync(path, gzipSync('{"n":4}\n{"n":3}\n'));
        assert.equal(readFileSync(path).length, length);
      },
      ['!differs'],
    ],
    ['a file beside', (folder: string) => writeFileSync(join(folder, 'b/2.jsonl'), '1\n'), ['unlisted']],
  ] as const) {
    it(`tells of ${what}`, async (t) => {
      const folder = await sealedFiles(t, SEALED);
      change(folder);
      assert.deepEqual((await audited(folder)).told, told);
    });
  }

  it('misses no file that a run removes while others are read', async (t) => {
    const folder = await sealedFiles(t, SEALED);
    const own = join(folder, '.spillway');
    mkdirSync(own);
    const lock = await lockFolder(own, { clock: systemClock, onLost() {}, heldBy: (who) => new Error(who) });
    const told: string[] = [];
    const remove = (): void => {
      if (!existsSync(join(folder, 'a.jsonl.gz'))) return;
      const path = join(folder, MANIFEST_NAME);
      const { previous } = readManifest(readFileSync(path));
      appendFileSync(path, encodeLine({ event: 'removed', path: 'a.jsonl.gz', at: 1, limit: 'files' }, previous));
      unlinkSync(join(folder, 'a.jsonl.gz'));
    };
    const found = ({ kind, isWrong }: Finding): void => void told.push(`${isWrong ? '!' : ''}${kind}`);
    const { wrong } = await audit([folder], {}, { found, read: remove, progress() {} });
    await lock.unlock();
    assert.deepEqual([told, wrong], [['left_out'], 0]);
  });

  it('reads nothing outside of its folder, wherever a name or a link leads', async (t) => {
    const folder = await sealedFiles(t, SEALED);
    const outside = await fileWith(t, 'secret.jsonl', 'x\n');
    symlinkSync(dirname(outside), join(folder, 'c'));
    const facts = { records: 0, bytes: 2, gaps: { count: 0, ms: 0, missing: 0 } };
    const hash = createHash('sha256').update('x\n').digest('hex');
    for (const path of ['c/secret.jsonl', `../${outside}`]) sealedLine(folder, path, { ...facts, sha256: hash });
    const { told, findings } = await audited(folder);
    assert.deepEqual(told, ['!manifest:4', '!outside']);
    assert.match(findings[0]!.message, /its `path` is not what that key holds/);
  });
});

const SEALED = {
  'b/1.jsonl': Buffer.from('{"n":1}\n{"n":2}\n'),
  'a.jsonl.gz': gzipSync('{"n":3}\n{"n":4}\n'),
};

async function fileWith(t: TestContext, name: string, content: string | Buffer): Promise<string> {
  const path = join(await tempFolder(t), name);
  writeFileSync(path, content);
  return path;
}

function overwritten(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xa5, at, at + 400);
  return copy;
}

function positionOf(folder: string, text: string): number {
  return readFileSync(join(folder, MANIFEST_NAME)).indexOf(text);
}
