import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { batch, parse, type RolledFilesOptions, rolledFiles, SinkError } from '../../../lib/index.js';
import { readManifest } from '../../../lib/manifest/manifest.js';
import { createFakeClock, type FakeClock } from '../../../lib/testing/index.js';
import { frameOf } from '../../support/messages.js';
import { noSmallDisk, smallDisk } from '../../support/small-disk.js';
import { tempFolder } from '../../support/temp-folder.js';
import { until } from '../../support/until.js';
import { pagesOf } from '../pages.js';
import { allFiles, linesOf, sealedFiles } from './support.js';

const HOUR = 3_600_000;
/** 2026-11-30T10:00:00Z */
const TEN = Date.UTC(2026, 10, 30, 10);

describe('files that are rolled', () => {
  it('are finished when their time is over and nothing comes any more', async (t) => {
    const { folder, sink, clock, write } = await openFiles(t, '%H.jsonl', {}, TEN + HOUR - 1_000);
    await write([TEN + HOUR - 1_000]);
    await clock.advance(4_900);
    assert.deepEqual(sealedFiles(folder), []);
    await clock.advance(200);
    await until(() => sink.report().rolled === 1);
    assert.deepEqual(
      sealedFiles(folder).map(({ path }) => path),
      ['10.jsonl'],
    );
    sink.end();
  });

  it('are not finished by the clock while records come whose time is long over', async (t) => {
    const { folder, sink, clock, write } = await openFiles(t, '%H.jsonl', {}, TEN + 100 * HOUR);
    for (let n = 0; n < 5; n++) {
      await write([TEN + n]);
      await clock.advance(4_000);
    }
    assert.deepEqual(
      allFiles(folder).filter((name) => name.startsWith('10')),
      ['10.jsonl.part'],
    );
    sink.end();
    await until(() => sink.closed);
    assert.deepEqual(
      sealedFiles(folder).map(({ path, records }) => [path, records]),
      [['10.jsonl', 5]],
    );
  });

  it('are finished when they are asked to, and go on in others', async (t) => {
    const { folder, sink, write } = await openFiles(t, '%H.jsonl.gz');
    await write([TEN]);
    await sink.roll();
    await write([TEN + 1]);
    await sink.roll();
    await sink.roll();
    assert.deepEqual(
      sealedFiles(folder).map(({ path }) => path),
      ['10.jsonl.gz', '10-000001.jsonl.gz'],
    );
    sink.end();
  });

  it('are 256 that are open at most, and go on where they were closed', async (t) => {
    const { folder, sink, write } = await openFiles(t, '{field:s}.jsonl');
    const symbols = Array.from({ length: 300 }, (_, n) => n);
    for (let round = 0; round < 3; round++)
      await write(
        symbols.map(() => TEN),
        (n) => `{"s":${n % 300},"round":${round}}`,
      );
    if (process.platform === 'linux') {
      const { readdirSync, readlinkSync } = await import('node:fs');
      const open = readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
        } catch {
          return false;
        }
      });
      // And the manifest.
      assert.equal(open.length, 257);
    }
    sink.end();
    await until(() => sink.closed);
    const files = sealedFiles(folder);
    assert.equal(files.length, 300);
    for (const { path } of files) {
      assert.deepEqual(
        linesOf(join(folder, path)).map((line) => JSON.parse(line).round),
        [0, 1, 2],
      );
    }
  });

  it('are forced to the disk after each page, those that had to be closed for others, too', async (t) => {
    const forced = await forcedFiles(t);
    const { folder, write } = await openFiles(t, '{field:s}.jsonl', { fsync: 'page' });
    await write(
      Array.from({ length: 300 }, () => TEN),
      (n) => `{"s":${n}}`,
    );
    const parts = allFiles(folder).filter((name) => name.endsWith('.part'));
    assert.equal(parts.length, 300);
    const left = parts.filter((name) => !forced.has(statSync(join(folder, name)).ino));
    assert.deepEqual(left, []);
  });

  it("are this run's alone: another one is told who has them", async (t) => {
    const { folder, sink } = await openFiles(t, '%H.jsonl');
    await until(() => existsSync(join(folder, 'manifest.jsonl')));
    const other = rolledFiles(join(folder, '%d.jsonl'));
    await assert.rejects(pipeline(Readable.from(pagesOf(['{}'])), other), (error) => {
      assert.ok(error instanceof SinkError);
      assert.match(
        error.message,
        new RegExp(`: process ${process.pid} on \\S+, since .* is writing files in ${folder}\\. End`),
      );
      return true;
    });
    sink.end();
    await until(() => sink.closed);
    await pipeline(Readable.from(pagesOf(['{}'])), rolledFiles(join(folder, '%d.jsonl')));
  });

  it('that were deleted before they were finished are told, or fail the run', async (t) => {
    for (const onMissing of ['create', 'fail'] as const) {
      const { folder, sink, write, notices } = await openFiles(t, '%H.jsonl', { onMissing });
      await write([TEN, TEN]);
      unlinkSync(join(folder, '10.jsonl.part'));
      const closed = new Promise<Error | undefined>((resolve) => {
        sink.once('error', resolve).once('close', () => resolve(undefined));
      });
      sink.end();
      const error = await closed;
      assert.match(notices.join(), /10\.jsonl\.part is not there any more: 2 records went with it/);
      assert.equal(sink.stats.records, 0);
      if (onMissing === 'fail') assert.match(error!.message, /`onMissing` is `fail`|`onMissing: 'fail'`|onMissing/);
      else assert.equal(error, undefined);
    }
  });

  it('are left to the next run when the end of a run has no time for them', async (t) => {
    const { folder, sink, clock, write } = await openFiles(t, '{field:s}.jsonl.gz', { drainTimeoutMs: 1_000 });
    const pad = 'x'.repeat(1_000);
    for (let n = 0; n < 20; n++) {
      await write(
        Array.from({ length: 2_000 }, () => TEN),
        (at) => `{"s":${at % 2},"n":${n},"pad":"${Math.random()}${pad}"}`,
      );
    }
    sink.end();
    await until(() => allFiles(folder).some((name) => name.endsWith('.sealing')));
    await clock.advance(1_000);
    await clock.advance(1_000);
    await until(() => sink.closed);
    assert.equal(sink.errored, null);
    const open = allFiles(folder).filter((name) => name.endsWith('.part'));
    assert.ok(open.length > 0);
    assert.deepEqual(
      sink.report().open.toSorted(),
      open.map((name) => join(folder, name)),
    );
    await pipeline(Readable.from([]), rolledFiles(join(folder, '{field:s}.jsonl.gz')));
    assert.deepEqual(
      sealedFiles(folder).map(({ records }) => records),
      [20_000, 20_000],
    );
  });

  it('wait with a disk that is full, and are sealed when there is room', { skip: noSmallDisk() }, async (t) => {
    const disk = smallDisk(t, 512);
    const { sink, write, notices, clock } = await openFiles(t, 'out.jsonl.gz', { roll: { records: 1_000 } }, TEN, disk);
    const filler = join(disk, 'filler');
    await write([TEN]);
    writeFileSync(filler, Buffer.alloc(500 * 1024 - 4096 * 8));
    const wrote = write(
      Array.from({ length: 999 }, () => TEN),
      (n) => `{"n":${n},"pad":"${Math.random()}"}`,
    );
    await until(() => /Cannot write to \S+ now: the disk is full/.test(notices.join()));
    unlinkSync(filler);
    await until(async () => {
      await clock.advance(1_000);
      return sink.report().rolled === 1;
    });
    await wrote;
    sink.end();
    await until(() => sink.closed);
    assert.equal(sink.errored, null);
    assert.equal(sealedFiles(join(disk, 'out'))[0]!.records, 1_000);
  });
});

