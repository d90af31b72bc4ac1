import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { FrameFactsList } from '../../lib/batch/frame-facts-list.js';
import {
  acknowledging,
  batch,
  type Frame,
  type Gap,
  jsonlFile,
  openSpool,
  openState,
  Page,
  parse,
  SinkError,
  SpoolError,
  type SpoolOptions,
  writePages,
} from '../../lib/index.js';
import { tellWritable } from '../../lib/internal/chain.js';
import { type SpoolDisk, systemDisk } from '../../lib/spool/spool-disk.js';
import { decodeEntries, encodeEntry } from '../../lib/state/ledger-entry.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { frameOf } from '../support/messages.js';
import { noSmallDisk, smallDisk } from '../support/small-disk.js';
import { tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';
import { fillingDisk } from './filling-disk.js';

describe('a spool', () => {
  it('hands on what it is given, in order, and is empty when that is stored', async (t) => {
    const feed = await spooledFeed(t);
    await feed.run(numbersTo(100));
    assert.deepEqual(feed.stored, numbersTo(100));
    assert.deepEqual(feed.segments(), []);
    assert.deepEqual((await feed.run([])).position, { sequence: 100, receivedAt: 1_099 });
  });

  it('keeps what the sink did not store, says so in its error, and delivers it first, by the next run', async (t) => {
    const feed = await spooledFeed(t);
    await assert.rejects(feed.run(numbersTo(100), { failAt: 50 }), /no room/);
    assert.deepEqual(feed.stored, numbersTo(50));
    const { position, notices } = await feed.run([100, 101]);
    assert.deepEqual(position, { sequence: 100, receivedAt: 1_099 });
    assert.match(notices.join(), /holds 50 records/);
    assert.deepEqual(feed.stored, numbersTo(102));
    assert.deepEqual(feed.segments(), []);
  });

  it('says in the error of its sink what it keeps', async (t) => {
    const feed = await spooledFeed(t);
    let fail = (): void => {};
    const failing = new Promise<void>((_resolve, reject) => {
      fail = () => reject(new Error('no room'));
    });
    const sink = writePages(async (page) => {
      if ((page.records as { n: number }[])[0]!.n >= 50) await failing;
    });
    const { spool, stream, write } = await feed.open({}, sink as Writable);
    await write(numbersTo(100));
    await until(() => spool.backlog.records === 50);
    fail();
    await assert.rejects(stream, (error) => {
      assert.ok(error instanceof SinkError);
      assert.match(
        error.message,
        /no room.* The spool in \S+ keeps 50 records that the sink has not stored: the next run begins with them\.$/,
      );
      return true;
    });
    assert.equal(spool.backlog.records, 50);
  });

  it('delivers what waits on the disk alone, behind what is in memory, and what comes meanwhile behind that', async (t) => {
    const feed = await spooledFeed(t, 10_000);
    const sink = heldSink(feed.stored);
    const { spool, stream, write, keep } = await feed.open({ maxBytes: 1024 * 1024 * 64 }, sink);
    await write(numbersTo(2_000));
    assert.equal(spool.backlog.records, 2_000);
    assert.equal(spool.backlog.oldestAt, 1_000);
    assert.ok(spool.backlog.bytes > 20_000_000);
    sink.letGo();
    await until(() => feed.stored.length > 1_500);
    await write(numbersTo(2_500).slice(2_000));
    keep.end();
    await stream;
    assert.deepEqual(spool.backlog, { records: 0, bytes: 0, oldestAt: undefined });
    await spool.close();
    assert.deepEqual(feed.stored, numbersTo(2_500));
    assert.deepEqual(feed.segments(), []);
  });

  it('delivers once more, without a state, what the sink may not have stored, and with one to a file each record once', async (t) => {
    const feed = await spooledFeed(t);
    const folder = join(feed.path, '..');
    const output = join(folder, 'out.jsonl');
    for (const numbers of [numbersTo(10), [10, 11, 12]]) {
      const state = await openState(join(folder, 'state'));
      const spool = await openSpool(feed.path, { state });
      assert.equal(spool.position?.sequence, numbers[0] === 0 ? undefined : 10);
      await pipeline(
        Readable.from(numbers.map((n) => feed.frame(n))),
        parse(),
        batch({ size: 2 }),
        spool.keep(),
        state.keep(),
        jsonlFile(output, { append: true }),
      );
      await spool.close();
      await state.close();
    }
    const lines = readFileSync(output, 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { n: number }).n),
      numbersTo(13),
    );
    // A ledger of its own takes the place of a state that is gone.
    rmSync(join(folder, 'state'), { recursive: true });
    const { position } = await feed.run([]);
    assert.equal(position?.sequence, 13);
    assert.deepEqual(feed.stored, []);
  });

  for (const isThere of [true, false]) {
    it(`delivers once more what its state finds damaged in the file, ${isThere ? 'since it is still there' : 'or tells it first, when it is gone'}`, async (t) => {
      const feed = await spooledFeed(t);
      const output = join(feed.path, '../out.jsonl');
      const run = async (numbers: readonly number[], failAt = Number.POSITIVE_INFINITY) => {
        const state = await openState(join(feed.path, '../state'));
        const spool = await openSpool(feed.path, { state });
        const fails = new Transform({
          objectMode: true,
          transform(page: Page, _encoding, callback) {
            const isNow = (page.records as { n?: number }[])[0]!.n! >= failAt;
            // What came before is stored first.
            if (isNow)
              void until(() => spool.backlog.records <= 20 - failAt).then(() => callback(new Error('no room')));
            else callback(null, page);
          },
        });
        try {
          await pipeline(
            Readable.from(numbers.map(feed.frame)),
            parse(),
            batch({ size: 2 }),
            spool.keep(),
            state.keep(),
            fails,
            jsonlFile(output, { append: true }),
          );
        } finally {
          await spool.close();
          await state.close();
        }
      };
      await assert.rejects(run(numbersTo(20), 12), /no room/);
      const lines = readFileSync(output, 'utf8').split('\n');
      assert.equal(lines.length, 13);
      // As a power failure leaves it.
      writeFileSync(output, `${lines.slice(0, 6).join('\n')}\n{"n":`);
      if (!isThere) for (const name of feed.segments()) rmSync(join(feed.path, name));
      await run([20, 21]);
      const stored = readFileSync(output, 'utf8').trimEnd().split('\n');
      const values = stored.map((line) => JSON.parse(line) as { n?: number; gap?: ToldGap });
      const gaps = values.flatMap(({ gap }) => gap ?? []);
      const numbers = values.flatMap(({ n }) => n ?? []);
      if (isThere) assert.deepEqual([numbers, gaps], [numbersTo(22), []]);
      else {
        assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5, 20, 21]);
        assert.deepEqual(
          gaps.map((gap) => [gap.cause, gap.after_sequence, gap.before_sequence]),
          [['damaged', 5, 12]],
        );
      }
    });
  }

  it('is that of one run at a time', async (t) => {
    const feed = await spooledFeed(t);
    const spool = await openSpool(feed.path);
    await assert.rejects(openSpool(feed.path), (error) => {
      assert.ok(error instanceof SpoolError);
      assert.match(error.message, new RegExp(`Cannot use the spool in .*: process ${process.pid} on`));
      return true;
    });
    spool.keep();
    assert.throws(() => spool.keep(), { code: 'ERR_CONFIG' });
    await spool.close();
    await spool.close();
    assert.throws(() => spool.keep(), { code: 'ERR_CONFIG' });
    await (await openSpool(feed.path)).close();
    assert.equal(existsSync(join(feed.path, 'lock')), false);
  });

  it('has no file open when it is closed', { skip: process.platform !== 'linux' }, async (t) => {
    const feed = await spooledFeed(t);
    await assert.rejects(feed.run(numbersTo(10), { failAt: 4 }), /no room/);
    const openFiles = (): string[] =>
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          const path = readlinkSync(`/proc/self/fd/${fd}`);
          return path.startsWith(feed.path) ? [path] : [];
        } catch {
          return [];
        }
      });
    assert.deepEqual(openFiles(), []);
    const spool = await openSpool(feed.path);
    await spool.close();
    assert.deepEqual(openFiles(), []);
  });

  it('hands on no more when the time for the end of a run is up: the rest is for the next one', async (t) => {
    const feed = await spooledFeed(t);
    const clock = createFakeClock();
    const sink = heldSink(feed.stored);
    const { spool, stream, write, keep } = await feed.open({ clock, drainTimeoutMs: 1_000, sync: 'never' }, sink);
    await write(numbersTo(100));
    tellWritable(keep);
    keep.end();
    await clock.advance(799);
    assert.equal(keep.readableEnded, false);
    await clock.advance(1);
    sink.letGo();
    await stream;
    assert.equal(clock.pending, 0);
    await spool.close();
    // What was on its way to it, and no more.
    assert.ok(feed.stored.length < 20, `${feed.stored.length}`);
    await feed.run([100]);
    assert.deepEqual(feed.stored, numbersTo(101));
  });

  it('refuses what is no path, options that it does not know, and what is no page', async (t) => {
    await assert.rejects(openSpool(''), { code: 'ERR_CONFIG' });
    await assert.rejects(openSpool('a', { maxBytes: 5 }), {
      code: 'ERR_CONFIG',
      message: /maxBytes.*at least 1048576/,
    });
    await assert.rejects(openSpool('a', { state: {} as never }), { code: 'ERR_CONFIG' });
    const feed = await spooledFeed(t);
    const state = await openState(feed.path);
    await assert.rejects(openSpool(feed.path, { state }), {
      code: 'ERR_CONFIG',
      message: /The state is kept in \S+: give the spool a folder of its own/,
    });
    await state.close();
    const spool = await openSpool(feed.path);
    await assert.rejects(pipeline(Readable.from(['{}']), spool.keep(), new PassThrough({ objectMode: true })), {
      code: 'ERR_CONFIG',
      message: /openSpool: Expected pages/,
    });
    await spool.close();
  });
});

