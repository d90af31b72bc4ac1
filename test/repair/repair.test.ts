import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { constants, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { contentOf } from '../../lib/audit/content-of.js';
import { csvFile, openState, rolledFiles } from '../../lib/index.js';
import { MANIFEST_NAME } from '../../lib/manifest/manifest.js';
import { audited } from '../audit/audited.js';
import { pagesOf } from '../sink/pages.js';
import { flip, keptFeed, sealedFiles } from '../support/audit-files.js';
import { tempFolder } from '../support/temp-folder.js';
import { noZstd, ZSTD, zstdCompress } from '../support/zstd.js';
import { repaired } from './repaired.js';

const LINES = [
  '{"n":1,"x":"a"}',
  '[2,"ä"]',
  '{"data":{"n":3},"received_at":1000,"url":"ws://x"}',
  '"four"',
  '{"data":{"n":5},"received_at":2000,"url":"ws://x"}',
  '6',
];
const TEXT = Buffer.from(`${LINES.join('\n')}\n`);

/** Something that happens to bytes. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    kind: fc.constant('flip' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bits: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({
    kind: fc.constant('zeros' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({ kind: fc.constant('tail' as const), length: fc.integer({ min: 1, max: 40 }) }),
);
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

describe('a repair of a file', () => {
  it('keeps every whole line that is JSON, in order, whatever is damaged, and verify says that all is well', async (t) => {
    const folder = await tempFolder(t);
    const path = join(folder, 'a.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        const damaged = damages.reduce(harmed, TEXT);
        for (const suffix of ['', '.bad', '.torn']) rmSync(path + suffix, { force: true });
        writeFileSync(path, damaged);
        const before = soundLines(damaged);

        const dry = await repaired(path, true);
        assert.deepEqual(readFileSync(path), damaged);
        const { actions, refusals } = await repaired(path);
        assert.deepEqual(refusals, []);
        assert.deepEqual(
          actions.map(({ kind }) => kind),
          dry.actions.map(({ kind }) => kind),
        );
        const after = readFileSync(path, 'utf8');
        assert.ok(after === '' || after.endsWith('\n'));
        assert.deepEqual(
          after.split('\n').filter((line) => line !== '' && !line.startsWith('{"gap":{"cause":"damaged"')),
          before,
        );
        // What was there is in one of the three.
        if (actions.some(({ kind }) => kind === 'rewritten')) assert.deepEqual(readFileSync(`${path}.bad`), damaged);
        else
          assert.ok(
            damaged.subarray(0, Buffer.byteLength(after)).equals(Buffer.from(after)) || actions[0]!.kind === 'ended',
          );

        assert.equal((await audited(path)).summary.wrong, 0);
        assert.deepEqual((await repaired(path)).actions, []);
      }),
    );
  });

  it('keeps all that can be inflated of a file that is cut, wherever that is', async (t) => {
    const path = join(await tempFolder(t), 'a.jsonl.gz');
    const [first, second] = [rows(0), rows(50)];
    const all = Buffer.concat([gzipSync(first), gzipSync(second)]);
    const ends = [gzipSync(first).length, all.length];
    for (let cut = 0; cut < all.length; cut += 7) {
      const damaged = all.subarray(0, cut);
      writeFileSync(path, damaged);
      rmSync(`${path}.torn`, { force: true });
      rmSync(`${path}.bad`, { force: true });
      const known = [0, ends[0]!].map((start, i) => inflated(damaged.subarray(start, ends[i]))).join('');
      assert.deepEqual((await repaired(path)).refusals, []);
      const left = readFileSync(path);
      const after = left.length === 0 ? '' : gunzipSync(left).toString();
      assert.deepEqual(after.split('\n').slice(0, -1), soundLines(Buffer.from(known)), `cut at ${cut}`);
      assert.equal((await audited(path)).summary.wrong, 0, `cut at ${cut}`);
    }
  });

  it('keeps what is in the other members, wherever a compressed file is damaged', async (t) => {
    const folder = await tempFolder(t);
    const path = join(folder, 'a.jsonl.gz');
    const members = [rows(0), rows(50), rows(100)];
    const all = Buffer.concat(members.map((text) => gzipSync(text)));
    const ends = members.map((_, i) => Buffer.concat(members.slice(0, i + 1).map((text) => gzipSync(text))).length);
    await assertOthersStay({ path, members, ends, all, read: () => gunzipSync(readFileSync(path)).toString() });
  });

  describe('that is zstd', { skip: noZstd }, () => {
    const members = [rows(0), rows(50), rows(100)];
    const frames = noZstd ? [] : members.map((text) => zstdCompress!(text, { params: { [ZSTD.checksum]: 1 } }));
    const all = Buffer.concat(frames);
    const ends = frames.map((_, i) => Buffer.concat(frames.slice(0, i + 1)).length);

    it('keeps all frames before a cut, wherever that is, and nothing but what was there', async (t) => {
      const path = join(await tempFolder(t), 'a.jsonl.zst');
      const whole = members.join('').split('\n');
      for (let cut = 0; cut <= all.length; cut += 13) {
        for (const suffix of ['', '.bad', '.torn']) rmSync(path + suffix, { force: true });
        writeFileSync(path, all.subarray(0, cut));
        assert.deepEqual((await repaired(path)).refusals, []);
        const left = (await textIn(path)).split('\n').slice(0, -1);
        assert.deepEqual(left, whole.slice(0, left.length), `cut at ${cut}`);
        assert.ok(left.length >= 50 * ends.filter((end) => end <= cut).length, `cut at ${cut}: ${left.length} lines`);
        assert.equal((await audited(path)).summary.wrong, 0, `cut at ${cut}`);
      }
    });

    it('keeps what is in the other frames, wherever it is damaged', async (t) => {
      const path = join(await tempFolder(t), 'a.jsonl.zst');
      await assertOthersStay({ path, members, ends, all, read: () => textIn(path) });
    });
  });

  it('tells in the place of a damaged line when the records beside it came', async (t) => {
    const path = await fileWith(t, 'a.jsonl', `${LINES[2]}\nx\ny\n${LINES[4]}\n`);
    const { actions } = await repaired(path);
    const gap = {
      ...{ cause: 'damaged', connection: 0, code: null, from: 1000, to: 2000, duration_ms: 1000 },
      ...{ after_sequence: null, before_sequence: null, dropped: 0 },
    };
    assert.equal(readFileSync(path, 'utf8'), `${LINES[2]}\n${JSON.stringify({ gap })}\n${LINES[4]}\n`);
    assert.equal(
      actions[0]!.message,
      `It is written anew without its 2 damaged lines (2, 3); a gap line in the place of each tells of it. What was there before is kept as ${path}.bad.`,
    );
  });

  it('keeps lines that go over the ends of the chunks it is read in, beside damaged ones', async (t) => {
    const line = (n: number): string => `{"n":${n},"x":"${String(n).repeat(7)}"}`;
    const lines = Array.from({ length: 100_000 }, (_, n) => line(n));
    const path = await fileWith(t, 'a.jsonl', `${lines.map((text, n) => (n % 9_999 === 7 ? 'x' : text)).join('\n')}\n`);
    await repaired(path);
    const after = readFileSync(path, 'utf8').split('\n');
    assert.equal(after.filter((text) => text.includes('"gap"')).length, 11);
    assert.deepEqual(
      after.filter((text) => !text.includes('"gap"')),
      [...lines.filter((_, n) => n % 9_999 !== 7), ''],
    );
  });

  it('puts what it cuts off beside the file', async (t) => {
    const path = await fileWith(t, 'a.jsonl', '1\n{"n":');
    const { actions } = await repaired(path);
    assert.deepEqual([readFileSync(path, 'utf8'), readFileSync(`${path}.torn`, 'utf8')], ['1\n', '{"n":\n']);
    assert.deepEqual(actions[0]!.aside, `${path}.torn`);
  });

  it('takes the first name that is free for what was there', async (t) => {
    const path = await fileWith(t, 'a.jsonl', '1\nx\n');
    writeFileSync(`${path}.bad`, 'of an earlier repair');
    assert.equal((await repaired(path)).actions[0]!.aside, `${path}.bad.1`);
    assert.equal(readFileSync(`${path}.bad.1`, 'utf8'), '1\nx\n');
    assert.equal(readFileSync(`${path}.bad`, 'utf8'), 'of an earlier repair');
  });

  it('mends what a link leads to, and leaves the link', async (t) => {
    const path = await fileWith(t, 'a.jsonl', '1\nx\n2\n');
    const link = join(await tempFolder(t), 'link.jsonl');
    symlinkSync(path, link);
    assert.equal((await repaired(link)).actions[0]!.file, link);
    assert.match(readFileSync(path, 'utf8'), /^1\n\{"gap".*\n2\n$/);
    assert.equal(readFileSync(link, 'utf8'), readFileSync(path, 'utf8'));
  });

  it('does not wait at a pipe', { skip: process.platform === 'win32' }, async (t) => {
    const path = join(await tempFolder(t), 'a.jsonl');
    execFileSync('mkfifo', [path]);
    assert.match((await repaired(path)).refusals[0]!.message, /no regular file/);
  });

  it('says what is none', async (t) => {
    const folder = await tempFolder(t);
    mkdirSync(join(folder, 'b.jsonl'));
    const { refusals } = await repaired([join(folder, 'none.jsonl'), join(folder, 'b.jsonl')]);
    assert.match(refusals[0]!.message, /nothing in it that could be mended/);
    assert.match(refusals[1]!.message, /ENOENT/);
  });
});

describe('a repair of something else than JSON lines', () => {
  it('leaves a file alone of which no line is JSON', async (t) => {
    const path = join(await tempFolder(t), 'a.jsonl');
    const text = '{\n  "n": 1,\n  "x": {}\n}\n'.repeat(5);
    writeFileSync(path, text);
    const { actions, refusals } = await repaired(path);
    assert.deepEqual(actions, []);
    assert.match(refusals[0]!.message, /None of its lines is JSON/);
    assert.equal(readFileSync(path, 'utf8'), text);
  });

  it('leaves a file of another format alone, which a state tells of', async (t) => {
    const folder = await tempFolder(t);
    const output = join(folder, 'out.csv');
    const state = await openState(join(folder, 'state'));
    const pages = pagesOf(['{"n":1}', '{"n":2}']);
    await pipeline(Readable.from(pages), state.keep(), csvFile(output, { append: true, columns: ['n'] }));
    await state.close();
    const text = readFileSync(output, 'utf8');
    assert.deepEqual(await repaired(state.path).then(({ actions, refusals }) => [actions, refusals]), [[], []]);
    assert.equal(readFileSync(output, 'utf8'), text);
    flip(output, 3);
    const { actions, refusals } = await repaired(state.path);
    assert.deepEqual(actions, []);
    assert.match(refusals[0]!.message, /It is no file of JSON lines, and not what its ledger says: the next run/);
  });

  it('mends a compressed file whose name does not say so', async (t) => {
    const path = join(await tempFolder(t), 'a.jsonl');
    const all = gzipSync(rows(0), { level: 0 });
    writeFileSync(path, all.subarray(0, all.length - 100));
    const { refusals } = await repaired(path);
    assert.deepEqual(refusals, []);
    const { told, summary } = await audited(path);
    assert.deepEqual([told, readFileSync(path)[0]], [[], 0x1f]);
    assert.ok(summary.records > 0);
  });
});

describe('a repair of a state', () => {
  it('leaves what is sound as it is, byte for byte', async (t) => {
    const feed = await keptFeed(t);
    const before = [readFileSync(feed.output), readFileSync(feed.ledger)];
    assert.deepEqual((await repaired(feed.folder)).summary, { sound: 2, actions: 0, refused: 0 });
    assert.deepEqual([readFileSync(feed.output), readFileSync(feed.ledger)], before);
  });

  it('mends file and ledger wherever they are damaged, and the next run goes on behind all of it', async (t) => {
    for (const place of ['output', 'ledger'] as const) {
      for (let at = 0; at < 48; at += 11) {
        for (const kind of ['flip', 'cut'] as const) {
          const feed = await keptFeed(t);
          const path = feed[place];
          if (kind === 'flip') flip(path, at);
          else truncateSync(path, at);
          const before = soundLines(readFileSync(feed.output));
          const { refusals } = await repaired(feed.state);
          const what = `${kind} ${place} at ${at}`;
          assert.deepEqual(refusals, [], what);
          const lines = (): string[] => readFileSync(feed.output, 'utf8').split('\n').slice(0, -1);
          assert.deepEqual(
            lines().filter((line) => !line.includes('"gap"')),
            before,
            what,
          );
          if (place === 'output') assert.ok(at >= 48 || lines().some((line) => line.includes('"damaged"')), what);
          if (existsSync(feed.ledger)) assert.equal((await audited(feed.folder)).summary.wrong, 0, what);
          await feed.run([6, 7]);
          assert.deepEqual(lines().slice(-2), ['{"n":6}', '{"n":7}'], what);
          assert.deepEqual(
            lines().filter((line) => !line.includes('"gap"')),
            [...before, '{"n":6}', '{"n":7}'],
            what,
          );
        }
      }
    }
  });

  it('leaves the ledger as it is where it tells of all that is left', async (t) => {
    const feed = await keptFeed(t);
    const ledger = readFileSync(feed.ledger);
    appendFileSync(feed.output, '{"n":');
    for (const isDryRun of [true, false]) {
      const { actions } = await repaired(feed.state, isDryRun);
      assert.deepEqual(
        actions.map(({ kind }) => kind),
        ['cut'],
      );
    }
    assert.deepEqual(readFileSync(feed.ledger), ledger);
    assert.equal((await audited(feed.state)).summary.wrong, 0);
  });

  it('writes the ledger anew where a file that it vouches for held what was no record before', async (t) => {
    const folder = await tempFolder(t);
    writeFileSync(join(folder, 'out.jsonl'), 'x\n{"n":-1}\n');
    const feed = await keptFeed(t, 'out.jsonl', folder);
    const { actions } = await repaired(feed.state);
    assert.deepEqual(
      actions.map(({ kind }) => kind),
      ['rewritten', 'ledger'],
    );
    assert.deepEqual((await audited(feed.state)).told, []);
    await feed.run([6]);
    assert.deepEqual((await audited(feed.state)).told, []);
    assert.match(readFileSync(feed.output, 'utf8'), /^\{"gap".*\n\{"n":-1\}\n\{"n":0\}\n.*\{"n":6\}\n$/s);
  });

  it('tells between which frames a page is that was changed, and leaves its lines', async (t) => {
    const feed = await keptFeed(t);
    // `2` becomes `3` in the second page: JSON all the same.
    flip(feed.output, 8 * 2 + 5);
    await repaired(feed.state);
    const lines = readFileSync(feed.output, 'utf8').split('\n');
    const { gap } = JSON.parse(lines[2]!) as { gap: { after_sequence: number; before_sequence: number } };
    assert.deepEqual([gap.after_sequence, gap.before_sequence], [1, 6]);
    assert.equal(lines[3], '{"n":3}');
  });

  it('changes nothing while a run has it, and says whose it is', async (t) => {
    const feed = await keptFeed(t);
    flip(feed.output, 0);
    const before = readFileSync(feed.output);
    const state = await openState(join(feed.folder, 'other'));
    const held = await openState(feed.state).finally(() => state.close());
    appendFileSync(feed.output, 'x\n');
    for (const isDryRun of [true, false]) {
      const { refusals, actions } = await repaired(feed.state, isDryRun);
      assert.deepEqual(actions, []);
      assert.match(
        refusals[0]!.message,
        isDryRun ? /a run is using it/ : new RegExp(`process ${process.pid} .* is using it`),
      );
    }
    await held.close();
    assert.notDeepEqual(readFileSync(feed.output), before);
    assert.equal(existsSync(join(feed.state, 'lock')), false);
  });
});

describe('a repair of a folder with a manifest', () => {
  const SEALED = { 'b/1.jsonl': Buffer.from('{"n":1}\n{"n":2}\n'), 'a.jsonl.gz': gzipSync('{"n":3}\n{"n":4}\n') };

  it('leaves what is sound as it is', async (t) => {
    const folder = await sealedFiles(t, SEALED);
    const before = readFileSync(join(folder, MANIFEST_NAME));
    assert.deepEqual((await repaired(folder)).summary, { sound: 3, actions: 0, refused: 0 });
    assert.deepEqual(readFileSync(join(folder, MANIFEST_NAME)), before);
  });

  for (const [what, change] of [
    ['a byte that is another one', (folder: string) => flip(join(folder, 'b/1.jsonl'), 5)],
    ['a line that is no JSON', (folder: string) => flip(join(folder, 'b/1.jsonl'), 0)],
    ['a file that was cut', (folder: string) => truncateSync(join(folder, 'b/1.jsonl'), 11)],
    ['a compressed file that is damaged', (folder: string) => flip(join(folder, 'a.jsonl.gz'), 14)],
    ['a line of it that was changed', (folder: string) => flip(join(folder, MANIFEST_NAME), 40)],
    ['a first line that is none', (folder: string) => flip(join(folder, MANIFEST_NAME), 0)],
    ['a line of it that is torn', (folder: string) => truncateSync(join(folder, MANIFEST_NAME), 400)],
  ] as const) {
    it(`mends ${what}, and verify says that all is well`, async (t) => {
      const folder = await sealedFiles(t, SEALED);
      change(folder);
      const before = (await audited(folder)).summary;
      assert.ok(before.wrong > 0);
      const dry = await repaired(folder, true);
      assert.deepEqual((await audited(folder)).summary, before);
      const { actions, refusals } = await repaired(folder);
      assert.deepEqual(refusals, []);
      assert.deepEqual(
        actions.map(({ kind, file }) => [kind, file]),
        dry.actions.map(({ kind, file }) => [kind, file]),
      );
      const { told, summary, files } = await audited(folder);
      assert.equal(summary.wrong, 0, told.join());
      assert.ok(files.every(({ checked }) => checked.includes('manifest')));
      assert.deepEqual((await repaired(folder)).actions, []);
    });
  }

  it('changes nothing while a run has the folder', async (t) => {
    const folder = await sealedFiles(t, SEALED);
    flip(join(folder, 'b/1.jsonl'), 0);
    const sink = rolledFiles(`${folder}/%Y.jsonl`);
    await new Promise<void>((resolve) => void sink.write(pagesOf(['{"n":5}'])[0], () => resolve()));
    for (const isDryRun of [true, false]) {
      const { actions, refusals } = await repaired(folder, isDryRun);
      assert.deepEqual(actions, []);
      assert.match(refusals[0]!.message, /is using it/);
    }
    sink.end();
    await finished(sink);
    assert.equal((await repaired(folder)).refusals.length, 0);
    assert.equal((await audited(folder)).summary.wrong, 0);
  });

  it('says that a file is gone, which nothing can mend', async (t) => {
    const folder = await sealedFiles(t, SEALED);
    rmSync(join(folder, 'b/1.jsonl'));
    const { refusals, actions } = await repaired(folder);
    assert.deepEqual(actions, []);
    assert.match(refusals[0]!.message, /cannot be read \(ENOENT\)/);
  });

  it('mends no file by itself that a manifest vouches for', async (t) => {
    const folder = await sealedFiles(t, SEALED);
    flip(join(folder, 'b/1.jsonl'), 0);
    const { refusals, actions } = await repaired(join(folder, 'b/1.jsonl'));
    assert.deepEqual(actions, []);
    assert.match(refusals[0]!.message, /repair that folder/);
  });

  it('writes nothing outside of the folder, wherever a link leads', async (t) => {
    const folder = await sealedFiles(t, SEALED);
    const outside = await fileWith(t, '1.jsonl', 'x\n');
    rmSync(join(folder, 'b/1.jsonl'));
    symlinkSync(outside, join(folder, 'b/1.jsonl'));
    const { refusals } = await repaired(folder);
    assert.match(refusals[0]!.message, /a link leads out of the folder/);
    assert.equal(readFileSync(outside, 'utf8'), 'x\n');
  });
});

async function fileWith(t: TestContext, name: string, content: string | Buffer): Promise<string> {
  const path = join(await tempFolder(t), name);
  writeFileSync(path, content);
  return path;
}

/** Of a compressed file that is damaged anywhere, all lines of the members, or frames, stay that are as they were. */
async function assertOthersStay({
  path,
  members,
  ends,
  all,
  read,
}: {
  readonly path: string;
  readonly members: readonly Buffer[];
  /** Where each of them ends. */
  readonly ends: readonly number[];
  /** All of them. */
  readonly all: Buffer;
  /** What is in the file. */
  readonly read: () => string | Promise<string>;
}): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      damage.filter(({ kind }) => kind !== 'cut'),
      async (one) => {
        const damaged = harmed(all, one);
        for (const suffix of ['', '.bad', '.torn']) rmSync(path + suffix, { force: true });
        writeFileSync(path, damaged);
        assert.deepEqual((await repaired(path)).refusals, []);
        const after = new Set((await read()).split('\n'));
        for (const [index, text] of members.entries()) {
          const [from, to] = [ends[index - 1] ?? 0, ends[index]!];
          if (!damaged.subarray(from, to).equals(all.subarray(from, to))) continue;
          for (const line of text.toString().trimEnd().split('\n')) assert.ok(after.has(line), `${line} is gone`);
        }
        assert.equal((await audited(path)).summary.wrong, 0);
      },
    ),
    { numRuns: 60 },
  );
}