describe('a file that is begun', () => {
  it('waits with a disk that has no room for its name', { skip: noSmallDisk() }, async (t) => {
    const disk = smallDisk(t, 512);
    const { folder, sink, write, notices, clock } = await openFiles(t, '%d/%H.jsonl', {}, TEN, disk);
    await write([TEN]);
    execFileSync('mount', ['-o', 'remount,nr_inodes=30', disk]);
    const fillers = Array.from({ length: 30 }, (_, n) => join(disk, `filler-${n}`));
    assert.throws(
      () => {
        for (const path of fillers) writeFileSync(path, '');
      },
      { code: 'ENOSPC' },
    );
    const wrote = write([TEN + 24 * HOUR]);
    await until(() => /Cannot write to \S+ now: the disk is full/.test(notices.join()));
    for (const path of fillers) rmSync(path, { force: true });
    let isWritten = false;
    void wrote.then(() => {
      isWritten = true;
    });
    await until(async () => {
      await clock.advance(1_000);
      return isWritten;
    });
    sink.end();
    await until(() => sink.closed);
    assert.equal(sink.errored, null);
    assert.deepEqual(
      sealedFiles(folder).map(({ path }) => path),
      ['30/10.jsonl', '01/10.jsonl'],
    );
  });
});

describe('`keep`', () => {
  const paths = (folder: string): string[] => sealedFiles(folder).map(({ path }) => path);
  const hours = (...all: readonly number[]): number[] => all.map((hour) => TEN + hour * HOUR);

  it('removes the oldest files, those of earlier runs too, and folders that nothing is left in', async (t) => {
    const { folder, sink, write } = await openFiles(t, '%d/%H.jsonl');
    await write(hours(0, 1, 13, 14, 15));
    sink.end();
    await until(() => sink.closed);
    assert.equal(paths(folder).length, 5);
    const clock = createFakeClock(TEN);
    await pipeline(Readable.from([]), rolledFiles(join(folder, '%d/%H.jsonl'), { keep: { files: 2 }, clock }));
    assert.deepEqual(paths(folder), ['01/00.jsonl', '01/01.jsonl']);
    assert.deepEqual(
      allFiles(folder).filter((name) => name.startsWith('30')),
      [],
    );
    const { entries } = readManifest(readFileSync(join(folder, 'manifest.jsonl')));
    assert.deepEqual(
      entries.slice(5).map(({ entry }) => entry),
      ['30/10.jsonl', '30/11.jsonl', '30/23.jsonl'].map((path) => ({
        event: 'removed',
        path,
        at: TEN,
        limit: 'files',
      })),
    );
  });

  for (const [what, keep, left] of [
    ['by their size', { bytes: 20 }, ['12.jsonl', '13.jsonl']],
    ['by their age', { ageMs: 1.5 * HOUR }, ['12.jsonl', '13.jsonl']],
    ['never those that are not finished', { files: 1 }, ['13.jsonl']],
  ] as const) {
    it(`removes files ${what}`, async (t) => {
      const { folder, sink, write } = await openFiles(t, '%H.jsonl', { keep }, TEN + 3 * HOUR);
      await write(hours(0, 1, 2, 3));
      assert.ok(allFiles(folder).includes('13.jsonl.part'));
      sink.end();
      await until(() => sink.closed);
      assert.deepEqual(paths(folder), left);
    });
  }

  it('removes files of which it is not known how old they are, when those that were finished behind them are old', async (t) => {
    const folder = join(await tempFolder(t), 'out');
    mkdirSync(folder);
    // As a run without a state leaves it that was killed: by which frames its records came nobody knows.
    writeFileSync(join(folder, '09.jsonl.part'), '{"n":0}\n');
    const options = { keep: { ageMs: 1.5 * HOUR } };
    const { sink, write } = await openFiles(t, '%H.jsonl', options, TEN + 3 * HOUR, dirname(folder));
    await write(hours(0, 1, 2, 3));
    sink.end();
    await until(() => sink.closed);
    assert.deepEqual(paths(folder), ['12.jsonl', '13.jsonl']);
  });

  it('removes what a run has said to have removed before it died', async (t) => {
    const { folder, sink, write } = await openFiles(t, '%H.jsonl', { keep: { files: 1 } });
    await write(hours(0, 1));
    sink.end();
    await until(() => sink.closed);
    assert.deepEqual(paths(folder), ['11.jsonl']);
    writeFileSync(join(folder, '10.jsonl'), '{}\n');
    await pipeline(Readable.from([]), rolledFiles(join(folder, '%H.jsonl')));
    assert.deepEqual(paths(folder), ['11.jsonl']);
  });

  it('says something, or is left out', () => {
    assert.throws(() => rolledFiles('a', { keep: {} }), /rolledFiles\.keep: It says nothing/);
    assert.throws(() => rolledFiles('a', { keep: { days: 1 } as never }), /rolledFiles\.keep/);
    assert.throws(() => rolledFiles('a', { roll: {} }), /rolledFiles\.roll: It says nothing/);
  });
});