describe('a spool that is full', () => {
  it('takes no more, with `block`, until the sink has stored something', async (t) => {
    const feed = await spooledFeed(t, 10_000);
    const sink = heldSink(feed.stored);
    const { spool, stream, write, keep, notices } = await feed.open({ maxBytes: 1024 * 1024 }, sink);
    const written = write(numbersTo(500));
    await until(() => notices.some((notice) => notice.includes('is full')));
    assert.ok(feed.bytes() <= 1024 * 1024);
    assert.match(notices.join(), /`max_bytes` are used\. The socket is paused until there is room\./);
    sink.letGo();
    await written;
    keep.end();
    await stream;
    await spool.close();
    assert.deepEqual(feed.stored, numbersTo(500));
    assert.match(notices.join(), /has room again/);
    assert.equal(notices.filter((notice) => notice.includes('is full')).length, 1);
    assert.equal(spool.dropped, 0);
  });

  it('counts what it keeps of short records, too', async (t) => {
    const feed = await spooledFeed(t);
    const sink = heldSink(feed.stored);
    const { spool, stream, keep } = await feed.open({ maxBytes: 1024 * 1024, onFull: 'drop_newest' }, sink);
    for (let at = 0; at < 250_000; at += 5_000) {
      const frames = Array.from({ length: 5_000 }, (_, n) => frameOf('1', { sequence: at + n, receivedAt: 1_000 }));
      await new Promise<void>((resolve) => void keep.write(pageOf(frames), () => resolve()));
    }
    assert.ok(spool.dropped > 0);
    assert.ok(feed.bytes() <= 1024 * 1024, `${feed.bytes()}`);
    sink.fail();
    await assert.rejects(stream, /told to/);
    await spool.close();
  });

  it('takes a page that is larger than it all the same, when nothing else is there', async (t) => {
    const feed = await spooledFeed(t, 3_000_000);
    await feed.run(numbersTo(4), { maxBytes: 1024 * 1024 });
    assert.deepEqual(feed.stored, numbersTo(4));
    assert.deepEqual(feed.segments(), []);
  });

  for (const onFull of ['drop_oldest', 'drop_newest'] as const) {
    for (const isAnew of [false, true]) {
      it(`drops whole pages, with \`${onFull}\`, and tells them as gaps in their place${isAnew ? ', in a later run, too' : ''}`, async (t) => {
        const feed = await spooledFeed(t, 10_000);
        const sink = heldSink(feed.stored, feed.gaps);
        const { spool, stream, write, keep, notices } = await feed.open({ maxBytes: 1024 * 1024, onFull }, sink);
        await write(numbersTo(1_000));
        assert.ok(feed.bytes() <= 1024 * 1024 + 1_000, `${feed.bytes()}`);
        const { dropped } = spool;
        assert.ok(dropped > 800, `${dropped}`);
        assert.equal(spool.backlog.records, 1_000 - dropped);
        assert.match(
          notices.join(),
          onFull === 'drop_oldest' ? /What waits longest is dropped/ : /What comes is dropped/,
        );
        if (isAnew) {
          sink.fail();
          await assert.rejects(stream, /told to/);
          await spool.close();
          await feed.run([1_000, 1_001]);
        } else {
          sink.letGo();
          await until(() => feed.stored.length === 1_000 - dropped);
          // There is room as soon as what is stored is gone.
          await until(() => feed.bytes() < 512 * 1024);
          await write([1_000, 1_001]);
          keep.end();
          await stream;
          await spool.close();
        }
        assert.equal(feed.stored.length, 1_002 - dropped);
        assert.equal(feed.gaps.length, 1);
        assert.equal(feed.gaps[0]!.dropped, dropped);
        checkTold(feed.stored, feed.gaps, 'overflow', 1_002);
        if (onFull === 'drop_oldest') assert.ok(feed.stored.includes(999));
        else assert.ok(!feed.stored.includes(999));
        assert.deepEqual(feed.segments(), []);
      });
    }
  }

  it('tells an event in place of a line, when that is all that is wanted', async (t) => {
    const feed = await spooledFeed(t, 10_000);
    const sink = heldSink(feed.stored, feed.gaps);
    const { spool, stream, write, keep } = await feed.open(
      { maxBytes: 1024 * 1024, onFull: 'drop_newest', gaps: 'events' },
      sink,
    );
    const told: Gap[] = [];
    keep.on('gap', (gap) => told.push(gap));
    await write(numbersTo(300));
    sink.letGo();
    await until(() => feed.stored.length === 300 - spool.dropped);
    keep.end();
    await stream;
    await spool.close();
    assert.deepEqual(feed.gaps, []);
    assert.deepEqual(
      told.map(({ cause, dropped }) => ({ cause, dropped })),
      [{ cause: 'overflow', dropped: spool.dropped }],
    );
    assert.deepEqual(feed.segments(), []);
  });

  it('waits for a disk that is full, tells it once, and goes on when there is room', async (t) => {
    const feed = await spooledFeed(t);
    const clock = createFakeClock();
    let isFull = true;
    const disk = fillingDisk(() => isFull);
    const sink = heldSink(feed.stored);
    sink.letGo();
    const { spool, stream, write, keep, notices } = await feed.open({ disk, clock } as SpoolOptions, sink);
    const written = write(numbersTo(10));
    await until(() => notices.some((notice) => notice.includes('the disk is full (ENOSPC)')));
    await clock.advance(1_000);
    await clock.advance(1_000);
    assert.equal(notices.length, 1);
    isFull = false;
    await clock.advance(1_000);
    await written;
    keep.end();
    await stream;
    await spool.close();
    assert.deepEqual(feed.stored, numbersTo(10));
    assert.match(notices[1]!, /has room again/);
  });

  it('fails at the end of a run when there is no room for a page until its time is up', async (t) => {
    const feed = await spooledFeed(t);
    const clock = createFakeClock();
    let writes = 0;
    const disk: SpoolDisk = {
      ...systemDisk,
      write(...given) {
        if (++writes <= 3) return systemDisk.write(...given);
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      },
    };
    const sink = heldSink(feed.stored);
    const options = { disk, clock, drainTimeoutMs: 1_000, sync: 'never' } as SpoolOptions;
    const { spool, stream, write, keep, notices } = await feed.open(options, sink);
    void write(numbersTo(10));
    await until(() => notices.some((notice) => notice.includes('the disk is full (ENOSPC)')));
    tellWritable(keep);
    await clock.advance(799);
    assert.equal(keep.destroyed, false);
    await clock.advance(1);
    await assert.rejects(stream, (error) => error instanceof SpoolError);
    await spool.close();
    // The pages that were written are not lost.
    await feed.run([]);
    assert.deepEqual(feed.stored, numbersTo(6));
  });

  it('keeps what its state has no room to write down', { skip: noSmallDisk() }, async (t) => {
    const disk = smallDisk(t, 256);
    const state = await openState(join(disk, 'state'));
    assert.throws(
      () => {
        for (;;) appendFileSync(join(disk, 'ballast'), Buffer.alloc(4_096, 1));
      },
      { code: 'ENOSPC' },
    );
    const feed = await spooledFeed(t, 10_000);
    const sink = heldSink(feed.stored);
    sink.letGo();
    const { spool, stream, write, keep } = await feed.open({ maxBytes: 4 * 1024 * 1024, state }, sink);
    // It has something to write down.
    state.advanceTo(1);
    await write(numbersTo(200));
    keep.end();
    await stream;
    assert.deepEqual(feed.stored, numbersTo(200));
    await spool.close();
    assert.equal(feed.segments()[0], 'seg-0000000000000001.spool');
    await assert.rejects(state.close(), { code: 'ERR_STATE' });
  });

  it('tells when the disk has little room left, once, and when it has more again', async (t) => {
    const feed = await spooledFeed(t);
    const clock = createFakeClock();
    let free = 9;
    const disk: SpoolDisk = { ...systemDisk, room: async () => ({ free, all: 100 }) };
    const sink = heldSink(feed.stored);
    sink.letGo();
    const { stream, write, keep, notices } = await feed.open({ disk, clock, sync: 'page' } as SpoolOptions, sink);
    await write([0, 1]);
    await until(() => notices.length === 1);
    free = 50;
    await clock.advance(60_000);
    await write([2, 3]);
    await until(() => notices.length === 2);
    keep.end();
    await stream;
    assert.deepEqual(
      notices.map((notice) => notice.replace(/ in \S+/, '')),
      [
        'The disk of the spool is nearly full: 9 bytes of 100 bytes are free.',
        'The disk of the spool has room again: 50 bytes of 100 bytes are free.',
      ],
    );
  });
});

