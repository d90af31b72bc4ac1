import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { batch, type FeedPosition, jsonlFile, openState, parse, StateError, writePages } from '../../lib/index.js';
import { Ledger } from '../../lib/state/ledger.js';
import { decodeEntries, encodeEntry } from '../../lib/state/ledger-entry.js';
import { recover } from '../../lib/state/recover.js';
import { StateNotices } from '../../lib/state/state-notices.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { frameOf } from '../support/messages.js';
import { noSmallDisk, readOnlyDisk, smallDisk } from '../support/small-disk.js';
import { tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

describe('a state', () => {
  it('knows nothing at first, and then where the run before came to', async (t) => {
    const feed = await keptFeed(t);
    assert.equal((await feed.run([0, 1, 2])).position, undefined);
    const { position, notices } = await feed.run([3, 4]);
    assert.deepEqual(position, { sequence: 3, receivedAt: 1_002 });
    assert.match(notices.join(), /goes on at sequence 3/);
    assert.deepEqual((await feed.run([])).position, { sequence: 5, receivedAt: 1_004 });
    assert.deepEqual(feed.records(), [0, 1, 2, 3, 4]);
  });

  it('knows what was found damaged again when what was stored once more of it is damaged, too', async (t) => {
    const folder = await tempFolder(t);
    const path = join(folder, 'out.jsonl');
    const untold = { after: undefined, before: 2, receivedAt: 1_001, spooled: { id: '', page: 0 } };
    const facts = { next: 2, receivedAt: 1_001, spooled: { id: '00', page: 1 } };
    const entries = [
      {
        ...facts,
        page: 1,
        records: 0,
        untold,
        isDurable: true as const,
        files: [{ path, start: 0, end: 0, crc: 0, whole: 0 }],
      },
      { ...facts, page: 2, records: 2, files: [{ path, start: 0, end: 16, crc: 1, whole: 1 }] },
    ];
    writeFileSync(join(folder, 'ledger'), Buffer.concat(entries.map(encodeEntry)));
    // The machine died before the disk had what was stored.
    writeFileSync(path, Buffer.alloc(16));
    const state = await openState(folder);
    assert.deepEqual(state.position?.damaged, untold);
    await state.close();
  });

  for (const facts of [undefined, {}]) {
    it(`knows what was found damaged when the start that found it died before anything was cut: ${facts === undefined ? 'a file' : 'one to be finished'}`, async (t) => {
      const folder = await tempFolder(t);
      const path = join(folder, 'out.jsonl');
      const file = { path, start: 0, crc: 1, whole: 1, ...(facts && { facts }) };
      const entries = [
        { page: 1, next: 0, receivedAt: 0, records: 0, files: [{ ...file, end: 0, crc: 0, whole: 0 }] },
        { page: 2, next: 2, receivedAt: 1_001, records: 2, files: [{ ...file, end: 16 }] },
      ];
      const ledgerPath = join(folder, 'ledger');
      writeFileSync(ledgerPath, Buffer.concat(entries.map(encodeEntry)));
      writeFileSync(path, Buffer.alloc(16));
      const found = await recover(ledgerPath, new StateNotices(folder, { warn() {} } as never));
      await (await Ledger.begin(ledgerPath, found.newest)).close();
      // Died here. Whether the next one finds it cut or not, it knows.
      if (facts !== undefined) truncateSync(path);
      const state = await openState(folder);
      assert.deepEqual(state.position?.damaged, { before: 2, receivedAt: 1_001 });
      assert.equal(readFileSync(path).length, 0);
      await state.close();
    });
  }

  it('refuses to have a file begun when what is stored cannot be written down any more', async (t) => {
    const feed = await keptFeed(t);
    const state = await openState(feed.state, { sync: 'page' });
    rmSync(join(feed.state, 'ledger'));
    const refused = (error: unknown) => error instanceof StateError && /Cannot write to the state/.test(error.message);
    await assert.rejects(state.begin('a.part', {}), refused);
    await assert.rejects(state.begin('b.part', {}), refused);
    await assert.rejects(state.close(), refused);
  });

  it('takes what was not acknowledged out of the file, and keeps it beside', async (t) => {
    const feed = await keptFeed(t);
    await feed.run([0, 1]);
    appendFileSync(feed.output, '{"n":2}\n{"n":');
    const { notices } = await feed.run([2]);
    assert.match(notices.join(), /held 13 bytes that the run before did not come to acknowledge/);
    assert.deepEqual(feed.records(), [0, 1, 2]);
    assert.equal(readFileSync(`${feed.output}.torn`, 'utf8'), '{"n":2}\n{"n":\n');
  });

  it('goes on behind what is sound of a file that was changed, and tells the rest as damaged', async (t) => {
    const feed = await keptFeed(t);
    await feed.run([0, 1, 2, 3]);
    // Pages hold two records.
    const bytes = readFileSync(feed.output);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(feed.output, bytes);
    const { position, notices } = await feed.run([4]);
    assert.deepEqual(position, {
      sequence: 4,
      receivedAt: 1_003,
      damaged: { after: { sequence: 1, receivedAt: 1_001 }, before: 4, receivedAt: 1_003 },
    });
    assert.match(notices.join(), /is not what was written, from byte 16 on: .*\. What stood there is in \S+\.torn now/);
    assert.doesNotMatch(notices.join(), /did not come to acknowledge/);
    assert.deepEqual(feed.records(), [0, 1, 4]);
    assert.equal(readFileSync(`${feed.output}.torn`).length, bytes.length - 16 + 1);
  });

  it('goes on behind what is left of a file that was cut', async (t) => {
    const feed = await keptFeed(t);
    await feed.run([0, 1, 2, 3]);
    truncateSync(feed.output, 20);
    const { position } = await feed.run([4]);
    assert.deepEqual(position?.damaged?.after, { sequence: 1, receivedAt: 1_001 });
    assert.deepEqual(feed.records(), [0, 1, 4]);
  });

  it('sets a file aside of which nothing is sound', async (t) => {
    const feed = await keptFeed(t);
    await feed.run([0]);
    await feed.run([1]);
    writeFileSync(feed.output, '{"n":7}\n'.repeat(2));
    const { position, notices } = await feed.run([2]);
    assert.deepEqual(position?.damaged, { after: undefined, before: 2, receivedAt: 1_001 });
    assert.match(notices.join(), /It is \S+\.bad now, and a new file is begun/);
    assert.deepEqual(feed.records(), [2]);
    assert.equal(readFileSync(`${feed.output}.bad`, 'utf8'), '{"n":7}\n'.repeat(2));
  });

  for (const [what, change] of [
    ['taken away', (path: string) => renameSync(path, `${path}.1`)],
    ['emptied', (path: string) => truncateSync(path)],
  ] as const) {
    it(`begins a new file where the old one was ${what}, and numbers on`, async (t) => {
      const feed = await keptFeed(t);
      await feed.run([0, 1]);
      change(feed.output);
      const { position, notices } = await feed.run([2]);
      assert.deepEqual(position, { sequence: 2, receivedAt: 1_001 });
      assert.match(notices.join(), /is not there any more, or empty/);
      assert.deepEqual(feed.records(), [2]);
      assert.deepEqual((await feed.run([3])).position, { sequence: 3, receivedAt: 1_002 });
      assert.deepEqual(feed.records(), [2, 3]);
    });
  }

  it('goes on in a file that was there before it', async (t) => {
    const feed = await keptFeed(t);
    writeFileSync(feed.output, '{"n":0}\n');
    await feed.run([1, 2]);
    const { notices, position } = await feed.run([3]);
    assert.equal(position?.damaged, undefined);
    assert.equal(notices.length, 1);
    assert.deepEqual(feed.records(), [0, 1, 2, 3]);
  });

  it('reads past damage in its ledger', async (t) => {
    const feed = await keptFeed(t);
    await feed.run([0, 1, 2, 3]);
    const ledger = readFileSync(feed.ledger);
    const second = ledger.indexOf('\0LG1', 1, 'latin1');
    ledger[second > 0 ? second + 30 : 30]! ^= 1;
    writeFileSync(feed.ledger, ledger);
    const { position, notices } = await feed.run([4]);
    assert.equal(position?.sequence, 4);
    assert.match(notices.join(), /The ledger in \S+ is damaged/);
    assert.deepEqual(feed.records(), [0, 1, 2, 3, 4]);
  });

  it('takes no page back for a mark that came late', async (t) => {
    const feed = await keptFeed(t);
    await feed.run([0, 1, 2, 3]);
    // As it is when pages were added while the disk was waited for.
    const { page, next, receivedAt, files } = decodeEntries(readFileSync(feed.ledger)).entries[0]!;
    const ends = files!.map((file) => ({ ...file, start: file.end, crc: 0 }));
    appendFileSync(feed.ledger, encodeEntry({ page, next, receivedAt, records: 0, files: ends, isDurable: true }));
    const { position, notices } = await feed.run([4]);
    assert.deepEqual(position, { sequence: 4, receivedAt: 1_003 });
    assert.equal(notices.length, 1, notices.join());
    assert.deepEqual(feed.records(), [0, 1, 2, 3, 4]);
  });

  it('begins anew when nothing of its ledger can be read, and leaves files as they are', async (t) => {
    const feed = await keptFeed(t);
    await feed.run([0, 1]);
    writeFileSync(feed.ledger, 'nothing of that kind');
    const { position, notices } = await feed.run([2]);
    assert.equal(position, undefined);
    assert.match(notices.join(), /cannot be read \(20 bytes\)/);
    assert.deepEqual(feed.records(), [0, 1, 2]);
  });

  it('knows the ending of a compressed file', async (t) => {
    const feed = await keptFeed(t, 'out.jsonl.gz');
    await feed.run([0, 1]);
    const { notices } = await feed.run([2]);
    assert.equal(notices.length, 1, notices.join());
    assert.deepEqual(feed.records(), [0, 1, 2]);
    // As a kill leaves it: without its ending.
    const size = readFileSync(feed.output).length;
    truncateSync(feed.output, size - 10);
    const ledger = readFileSync(feed.ledger);
    const entries = decodeEntries(ledger).entries.filter(({ files = [] }) => files.some(({ end }) => end <= size - 10));
    assert.ok(entries.length > 0);
    const last = ledger.indexOf(`"end":${size}`);
    writeFileSync(feed.ledger, ledger.subarray(0, ledger.lastIndexOf('\0LG1', last, 'latin1')));
    await feed.run([3]);
    assert.deepEqual(feed.records(), [0, 1, 2, 3]);
  });

  it('counts what a sink has stored that writes to no file', async (t) => {
    const feed = await keptFeed(t);
    const stored: unknown[] = [];
    const sink = () => writePages(async (page) => void stored.push(...page.records));
    await feed.run([0, 1], sink);
    assert.deepEqual((await feed.run([2], sink)).position, { sequence: 2, receivedAt: 1_001 });
    assert.deepEqual(stored, [{ n: 0 }, { n: 1 }, { n: 2 }]);
  });

  it('counts nothing that the sink did not store', async (t) => {
    const feed = await keptFeed(t);
    const broken = () =>
      writePages(async (page) => {
        if (page.length < 2) throw new Error('no room');
      });
    await assert.rejects(feed.run([0, 1, 2], broken), /no room/);
    assert.deepEqual((await feed.run([])).position, { sequence: 2, receivedAt: 1_001 });
  });

  it('is that of one run at a time', async (t) => {
    const feed = await keptFeed(t);
    const state = await openState(feed.state);
    await assert.rejects(openState(feed.state), (error) => {
      assert.ok(error instanceof StateError);
      assert.equal(error.code, 'ERR_STATE');
      assert.match(
        error.message,
        new RegExp(`process ${process.pid} on \\S+, since .* is using it\\. End that run first`),
      );
      return true;
    });
    state.keep();
    assert.throws(() => state.keep(), { code: 'ERR_CONFIG' });
    await state.close();
    await state.close();
    assert.throws(() => state.keep(), { code: 'ERR_CONFIG' });
    await (await openState(feed.state)).close();
    assert.equal(existsSync(join(feed.state, 'lock')), false);
  });

  it('takes over at once what a process has locked that is gone', async (t) => {
    const feed = await keptFeed(t);
    const state = await openState(feed.state);
    const holder = readFileSync(join(feed.state, 'holder.json'), 'utf8');
    await state.close();
    // As a kill leaves it. No process has the highest number that there is.
    writeFileSync(join(feed.state, 'holder.json'), holder.replace(`${process.pid}`, `${2 ** 22}`));
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(feed.state, 'lock'));
    await (await openState(feed.state)).close();
  });

  it('fails the run when somebody takes its lock away', async (t) => {
    const feed = await keptFeed(t);
    const state = await openState(feed.state);
    const pages = new PassThrough({ objectMode: true });
    let failure: unknown;
    pipeline(pages, state.keep(), jsonlFile(feed.output)).catch((error: unknown) => {
      failure = error;
    });
    rmdirSync(join(feed.state, 'lock'));
    // It is looked at every two seconds, by a timer that keeps no process.
    await until(() => failure !== undefined);
    assert.equal((failure as StateError).code, 'ERR_STATE');
    await assert.rejects(state.close(), { code: 'ERR_STATE' });
  });

  it('fails the run when its ledger cannot be written', async (t) => {
    const feed = await keptFeed(t);
    const state = await openState(feed.state);
    rmSync(feed.state, { recursive: true });
    await assert.rejects(
      (async () => {
        await pipeline(Readable.from([frameOf('{"n":0}')]), parse(), batch(), state.keep(), jsonlFile(feed.output));
        await state.close();
      })(),
      { code: 'ERR_STATE' },
    );
  });

  it('writes down later what a full disk has no room for', { skip: noSmallDisk() }, async (t) => {
    const disk = smallDisk(t, 256);
    const path = join(disk, 'state');
    const output = join(await tempFolder(t), 'out.jsonl');
    const events: (string | undefined)[] = [];
    const silent = (): void => {};
    const logger = {
      ...{ debug: silent, info: silent, error: silent },
      warn: ({ event }: { event?: string }) => void events.push(event),
    };
    const clock = createFakeClock();
    const state = await openState(path, { clock, logger });
    const ballast = join(disk, 'ballast');
    async function* frames() {
      for (let n = 0; n < 2_000; n++) {
        if (n === 1_000) fill(ballast);
        // Of pages that were handed on, the sink has one.
        if (n === 1_900) {
          await until(() => events.at(-1) === 'disk_full');
          truncateSync(ballast, 0);
          await until(() => {
            void clock.advance(1_000);
            return events.at(-1) === 'disk_has_room';
          });
        }
        yield frameOf(`{"n":${n}}`, { sequence: n, receivedAt: n });
      }
    }
    await pipeline(Readable.from(frames()), parse(), batch({ size: 2 }), state.keep(), jsonlFile(output));
    await state.close();
    const next = await openState(path);
    assert.equal(next.position?.sequence, 2_000);
    await next.close();
    assert.deepEqual(events, ['disk_full', 'disk_has_room']);
  });

  it('keeps what it knows when a start has no room for it', { skip: noSmallDisk() }, async (t) => {
    const disk = smallDisk(t, 256);
    const path = join(disk, 'state');
    const output = join(await tempFolder(t), 'out.jsonl');
    const state = await openState(path);
    const frames = [frameOf('{"n":0}'), frameOf('{"n":1}', { sequence: 1 })];
    await pipeline(Readable.from(frames), parse(), batch(), state.keep(), jsonlFile(output));
    await state.close();
    fill(join(disk, 'ballast'));
    await assert.rejects(openState(path), { code: 'ERR_STATE', message: /the disk is full \(ENOSPC\)/ });
    truncateSync(join(disk, 'ballast'), 0);
    const next = await openState(path);
    assert.equal(next.position?.sequence, 2);
    await next.close();
  });

  it('has nothing written to a file of which it could not write down where that begins', {
    skip: noSmallDisk(),
  }, async (t) => {
    const disk = smallDisk(t, 256);
    const output = join(await tempFolder(t), 'out.jsonl');
    const clock = createFakeClock();
    const state = await openState(join(disk, 'state'), { clock });
    fill(join(disk, 'ballast'));
    let failure: unknown;
    const frames = Readable.from([frameOf('{"n":0}')]);
    pipeline(frames, parse(), batch(), state.keep(), jsonlFile(output)).catch((error: unknown) => {
      failure = error;
    });
    // It looks again in a second.
    await until(() => clock.pending > 0);
    await assert.rejects(state.close(), { code: 'ERR_STATE', message: /the disk is full \(ENOSPC\)/ });
    await until(() => failure !== undefined);
    assert.equal((failure as StateError).code, 'ERR_STATE');
    assert.equal(readFileSync(output, 'utf8'), '');
  });

  it('says at its close what a full disk had no room for', { skip: noSmallDisk() }, async (t) => {
    const disk = smallDisk(t, 256);
    const output = join(await tempFolder(t), 'out.jsonl');
    const state = await openState(join(disk, 'state'));
    async function* frames() {
      for (let n = 0; n < 1_000; n++) {
        if (n === 500) fill(join(disk, 'ballast'));
        yield frameOf(`{"n":${n}}`, { sequence: n, receivedAt: n });
      }
    }
    await pipeline(Readable.from(frames()), parse(), batch({ size: 2 }), state.keep(), jsonlFile(output));
    await assert.rejects(state.close(), { code: 'ERR_STATE', message: /the disk is full \(ENOSPC\)/ });
  });

  it('says of a disk that is read-only that it is', { skip: noSmallDisk() }, async (t) => {
    const path = join(readOnlyDisk(t), 'new', 'state');
    await assert.rejects(openState(path), { code: 'ERR_STATE', message: /\(EROFS\)/ });
  });

  it('refuses what is no path, and options that it does not know', async () => {
    await assert.rejects(openState(''), { code: 'ERR_CONFIG' });
    await assert.rejects(openState('a', { sync: 0 }), { code: 'ERR_CONFIG', message: /'page' or 'never'/ });
  });
});

