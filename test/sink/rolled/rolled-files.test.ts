import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { batch, parse } from '../../../lib/index.js';
import { type RolledFile, rolledFiles } from '../../../lib/sink/rolled/rolled-files.js';
import type { RolledFilesOptions } from '../../../lib/sink/rolled/rolled-options.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { frameOf } from '../../support/messages.js';
import { tempFolder } from '../../support/temp-folder.js';
import { allFiles, linesOf, sealedFiles } from './support.js';

const HOUR = 3_600_000;
/** 2026-11-30T10:00:00Z */
const TEN = Date.UTC(2026, 10, 30, 10);

describe('rolledFiles()', () => {
  for (const suffix of ['', '.gz']) {
    it(`puts records into files by when they came: ${suffix || 'plain'}`, async (t) => {
      const feed = await rolledFeed(t, `%Y-%m-%d/%H.jsonl${suffix}`);
      const rolled = await feed.run([TEN, TEN + 1, TEN + HOUR - 1, TEN + HOUR, TEN + 14 * HOUR]);
      const files = sealedFiles(feed.folder);
      assert.deepEqual(
        files.map(({ path, records, firstSequence, lastSequence, firstReceivedAt, lastReceivedAt }) => [
          ...[path, records, firstSequence, lastSequence, firstReceivedAt! - TEN, lastReceivedAt! - TEN],
        ]),
        [
          [`2026-11-30/10.jsonl${suffix}`, 3, 0, 2, 0, HOUR - 1],
          [`2026-11-30/11.jsonl${suffix}`, 1, 3, 3, HOUR, HOUR],
          [`2026-12-01/00.jsonl${suffix}`, 1, 4, 4, 14 * HOUR, 14 * HOUR],
        ],
      );
      assert.deepEqual(linesOf(join(feed.folder, files[0]!.path)), ['{"n":0}', '{"n":1}', '{"n":2}']);
      assert.deepEqual(
        rolled.map(({ path, records }) => [path, records]),
        files.map(({ path, records }) => [join(feed.folder, path), records]),
      );
    });
  }

  it('rolls at so many lines, exactly, and numbers files of the same name', async (t) => {
    const feed = await rolledFeed(t, 'trades.jsonl', { roll: { records: 4 } });
    await feed.run(Array.from({ length: 10 }, (_, n) => TEN + n));
    assert.deepEqual(
      sealedFiles(feed.folder).map(({ path, records }) => [path, records]),
      [
        ['trades.jsonl', 4],
        ['trades-000001.jsonl', 4],
        ['trades-000002.jsonl', 2],
      ],
    );
  });

  it('numbers what it begins behind all that a run before it has left, though lower numbers are free', async (t) => {
    const feed = await rolledFeed(t, 'trades.jsonl', { roll: { records: 4 } });
    // An empty one before it was removed.
    mkdirSync(feed.folder, { recursive: true });
    writeFileSync(join(feed.folder, 'trades-000002.jsonl.part'), '{"n":7}\n');
    await feed.run([TEN]);
    assert.deepEqual(
      sealedFiles(feed.folder).map(({ path }) => path),
      ['trades-000002.jsonl', 'trades-000003.jsonl'],
    );
  });

  it('rolls before a file would be larger than it may be, but for one record that is larger by itself', async (t) => {
    const feed = await rolledFeed(t, 'trades.jsonl', { roll: { bytes: 17 } });
    // 8 bytes each, and one of 27.
    await feed.run([TEN, TEN, TEN, TEN, TEN], (n) => (n === 3 ? '{"n":3,"filler":"xxxxxxx"}' : `{"n":${n}}`));
    assert.deepEqual(
      sealedFiles(feed.folder).map(({ path, records }) => [path, records]),
      [
        ['trades.jsonl', 2],
        ['trades-000001.jsonl', 1],
        ['trades-000002.jsonl', 1],
        ['trades-000003.jsonl', 1],
      ],
    );
  });

  it('puts records into files by what is in them', async (t) => {
    const feed = await rolledFeed(t, '{field:data.symbol}/%H.jsonl');
    const symbols = ['"BTC"', '"../up"', '"BTC"', '7', 'null', '"BTC"', '"BTC"', '{}'];
    await feed.run(
      symbols.map(() => TEN),
      (n) => `{"n":${n},"data":{"symbol":${symbols[n]}}}`,
    );
    const files = sealedFiles(feed.folder);
    assert.deepEqual(
      Object.fromEntries(files.map(({ path, firstSequence, lastSequence }) => [path, [firstSequence, lastSequence]])),
      {
        'BTC/10.jsonl': [0, 6],
        '%2E.%2Fup/10.jsonl': [1, 1],
        '7/10.jsonl': [3, 3],
        '%none/10.jsonl': [4, 7],
      },
    );
    assert.deepEqual(
      linesOf(join(feed.folder, 'BTC/10.jsonl')).map((line) => JSON.parse(line).n),
      [0, 2, 5, 6],
    );
  });

  it('finishes its files at the end of a run, and begins others in the next one', async (t) => {
    const feed = await rolledFeed(t, '%H.jsonl.gz');
    await feed.run([TEN]);
    await feed.run([TEN + 1]);
    assert.deepEqual(
      sealedFiles(feed.folder).map(({ path }) => path),
      ['10.jsonl.gz', '10-000001.jsonl.gz'],
    );
    assert.deepEqual(
      allFiles(feed.folder).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('makes nothing but an empty manifest when nothing comes', async (t) => {
    const feed = await rolledFeed(t, '%H.jsonl');
    await feed.run([]);
    assert.equal(readFileSync(join(feed.folder, 'manifest.jsonl'), 'utf8'), '');
    assert.deepEqual(allFiles(feed.folder), ['manifest.jsonl']);
  });
});

async function rolledFeed(t: TestContext, template: string, options: RolledFilesOptions = {}) {
  const folder = await tempFolder(t);
  return {
    folder,
    /** @param times when each record comes */
    async run(times: readonly number[], textOf = (n: number) => `{"n":${n}}`): Promise<readonly RolledFile[]> {
      const sink = rolledFiles(join(folder, template), { clock: createFakeClock(TEN), ...options });
      const rolled: RolledFile[] = [];
      sink.on('rolled', (file) => void rolled.push(file));
      const frames = times.map((receivedAt, n) => frameOf(textOf(n), { sequence: n, receivedAt }));
      await pipeline(Readable.from(frames), parse(), batch({ size: 3 }), sink);
      return rolled;
    },
  };
}