describe('a spool whose disk fails', () => {
  for (const what of ['write', 'sync'] as const) {
    it(`delivers what there is, and then fails with ERR_SPOOL: ${what}`, async (t) => {
      const feed = await spooledFeed(t);
      let calls = 0;
      const fails = (): never => {
        throw Object.assign(new Error('broken'), { code: 'EIO' });
      };
      const disk: SpoolDisk = {
        ...systemDisk,
        write: (...given) => (what === 'write' && ++calls > 3 ? fails() : systemDisk.write(...given)),
        sync: async (fd) => (what === 'sync' ? fails() : systemDisk.sync(fd)),
      };
      await assert.rejects(feed.run(numbersTo(100), { disk, sync: 'page' } as SpoolOptions), (error) => {
        assert.ok(error instanceof SpoolError);
        assert.match(
          error.message,
          /Cannot write to the spool in .*: the disk reported an input\/output error \(EIO\)/,
        );
        return true;
      });
      // Those that were written, and the one that could not be.
      if (what === 'write') assert.deepEqual(feed.stored, numbersTo(8));
      assert.deepEqual(feed.stored, numbersTo(feed.stored.length));
    });
  }
});

describe('a spool that is damaged', () => {
  const damages: readonly (readonly [what: string, damage: (paths: readonly string[]) => void])[] = [
    ['a byte of a body', ([, path]) => flip(path!, '"n":'.length, '"n":')],
    ['a byte of a head', ([, path]) => flip(path!, 30, '\0SP1', 3)],
    ['a byte of facts', ([, path]) => flip(path!, 80, '\0SP1', 2)],
    ['the first head', ([, path]) => flip(path!, 10, '\0SP1')],
    ['the last page', (paths) => flip(paths.at(-1)!, 100, '\0SP1', -2)],
    ['the last head', (paths) => flip(paths.at(-1)!, 30, '\0SP1', -2)],
    ['the sum of a segment', ([, path]) => flip(path!, 30, '\0SP1', -1)],
    ['a stretch of zeros', ([, path]) => writeFileSync(path!, readFileSync(path!).fill(0, 30_000, 90_000))],
    ['zeros alone', ([, path]) => writeFileSync(path!, Buffer.alloc(statSync(path!).size))],
    ['a segment that was cut', ([, path]) => writeFileSync(path!, readFileSync(path!).subarray(0, 70_000))],
    ['a segment that is empty', ([, path]) => writeFileSync(path!, '')],
    ['a segment that is gone', ([, path]) => rmSync(path!)],
    ['a segment that stands there twice', ([, path, other]) => writeFileSync(other!, readFileSync(path!))],
    [
      'a folder in place of a segment',
      ([, path]) => {
        rmSync(path!);
        mkdirSync(path!);
      },
    ],
  ];
  for (const [what, damage] of damages) {
    it(`delivers what can be read, and tells the rest: ${what}`, async (t) => {
      const feed = await spooledFeed(t, 10_000);
      const sink = heldSink(feed.stored, feed.gaps);
      const first = await feed.open({ maxBytes: 1024 * 1024 }, sink);
      await first.write(numbersTo(60));
      sink.fail();
      await assert.rejects(first.stream, /told to/);
      await first.spool.close();
      const paths = feed.segments().map((name) => join(feed.path, name));
      assert.ok(paths.length >= 4);
      damage(paths);
      const { notices } = await feed.run([60, 61], { maxBytes: 1024 * 1024 });
      checkTold(feed.stored, feed.gaps, 'damaged', 62);
      const lost = 62 - feed.stored.length;
      assert.ok(what === 'the sum of a segment' ? lost === 0 : lost > 0 && lost < 40, `${lost} lost`);
      if (!/gone|empty|twice/.test(what)) assert.ok(notices.length > 1, notices.join());
      assert.deepEqual(feed.segments(), what.startsWith('a folder') ? feed.segments() : []);
      // It is told once.
      const { length } = feed.gaps;
      await feed.run([62], { maxBytes: 1024 * 1024 });
      assert.equal(feed.gaps.length, length);
    });
  }

  it('delivers all that is there when its ledger is gone, or cannot be read', async (t) => {
    const feed = await spooledFeed(t);
    await assert.rejects(feed.run(numbersTo(10), { failAt: 4 }), /no room/);
    writeFileSync(join(feed.path, 'ledger'), 'nothing of that kind');
    rmSync(join(feed.path, 'id'));
    const { notices } = await feed.run([10]);
    assert.match(notices.join(), /The ledger of the spool in .* cannot be read/);
    assert.deepEqual(feed.stored, [...numbersTo(4), ...numbersTo(11)]);
  });

  it('goes by what is written down, and where there is a state by what the disk has for sure', async (t) => {
    for (const isWithState of [false, true]) {
      const feed = await spooledFeed(t);
      await assert.rejects(feed.run(numbersTo(10), { failAt: 4 }), /no room/);
      // A kill leaves what was written down of a third page, and no mark behind it.
      const ledger = join(feed.path, 'ledger');
      const newest = decodeEntries(readFileSync(ledger)).entries.at(-1)!;
      assert.deepEqual([newest.isDurable, newest.spooled?.page], [true, 2]);
      const { isDurable: _, ...entry } = newest;
      const spooled = { ...newest.spooled!, page: 3 };
      appendFileSync(ledger, encodeEntry({ ...entry, page: newest.page + 1, next: 6, records: 2, spooled }));
      const state = isWithState ? await openState(join(feed.path, '../state')) : undefined;
      await feed.run([10], { state });
      await state?.close();
      assert.deepEqual(feed.stored, isWithState ? numbersTo(11) : [0, 1, 2, 3, 6, 7, 8, 9, 10]);
    }
  });

  for (const isSame of [true, false]) {
    it(`without a state trusts ${isSame ? 'all that its ledger says, when only the process died' : 'only what was forced to the disk, when the machine did'}`, async (t) => {
      const feed = await spooledFeed(t);
      await assert.rejects(feed.run(numbersTo(10), { failAt: 6 }), /no room/);
      // As a run leaves it that dies right after page three was stored, and before that was forced to the disk.
      const id = readFileSync(join(feed.path, 'id'), 'utf8').trim();
      const before = { next: 4, receivedAt: 1_003, records: 2, spooled: { id, page: 2 } };
      const after = { next: 6, receivedAt: 1_005, records: 2, spooled: { id, page: 3 } };
      const entries = [
        { page: 1, ...before, isDurable: true as const },
        { page: 2, ...after },
      ];
      writeFileSync(join(feed.path, 'ledger'), Buffer.concat(entries.map(encodeEntry)));
      if (!isSame) writeFileSync(join(feed.path, 'boot'), 'another one\n');
      feed.stored.length = 0;
      await feed.run([10]);
      assert.deepEqual(feed.stored, numbersTo(11).slice(isSame ? 6 : 4));
      // By now the machine is the same.
      feed.stored.length = 0;
      await feed.run([11]);
      assert.deepEqual(feed.stored, [11]);
    });
  }

  it('cuts off what was not written whole, and numbers on', async (t) => {
    const feed = await spooledFeed(t);
    await assert.rejects(feed.run(numbersTo(10), { failAt: 4 }), /no room/);
    const path = join(feed.path, feed.segments()[0]!);
    const bytes = readFileSync(path);
    const heads = placesOf(bytes, '\0SP1');
    // Without its sum, and with a part of the last page, as a kill leaves it.
    writeFileSync(path, bytes.subarray(0, heads.at(-1)! - 3));
    const { notices, position } = await feed.run([8, 9]);
    assert.equal(position?.sequence, 8);
    assert.match(notices.join(), /ended in a page that was not written whole/);
    assert.deepEqual(feed.stored, numbersTo(10));
    assert.deepEqual(feed.gaps, []);
  });

  it('misses nothing where a segment was begun, and its first page was not written whole', async (t) => {
    const feed = await spooledFeed(t);
    await assert.rejects(feed.run(numbersTo(10), { failAt: 4 }), /no room/);
    const first = readFileSync(join(feed.path, feed.segments()[0]!));
    const begun = join(feed.path, 'seg-0000000000000006.spool');
    for (const [bytes, name] of [
      [0, undefined],
      [50, `${begun}.bad`],
      [100, `${begun}.bad.1`],
    ] as const) {
      writeFileSync(begun, first.subarray(0, bytes));
      const spool = await openSpool(feed.path);
      assert.equal(spool.position?.sequence, 10);
      await spool.close();
      assert.equal(existsSync(begun), false);
      if (name !== undefined) assert.equal(readFileSync(name).length, bytes);
    }
    await feed.run([10, 11]);
    assert.deepEqual(feed.stored, numbersTo(12));
    assert.deepEqual(feed.gaps, []);
  });
});

