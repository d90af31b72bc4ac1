import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import {
  batch,
  type FeedPosition,
  openState,
  parse,
  type RolledFilesOptions,
  rolledFiles,
} from '../../../lib/index.js';
import { NO_FACTS } from '../../../lib/sink/rolled/file-facts.js';
import { writtenFacts } from '../../../lib/sink/rolled/part-file.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { frameOf } from '../../support/messages.js';
import { noSmallDisk, smallDisk } from '../../support/small-disk.js';
import { tempFolder } from '../../support/temp-folder.js';
import { allFiles, linesOf, sealedFiles } from './support.js';

const HOUR = 3_600_000;
/** 2026-11-30T10:00:00Z */
const TEN = Date.UTC(2026, 10, 30, 10);

describe('rolledFiles() with a state', () => {
  it('goes on in the file of the run before while its time is not over, and seals it then', async (t) => {
    const feed = await keptFeed(t, '%H.jsonl.gz');
    await feed.run([TEN, TEN + 1]);
    assert.deepEqual(feed.open(), ['10.jsonl.gz.part']);
    const { position } = await feed.run([TEN + 2, TEN + HOUR]);
    assert.equal(position?.sequence, 2);
    assert.deepEqual(feed.open(), ['11.jsonl.gz.part']);
    const [file, ...others] = sealedFiles(feed.folder);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [file!.path, file!.records, file!.firstSequence, file!.lastSequence, file!.firstReceivedAt, file!.lastReceivedAt],
      ['10.jsonl.gz', 3, 0, 2, TEN, TEN + 2],
    );
    await feed.run([], TEN + 2 * HOUR);
    assert.deepEqual(feed.open(), []);
    assert.deepEqual(feed.records(), [0, 1, 2, 3]);
  });

  it('says where a file is that was not finished, when its path leads elsewhere by now', async (t) => {
    const feed = await keptFeed(t, '%H.jsonl');
    await feed.run([TEN]);
    const state = join(feed.folder, '../state');
    const other = await keptFeed(t, '%H.jsonl', {}, undefined, state);
    const { notices } = await other.run([TEN]);
    assert.match(
      notices.join(),
      /out\/10\.jsonl\.part was not finished by an earlier run with this state, which wrote to/,
    );
    assert.deepEqual(feed.open(), ['10.jsonl.part']);
  });

  it('takes what was not acknowledged out of each part, also of one that was just begun', async (t) => {
    const feed = await keptFeed(t, '{field:s}.jsonl');
    await feed.run([TEN, TEN, TEN], TEN, (n) => `{"n":${n},"s":${n % 2}}`);
    appendFileSync(join(feed.folder, '0.jsonl.part'), '{"n":4,"s":0}\n{"n":');
    const { notices } = await feed.run([TEN, TEN], TEN, (n) => `{"n":${n},"s":${n % 2}}`);
    assert.match(notices.join(), /0\.jsonl\.part held 19 bytes that the run before did not come to acknowledge/);
    assert.deepEqual(feed.open(), ['0.jsonl.part', '1.jsonl.part']);
    assert.deepEqual(
      linesOf(join(feed.folder, '0.jsonl.part')).map((line) => JSON.parse(line).n),
      [0, 2, 4],
    );
  });

  it('seals parts of a run without a state as they are, and mends their ends', async (t) => {
    const feed = await keptFeed(t, '%H.jsonl');
    mkdirSync(feed.folder, { recursive: true });
    writeFileSync(
      join(feed.folder, '09.jsonl.part'),
      '{"n":7}\n{"gap":{"cause":"overflow","duration_ms":5,"dropped":2}}\n{"n":',
    );
    writeFileSync(join(feed.folder, '08.jsonl.part'), '');
    writeFileSync(join(feed.folder, 'other.jsonl.part'), 'none of ours');
    const { notices } = await feed.run([TEN]);
    assert.match(
      notices.join(),
      /09\.jsonl\.part was left by a run before this one, and is being finished. Its end was torn/,
    );
    const [file] = sealedFiles(feed.folder);
    assert.deepEqual([file!.path, file!.records, file!.gaps], ['09.jsonl', 1, { count: 1, ms: 5, missing: 2 }]);
    assert.deepEqual([file!.firstSequence, file!.lastReceivedAt], [undefined, undefined]);
    assert.deepEqual(feed.open(), ['10.jsonl.part', 'other.jsonl.part']);
    assert.equal(readFileSync(join(feed.folder, '09.jsonl.part.torn'), 'utf8'), '{"n":\n');
  });

  it('seals parts that were left in the order of their times, and then of their numbers', async (t) => {
    const feed = await keptFeed(t, '{field:s}/%d.%m.%Y.jsonl');
    const names = ['b/08.03.2026', 'b/07.03.2026', 'a/07.03.2026-000001', 'c/28.02.2026', 'a/09.03.2025'];
    for (const name of names) {
      mkdirSync(join(feed.folder, name, '..'), { recursive: true });
      writeFileSync(join(feed.folder, `${name}.jsonl.part`), '{"n":7}\n');
    }
    await feed.run([TEN]);
    assert.deepEqual(
      sealedFiles(feed.folder).map(({ path }) => path.replace('.jsonl', '')),
      ['a/09.03.2025', 'c/28.02.2026', 'b/07.03.2026', 'a/07.03.2026-000001', 'b/08.03.2026'],
    );
  });

  it('seals nothing of a page that is stored in part, and takes it out', { skip: noSmallDisk() }, async (t) => {
    const disk = smallDisk(t, 128);
    const feed = await keptFeed(t, 'out.jsonl', { onFull: 'fail', roll: { records: 3 } }, disk);
    const filler = 'x'.repeat(200_000);
    // The second page finishes a file with its first record, and has no room for its second one.
    const run = feed.run([TEN, TEN, TEN, TEN], TEN, (n) => `{"n":${n}${n === 3 ? `,"filler":"${filler}"` : ''}}`);
    await assert.rejects(run, { code: 'ERR_SINK', message: /the disk is full/ });
    assert.deepEqual(sealedFiles(feed.folder), []);
    const { position } = await feed.run([]);
    assert.equal(position?.sequence, 2);
    // It is not the newest one of its name any more.
    assert.deepEqual(
      sealedFiles(feed.folder).map(({ path }) => linesOf(join(feed.folder, path))),
      [['{"n":0}', '{"n":1}']],
    );
  });

  it('seals nothing whose records cannot be written down as stored', async (t) => {
    const root = await tempFolder(t);
    const [folder, state] = [join(root, 'out'), await openState(join(root, 'state'))];
    state.flush = () => Promise.reject(Object.assign(new Error('broken'), { code: 'EIO' }));
    const sink = rolledFiles(join(folder, '%H.jsonl'), { state, clock: createFakeClock(TEN) });
    const frames = [TEN, TEN + HOUR].map((receivedAt, sequence) => frameOf('{}', { sequence, receivedAt }));
    const run = pipeline(Readable.from(frames), parse(), batch({ size: 1 }), state.keep(), sink);
    await assert.rejects(run, { code: 'ERR_SINK', message: /Cannot finish .*10\.jsonl\.part: .*\(EIO\)/ });
    await state.close();
    assert.deepEqual(sealedFiles(folder), []);
    assert.ok(allFiles(folder).includes('10.jsonl.part'));
  });

  it('numbers what it begins behind what it goes on with, also where all that was left is empty', async (t) => {
    const feed = await keptFeed(t, '%H.jsonl', { roll: { records: 1 } });
    mkdirSync(feed.folder, { recursive: true });
    const state = await openState(join(feed.folder, '../state'));
    for (const name of ['10', '10-000001', '10-000002']) {
      const path = join(feed.folder, `${name}.jsonl.part`);
      writeFileSync(path, '');
      await state.begin(path, writtenFacts(NO_FACTS, [], { from: TEN, until: TEN + HOUR }));
    }
    await state.close();
    await feed.run([TEN, TEN, TEN]);
    assert.deepEqual(
      sealedFiles(feed.folder).map(({ path }) => path),
      ['10-000002.jsonl', '10-000003.jsonl', '10-000004.jsonl'],
    );
    assert.deepEqual(feed.records(), [0, 1, 2]);
  });

  it('tells of a part that somebody has taken away', async (t) => {
    const feed = await keptFeed(t, '%H.jsonl');
    await feed.run([TEN, TEN]);
    renameSync(join(feed.folder, '10.jsonl.part'), join(feed.folder, 'away'));
    const { notices } = await feed.run([TEN + 1]);
    assert.match(notices.join(), /10\.jsonl\.part is not there any more: 2 records went with it/);
    assert.doesNotMatch((await feed.run([TEN + 2])).notices.join(), /not there any more/);
    assert.deepEqual(
      linesOf(join(feed.folder, '10.jsonl.part')).map((line) => JSON.parse(line).n),
      [2, 3],
    );
  });

  it('goes on behind what is sound of a part that was damaged, and tells the rest', async (t) => {
    const feed = await keptFeed(t, '%H.jsonl');
    await feed.run([TEN, TEN, TEN, TEN]);
    const path = join(feed.folder, '10.jsonl.part');
    const bytes = readFileSync(path);
    // Pages hold two records.
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(path, bytes);
    const { position } = await feed.run([TEN + 1]);
    assert.deepEqual(position?.damaged?.after, { sequence: 1, receivedAt: TEN });
    await feed.run([], TEN + HOUR);
    const [file] = sealedFiles(feed.folder);
    assert.deepEqual([file!.records, file!.lastSequence], [3, 4]);
  });

  it('takes a line that is torn out of the manifest, and writes it anew', async (t) => {
    const feed = await keptFeed(t, '%H.jsonl.gz');
    await feed.run([TEN, TEN + HOUR], TEN + 2 * HOUR);
    const manifest = join(feed.folder, 'manifest.jsonl');
    const lines = readFileSync(manifest, 'utf8').split('\n');
    truncateSync(manifest, lines[0]!.length + 10);
    // As a kill leaves it: what was about to be done is still written down.
    const own = join(feed.folder, '.spillway');
    mkdirSync(own, { recursive: true });
    writeFileSync(
      join(own, 'sealing.json'),
      JSON.stringify({ source: '11.jsonl.gz.part.sealing', part: '11.jsonl.gz.part', line: `${lines[1]}\n` }),
    );
    writeFileSync(join(feed.folder, '11.jsonl.gz.part'), '{"n":1}\n');
    const { notices } = await feed.run([]);
    assert.match(notices.join(), /The last line of \S+ was torn \(9 bytes\)/);
    assert.deepEqual(
      sealedFiles(feed.folder).map(({ path }) => path),
      ['10.jsonl.gz', '11.jsonl.gz'],
    );
    assert.deepEqual(feed.open(), []);
    assert.equal(existsSync(join(own, 'sealing.json')), false);
  });
});