/** The numbers of the files that are forced to the disk from now on. */
async function forcedFiles(t: TestContext): Promise<ReadonlySet<number>> {
  const forced = new Set<number>();
  const probe = await open(import.meta.filename, 'r');
  await probe.close();
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  const { sync } = prototype;
  t.mock.method(prototype, 'sync', async function (this: FileHandle) {
    forced.add((await this.stat()).ino);
    await sync.call(this);
  });
  return forced;
}

/** A sink whose clock stands still, for pages that are written to it by hand. */
async function openFiles(t: TestContext, template: string, options: RolledFilesOptions = {}, now = TEN, root?: string) {
  const folder = join(root ?? (await tempFolder(t)), 'out');
  mkdirSync(dirname(folder), { recursive: true });
  const notices: string[] = [];
  const silent = (): void => {};
  const logger = {
    ...{ debug: silent, info: silent, error: silent },
    warn: (_facts: object, message: string) => void notices.push(message),
  };
  const clock: FakeClock = createFakeClock(now);
  const sink = rolledFiles(join(folder, template), { clock, logger, ...options });
  t.after(() => void sink.destroy());
  return {
    ...{ folder, sink, clock, notices },
    /** Resolves when a page of records that came at these times is stored. */
    async write(times: readonly number[], textOf = (n: number) => `{"n":${n}}`): Promise<void> {
      const frames = times.map((receivedAt, n) => frameOf(textOf(n), { sequence: n, receivedAt }));
      for await (const page of Readable.from(frames)
        .pipe(parse())
        .pipe(batch({ size: times.length })))
        await new Promise<void>((resolve, reject) => {
          sink.write(page, (error) => (error ? reject(error) : resolve()));
        });
    },
  };
}