/** A page of these frames. */
function pageOf(frames: readonly Frame[]): Page {
  const facts = new FrameFactsList();
  for (const frame of frames) facts.add(frame);
  let end = -1;
  const ends = frames.map(({ data }) => (end += data.length + 1));
  const bytes = Buffer.from(frames.map(({ data }) => `${data}\n`).join(''));
  return Page.of(bytes, ends, facts, 'number');
}

function numbersTo(end: number): number[] {
  return Array.from({ length: end }, (_, n) => n);
}

/** Where a text stands in bytes. */
function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text, 0, 'latin1'); at >= 0; at = bytes.indexOf(text, at + 1, 'latin1')) places.push(at);
  return places;
}

/** Changes a byte so far behind an occurrence of a text. */
function flip(path: string, behind: number, text: string, which = 0): void {
  const bytes = readFileSync(path);
  bytes[placesOf(bytes, text).at(which)! + behind]! ^= 1;
  writeFileSync(path, bytes);
}

/** Numbers are there once, in order, and each hole is told by the gap that stands there. */
function checkTold(stored: readonly number[], gaps: readonly ToldGap[], cause: string, end: number): void {
  const told = gaps.map((gap) => [gap.cause, gap.after_sequence, gap.before_sequence]);
  const holes: unknown[] = [];
  let next = 0;
  for (const n of [...stored, end]) {
    assert.ok(n >= next, `${n} is there twice, or late`);
    if (n > next) holes.push([cause, next === 0 ? null : next - 1, n]);
    next = n + 1;
  }
  assert.deepEqual(told, holes);
}

