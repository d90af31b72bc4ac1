import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { KeepOptions } from '../../../lib/internal/roll-options.js';
import type { Manifest } from '../../../lib/manifest/manifest.js';
import type { ManifestEntry, SealedFile } from '../../../lib/manifest/manifest-entry.js';
import { Keeper } from '../../../lib/sink/rolled/keeper.js';
import type { ManifestFile } from '../../../lib/sink/rolled/manifest-file.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { tempFolder } from '../../support/temp-folder.js';
import { allFiles } from './support.js';

const NOW = 1_000_000;

describe('what of finished files is kept', () => {
  for (const [what, keep, left, limit] of [
    ['three files, where there may be three', { files: 3 }, ['a', 'b/1', 'b/2'], undefined],
    ['two files, where there may be two', { files: 2 }, ['b/1', 'b/2'], 'files'],
    ['30 bytes, where there may be 30', { bytes: 30 }, ['a', 'b/1', 'b/2'], undefined],
    ['20 bytes, where there may be 29', { bytes: 29 }, ['b/1', 'b/2'], 'bytes'],
    ['nothing, where there may be 9 bytes', { bytes: 9 }, [], 'bytes'],
    ['what is as old as it may be', { ageMs: 300 }, ['a', 'b/1', 'b/2'], undefined],
    ['what is no older than it may be', { ageMs: 299 }, ['b/1', 'b/2'], 'age'],
    ['all, where there is no limit', {}, ['a', 'b/1', 'b/2'], undefined],
  ] as readonly [string, KeepOptions, string[], string | undefined][]) {
    it(`is ${what}`, async (t) => {
      const { folder, keeper, told } = await filesIn(t, keep);
      await keeper.apply();
      assert.deepEqual(allFiles(folder), left);
      const gone = ['a', 'b/1', 'b/2'].filter((path) => !left.includes(path));
      // First it is written down, while the file is there.
      assert.deepEqual(
        told,
        gone.flatMap((path) => [
          ['written', { event: 'removed', path, at: NOW, limit }, true],
          ['removed', { event: 'removed', path, at: NOW, limit }, false],
        ]),
      );
    });
  }

  it('counts files that are finished meanwhile, and removes folders that nothing is left in, but not their own', async (t) => {
    const { folder, keeper } = await filesIn(t, { files: 2 });
    await keeper.apply();
    for (const name of ['c/d/1', 'c/2']) {
      put(folder, name);
      keeper.note(sealed(name, NOW));
      await keeper.apply();
    }
    assert.deepEqual(allFiles(folder), ['c/2', 'c/d/1']);
    assert.equal(existsSync(join(folder, 'b')), false);
    put(folder, 'e');
    keeper.note(sealed('e', NOW));
    await keeper.apply();
    assert.deepEqual([existsSync(join(folder, 'c/d')), existsSync(join(folder, 'c'))], [false, true]);
    put(folder, 'f');
    keeper.note(sealed('f', NOW));
    await keeper.apply();
    assert.deepEqual([existsSync(join(folder, 'c')), allFiles(folder)], [false, ['e', 'f']]);
  });

  it('takes what came when nobody knows for as old as what was finished behind it', async (t) => {
    for (const [files, left] of [
      [[sealed('a', undefined)], ['a']],
      [
        [sealed('a', undefined), sealed('b/1', NOW - 50)],
        ['a', 'b/1'],
      ],
      [[sealed('a', undefined), sealed('b/1', NOW - 200), sealed('b/2', NOW)], ['b/2']],
    ] as const) {
      const { folder, keeper } = await filesIn(t, { ageMs: 100 }, [...files]);
      await keeper.apply();
      assert.deepEqual(allFiles(folder), left);
    }
  });

  it('lets go what the last lines of the manifest say was removed, and nothing before a file that was finished', async (t) => {
    const { folder, keeper } = await filesIn(t, {});
    const removed = (path: string): ManifestEntry => ({ event: 'removed', path, at: 1, limit: 'files' });
    const entries = [removed('a'), sealed('b/2', 1), removed('b/1'), removed('c')];
    await keeper.removeLeft(manifestOf(entries));
    assert.deepEqual(allFiles(folder), ['a', 'b/2']);
  });
});

/** Three files of ten bytes each, whose last records came 300, 200 and 100 ms ago. */
async function filesIn(
  t: TestContext,
  keep: KeepOptions,
  files = [sealed('a', NOW - 300), sealed('b/1', NOW - 200), sealed('b/2', NOW - 100)],
) {
  const folder = await tempFolder(t);
  const told: unknown[] = [];
  for (const { path } of files) put(folder, path);
  const manifest = {
    append: async ([entry]: ManifestEntry[]) =>
      void told.push(['written', entry, existsSync(join(folder, entry!.path))]),
  } as unknown as ManifestFile;
  const keeper = new Keeper({ folder, keep, clock: createFakeClock(NOW) }, manifest, manifestOf(files), (removed) =>
    told.push(['removed', removed, existsSync(join(folder, removed.path))]),
  );
  return { folder, keeper, told };
}

function put(folder: string, name: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), '0123456789');
}

function manifestOf(entries: readonly ManifestEntry[]): Manifest {
  const numbered = entries.map((entry, index) => ({ line: index + 1, entry }));
  return { entries: numbered, damage: [], torn: undefined, length: 0, previous: null };
}

function sealed(path: string, lastReceivedAt: number | undefined): SealedFile {
  return {
    ...{ event: 'sealed', path, records: 1, bytes: 10, sha256: '', firstSequence: 0, lastSequence: 0 },
    ...{ firstReceivedAt: lastReceivedAt, lastReceivedAt, gaps: { count: 0, ms: 0, missing: 0 } },
  };
}