async function keptFeed(
  t: TestContext,
  template: string,
  options: RolledFilesOptions = {},
  disk?: string,
  statePath?: string,
) {
  const root = await tempFolder(t);
  const folder = join(disk ?? root, 'out');
  let next = 0;
  return {
    folder,
    /** Parts that are not finished. */
    open: () => allFiles(folder).filter((name) => name.endsWith('.part')),
    /** The numbers of all records that are finished, file by file. */
    records: () =>
      sealedFiles(folder).flatMap(({ path }) =>
        linesOf(join(folder, path)).map((line) => JSON.parse(line).n as number),
      ),
    /**
     * @param times when each record comes, @param now what the clock says
     */
    async run(
      times: readonly number[],
      now = TEN,
      textOf = (n: number) => `{"n":${n}}`,
    ): Promise<{ readonly position: FeedPosition | undefined; readonly notices: readonly string[] }> {
      const notices: string[] = [];
      const silent = (): void => {};
      const logger = {
        ...{ debug: silent, info: silent, error: silent },
        warn: (_facts: object, message: string) => void notices.push(message),
      };
      const state = await openState(statePath ?? join(root, 'state'), { logger });
      const frames = times.map((receivedAt) => {
        next += 1;
        return frameOf(textOf(next - 1), { sequence: next - 1, receivedAt });
      });
      const clock = createFakeClock(now);
      const sink = rolledFiles(join(folder, template), { state, logger, clock, ...options });
      try {
        await pipeline(Readable.from(frames), parse(), batch({ size: 2 }), state.keep(), sink);
      } finally {
        await state.close();
      }
      return { position: state.position, notices };
    },
  };
}