interface ToldGap {
  readonly cause: string;
  readonly dropped: number;
  readonly after_sequence: number | null;
  readonly before_sequence: number | null;
}

interface HeldSink extends Writable {
  letGo(): void;
  fail(): void;
}

/** A sink that stores nothing before it is told to. */
function heldSink(stored: number[], gaps: ToldGap[] = []): HeldSink {
  let held: (() => void) | undefined;
  let isOpen = false;
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: Page, _encoding, callback) {
      const store = (): void => {
        note(page, stored, gaps);
        callback();
      };
      if (isOpen) store();
      else held = store;
    },
  });
  return Object.assign(acknowledging(sink), {
    letGo() {
      isOpen = true;
      held?.();
    },
    fail() {
      sink.destroy(new Error('told to'));
    },
  });
}

function note(page: Page, stored: number[], gaps: ToldGap[]): void {
  for (const value of page.records as { n: number; gap?: ToldGap }[]) {
    if (value.gap === undefined) stored.push(value.n);
    else gaps.push(value.gap);
  }
}

/** A feed whose pages hold two records, into a sink that remembers them, with a spool. */
async function spooledFeed(t: TestContext, bytes = 0) {
  const folder = await tempFolder(t);
  const path = join(folder, 'spool');
  const stored: number[] = [];
  const gaps: ToldGap[] = [];
  const filler = 'x'.repeat(bytes);
  const frame = (n: number) => frameOf(`{"n":${n},"filler":"${filler}"}`, { sequence: n, receivedAt: 1_000 + n });
  const logged = () => {
    const notices: string[] = [];
    const silent = (): void => {};
    const warn = (_facts: object, message: string) => void notices.push(message);
    return { notices, logger: { debug: silent, info: silent, error: silent, warn } };
  };
  return {
    path,
    stored,
    gaps,
    frame,
    segments: () => readdirSync(path).filter((name) => name.endsWith('.spool')),
    bytes: () =>
      readdirSync(path)
        .filter((name) => name.endsWith('.spool'))
        .reduce((sum, name) => sum + (statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0), 0),
    /** A run that goes on while numbers are written to its source. */
    async open(options: SpoolOptions, sink: Writable) {
      const { notices, logger } = logged();
      const spool = await openSpool(path, { logger, ...options });
      t.after(() => spool.close());
      const keep = spool.keep();
      const stream = pipeline(keep, sink);
      // Looked at later.
      stream.catch(() => {});
      /** Writes pages of two records, one after another. */
      const write = async (numbers: readonly number[]): Promise<void> => {
        for (let at = 0; at < numbers.length; at += 2) {
          const page = pageOf(numbers.slice(at, at + 2).map(frame));
          await new Promise<void>((resolve) => void keep.write(page, () => resolve()));
        }
      };
      return { spool, write, stream, keep, notices };
    },
    async run(
      numbers: readonly number[],
      { failAt = Number.POSITIVE_INFINITY, ...options }: SpoolOptions & { readonly failAt?: number } = {},
    ) {
      const { notices, logger } = logged();
      const spool = await openSpool(path, { logger, ...options });
      const sink = acknowledging(
        new Writable({
          objectMode: true,
          highWaterMark: 1,
          write(page: Page, _encoding, callback) {
            const first = (page.records as { n?: number }[])[0]!.n ?? 0;
            if (first >= failAt) {
              callback(new Error('no room'));
              return;
            }
            note(page, stored, gaps);
            callback();
          },
        }),
      );
      try {
        await pipeline(Readable.from(numbers.map(frame)), parse(), batch({ size: 2 }), spool.keep(), sink);
      } finally {
        await spool.close();
      }
      return { position: spool.position, notices };
    },
  };
}