/** Takes all room that there is. */
function fill(path: string): void {
  assert.throws(
    () => {
      for (;;) appendFileSync(path, Buffer.alloc(4_096, 1));
    },
    { code: 'ENOSPC' },
  );
}

/** A feed whose pages hold two records, into a file, with a state. */
async function keptFeed(t: TestContext, name = 'out.jsonl') {
  const folder = await tempFolder(t);
  const output = join(folder, name);
  const state = join(folder, 'state');
  return {
    output,
    state,
    ledger: join(state, 'ledger'),
    records(): number[] {
      const bytes = readFileSync(output);
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      return text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { n: number }).n);
    },
    async run(
      numbers: readonly number[],
      sink: () => NodeJS.WritableStream = () => jsonlFile(output, { append: true }),
    ): Promise<{ readonly position: FeedPosition | undefined; readonly notices: readonly string[] }> {
      const notices: string[] = [];
      const silent = (): void => {};
      const logger = {
        ...{ debug: silent, info: silent, error: silent },
        warn: (_facts: object, message: string) => void notices.push(message),
      };
      // Before the sink, which looks at the file when it is made.
      const opened = await openState(state, { logger });
      const frames = numbers.map((n) => frameOf(`{"n":${n}}`, { sequence: n, receivedAt: 1_000 + n }));
      try {
        await pipeline(Readable.from(frames), parse(), batch({ size: 2 }), opened.keep(), sink());
      } finally {
        await opened.close();
      }
      return { position: opened.position, notices };
    },
  };
}
