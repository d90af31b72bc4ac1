import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { acknowledging, batch, jsonlFile, openSpool, openState, type Page, parse } from '../../lib/index.js';
import { Ledger } from '../../lib/state/ledger.js';
import { flip } from '../support/audit-files.js';
import { frameOf } from '../support/messages.js';
import { tempFolder } from '../support/temp-folder.js';
import { audited } from './audited.js';

describe('an audit of a spool', () => {
  it('finds nothing wrong in what a run has left, and says how much waits', async (t) => {
    const spool = await spoolOf(t, { records: 60, stored: 10 });
    const { told, findings, files, summary } = await audited(spool.path);
    assert.deepEqual(told, ['backlog']);
    assert.match(findings[0]!.message, /^50 records in 25 pages \(\d+ bytes\) wait for the sink/);
    assert.equal(files.length, spool.segments.length);
    assert.deepEqual(files[0]!.checked, ['lines', 'spool']);
    assert.deepEqual([summary.wrong, summary.unvouched], [0, 0]);
  });

  it('finds nothing at all in one whose pages are all stored', async (t) => {
    const spool = await spoolOf(t, { records: 10, stored: 10 });
    assert.deepEqual((await audited(spool.path)).told, []);
  });

  it('knows it by a segment and by its ledger, too', async (t) => {
    const spool = await spoolOf(t, { records: 60, stored: 10 });
    for (const path of [spool.segments[1]!, join(spool.path, 'ledger')]) {
      const { told, files } = await audited(path);
      assert.deepEqual([told, files.length], [['backlog'], spool.segments.length]);
    }
  });

  const damages: readonly [what: string, damage: (spool: Spooled) => void, found: RegExp][] = [
    [
      'a byte of a body',
      ({ segments }) => flip(segments[1]!, placeOf(segments[1]!, '"n":')),
      /Page \d+ is not what was written/,
    ],
    [
      'a byte of a head',
      ({ segments }) => flip(segments[1]!, placeOf(segments[1]!, '\0SP1', 2) + 30),
      /are no page.*pages? \d+ (is|are) missing/s,
    ],
    ['a byte of a sum', ({ segments }) => flip(segments[1]!, placeOf(segments[1]!, '\0SP1', -1) + 30), /are no page/],
    ['a segment that was cut', ({ segments }) => truncateSync(segments[1]!, 40_000), /are no page.*are missing/s],
    ['a segment that is gone', ({ segments }) => rmSync(segments[1]!), /pages \d+ to \d+ are missing/],
    ['the first segment gone', ({ segments }) => rmSync(segments[0]!), /pages 6 to \d+ are missing/],
    [
      'a segment under the name of another',
      ({ segments }) => {
        renameSync(segments[1]!, `${segments[1]}.x`);
        renameSync(segments[2]!, segments[1]!);
        renameSync(`${segments[1]}.x`, segments[2]!);
      },
      /Its name says that it begins with page/,
    ],
    [
      'a segment that stands there twice',
      ({ segments }) => writeFileSync(segments[2]!, readFileSync(segments[1]!)),
      /page \d+ comes behind page \d+/,
    ],
    [
      'a ledger that is damaged',
      ({ path }) => flip(join(path, 'ledger'), 30),
      /belong to no sound entry|in the middle of an entry/,
    ],
    ['a name that is gone', ({ path }) => rmSync(join(path, 'id')), /its name, is not there/],
  ];
  for (const [what, damage, found] of damages) {
    it(`tells of ${what}`, async (t) => {
      const spool = await spoolOf(t, { records: 60, stored: 10 });
      damage(spool);
      const { findings, summary } = await audited(spool.path);
      const wrong = findings.filter(({ isWrong }) => isWrong);
      assert.match(wrong.map(({ message }) => message).join('\n'), found);
      assert.ok(summary.wrong > 0);
    });
  }

  it('says which byte of which file is wrong', async (t) => {
    const spool = await spoolOf(t, { records: 60, stored: 10 });
    const start = placeOf(spool.segments[1]!, '\0SP1', 1);
    flip(spool.segments[1]!, start + 200);
    const { findings } = await audited(spool.path);
    const [{ file, byte, kind }] = findings as [(typeof findings)[0]];
    assert.deepEqual([file, byte, kind], [spool.segments[1], start, 'spool']);
  });

  it('takes what is torn at the end of the newest segment for what a kill leaves, and for no damage while a run has it', async (t) => {
    const spool = await spoolOf(t, { records: 60, stored: 10 });
    const newest = spool.segments.at(-1)!;
    truncateSync(newest, placeOf(newest, '\0SP1', -1) - 3);
    assert.deepEqual((await audited(spool.path)).told, ['!torn', 'backlog']);
    const other = await spoolOf(t, { records: 60, stored: 10, isLeftOpen: true });
    const torn = other.segments.at(-1)!;
    writeFileSync(torn, readFileSync(torn).subarray(0, 50), { flag: 'a' });
    assert.deepEqual((await audited(other.path)).told, ['torn', 'backlog']);
  });

  it('finds a ledger that tells of another spool', async (t) => {
    const spool = await spoolOf(t, { records: 4, stored: 4 });
    const entry = { page: 1, next: 4, receivedAt: 1, records: 4, spooled: { id: '0123456789abcdef', page: 2 } };
    await (await Ledger.begin(join(spool.path, 'ledger'), entry)).close();
    const { told, findings } = await audited(spool.path);
    assert.deepEqual(told, ['!ledger']);
    assert.match(findings[0]!.message, /another spool, 0123456789abcdef/);
  });

  for (const onFull of ['drop_oldest', 'drop_newest'] as const) {
    it(`takes pages that were dropped for no hole: ${onFull}`, async (t) => {
      const spool = await spoolOf(t, { records: 1_000, stored: 10, onFull });
      assert.deepEqual((await audited(spool.path)).told, ['backlog']);
    });
  }

  it('looks at a whole pipeline: the file, the state, and behind them what waits, with its numbers', async (t) => {
    const folder = await tempFolder(t);
    const [output, statePath, spoolPath] = ['out.jsonl', 'state', 'spool'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const state = await openState(statePath);
    const spool = await openSpool(spoolPath, { state, drainTimeoutMs: 1 });
    const file = jsonlFile(output, { append: true });
    const stored = new Promise<void>((resolve) => {
      // Four pages are stored, and then the sink is stuck.
      const { _write: write } = file;
      let left = 4;
      file._write = (page, encoding, callback) => {
        if (left === 0) resolve();
        else write.call(file, page, encoding, callback);
        left -= 1;
      };
    });
    const running = pipeline(
      Readable.from(framesTo(40)),
      parse(),
      batch({ size: 2 }),
      spool.keep(),
      state.keep(),
      file,
    );
    running.catch(() => {});
    await stored;
    await new Promise((resolve) => setImmediate(resolve));
    file.destroy(new Error('stuck'));
    await assert.rejects(running, /stuck/);
    await spool.close();
    await state.close();
    const { told, summary } = await audited(folder, { sequence: { path: 'n' } });
    assert.deepEqual(told, ['backlog']);
    // What is stored is in the spool, too, until a whole segment of it is.
    assert.equal(summary.records, 8 + 40);
    // A page of which nobody has the records.
    const [segment] = segmentsOf(spoolPath);
    flip(segment!, placeOf(segment!, '\0SP1', 6) + 30);
    const damaged = await audited(folder, { sequence: { path: 'n' } });
    assert.match(damaged.findings.map(({ message }) => message).join('\n'), /page 7 is missing/);
    assert.equal(damaged.told.includes('!hole'), false);
  });
});

interface Spooled {
  readonly path: string;
  readonly segments: readonly string[];
}

interface SpoolParts {
  readonly records: number;
  /** How many of them the sink takes before it fails. */
  readonly stored: number;
  readonly onFull?: 'block' | 'drop_oldest' | 'drop_newest';
  /** Whether the spool is still somebody's. */
  readonly isLeftOpen?: boolean;
}

/** A spool of pages of two records of 10 kB, as a run has left it whose sink failed. */
async function spoolOf(
  t: TestContext,
  { records, stored, onFull = 'block', isLeftOpen = false }: SpoolParts,
): Promise<Spooled> {
  const path = join(await tempFolder(t), 'spool');
  const spool = await openSpool(path, { maxBytes: 1024 * 1024, onFull });
  t.after(() => spool.close());
  let left = stored;
  let fail = (_error: Error): void => {};
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: Page, _encoding, callback) {
      left -= page.length;
      if (left >= 0) callback();
      else fail = callback;
    },
  });
  const keep = spool.keep();
  const running = pipeline(keep, acknowledging(sink));
  running.catch(() => {});
  const pages = Readable.from(framesTo(records, 10_000))
    .pipe(parse())
    .pipe(batch({ size: 2 }));
  for await (const page of pages) await new Promise<void>((resolve) => void keep.write(page, () => resolve()));
  if (stored < records) {
    fail(new Error('no room'));
    await assert.rejects(running, /no room/);
  } else {
    keep.end();
    await running;
  }
  if (!isLeftOpen) await spool.close();
  return { path, segments: segmentsOf(path) };
}

function segmentsOf(path: string): string[] {
  const names = readdirSync(path).filter((name) => name.endsWith('.spool'));
  return names.sort().map((name) => join(path, name));
}

function framesTo(end: number, bytes = 0) {
  const filler = 'x'.repeat(bytes);
  return Array.from({ length: end }, (_, n) =>
    frameOf(`{"n":${n},"filler":"${filler}"}`, { sequence: n, receivedAt: 1_000 + n }),
  );
}

/** Where a text stands in a file, for the n-th time. */
function placeOf(path: string, text: string, which = 0): number {
  const bytes = readFileSync(path);
  const places: number[] = [];
  for (let at = bytes.indexOf(text, 0, 'latin1'); at >= 0; at = bytes.indexOf(text, at + 1, 'latin1')) places.push(at);
  return places.at(which)!;
}