/** All that is in a file, whatever its name says of its compression: Node's own zstd reads the first frame alone. */
async function textIn(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const parts: Buffer[] = [];
    for await (const part of contentOf({ path, handle, size }, () => {})) {
      assert.ok(Buffer.isBuffer(part));
      parts.push(Buffer.from(part));
    }
    return Buffer.concat(parts).toString();
  } finally {
    await handle.close();
  }
}

function rows(from: number): Buffer {
  return Buffer.from(
    [...Array(50)].map((_, i) => `{"n":${from + i},"x":${Math.imul(from + i, 40_503) % 9_973}}\n`).join(''),
  );
}

/** What can be inflated of a gzip member that is cut off somewhere: its header has ten bytes. */
function inflated(member: Buffer): string {
  if (member.length <= 10) return '';
  return inflateRawSync(member.subarray(10), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
}

function harmed(bytes: Buffer, one: Damage): Buffer {
  const copy = Buffer.from(bytes);
  if (one.kind === 'tail') return Buffer.concat([copy, Buffer.alloc(one.length)]);
  const at = Math.floor(one.at * bytes.length);
  if (one.kind === 'cut') return copy.subarray(0, at);
  if (one.kind === 'zeros') return copy.fill(0, at, Math.min(copy.length, at + one.length));
  if (at < copy.length) copy[at]! ^= one.bits;
  return copy;
}

/** The whole lines that are JSON in UTF-8, by other means than those that are tried here. */
function soundLines(bytes: Buffer): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const sound = (line: Buffer, isEnded: boolean): string[] => {
    try {
      const text = decoder.decode(line);
      JSON.parse(text);
      return isEnded || !/\d\s*$/.test(text) ? [text] : [];
    } catch {
      return [];
    }
  };
  const lines: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf('\n'); end !== -1; end = bytes.indexOf('\n', start)) {
    lines.push(...sound(bytes.subarray(start, end), true));
    start = end + 1;
  }
  const rest = bytes.subarray(start);
  let end = rest.length;
  while (end > 0 && rest[end - 1] === 0) end -= 1;
  return [...lines, ...sound(rest.subarray(0, end), false)];
}
