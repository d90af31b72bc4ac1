import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLogger } from '../../../lib/internal/logger.js';
import type { Compression } from '../../../lib/sink/file/encodings.js';
import { NO_FACTS } from '../../../lib/sink/rolled/file-facts.js';
import { FileNames } from '../../../lib/sink/rolled/file-names.js';
import { Keeper } from '../../../lib/sink/rolled/keeper.js';
import { ManifestFile } from '../../../lib/sink/rolled/manifest-file.js';
import { compileTemplate } from '../../../lib/sink/rolled/path-template.js';
import { RolledNotices } from '../../../lib/sink/rolled/rolled-notices.js';
import { Sealer } from '../../../lib/sink/rolled/sealer.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { tempFolder } from '../../support/temp-folder.js';
import { within } from '../../support/until.js';
import { linesOf, sealedFiles } from './support.js';

describe('a sealer', () => {
  for (const compression of ['none', 'gzip'] as const) {
    it(`does the rest when the manifest has room again, once (${compression})`, async (t) => {
      const { folder, told, sealer, part } = await sealing(t, compression);
      sealer.add(part('a'));
      sealer.add(part('b'));
      await sealer.settle();
      assert.deepEqual(told, ['waits: ENOSPC', 'sealed a', 'sealed b']);
      const suffix = compression === 'none' ? '' : '.gz';
      const names = ['a', 'b'].map((name) => `${name}.jsonl${suffix}`);
      assert.deepEqual(
        sealedFiles(folder).map(({ path }) => path),
        names,
      );
      for (const name of names) assert.deepEqual(linesOf(join(folder, name)), ['{"n":1}', '{"n":2}']);
    });
  }

  it('has room for more until many parts of this run wait, or some that are large together', async (t) => {
    const { sealer, part, hold } = await sealing(t, 'none');
    const release = hold();
    const large = (count: number): void => {
      for (let n = 0; n < count; n += 1) sealer.add({ ...part('a'), size: 2 ** 27 });
    };
    const hasRoom = async (): Promise<boolean> => {
      let is = false;
      void sealer.room().then(() => {
        is = true;
      });
      await nextTurn();
      return is;
    };
    large(7);
    assert.equal(await hasRoom(), true);
    // What a run before this one left is waited for by nobody.
    for (let n = 0; n < 3; n += 1) sealer.add({ ...part('b'), size: 2 ** 30, isOld: true });
    assert.equal(await hasRoom(), true);
    large(1);
    assert.equal(await hasRoom(), false);
    const room = sealer.room();
    const closing = sealer.close();
    await within(() => 'room when nothing further is sealed', room);
    release();
    await closing;
    assert.equal(await hasRoom(), true);
  });

  it('has room again when fewer parts wait', async (t) => {
    const { sealer, part, hold, told } = await sealing(t, 'none');
    const release = hold();
    for (let n = 0; n < 8; n += 1) sealer.add({ ...part(String(n)), size: 2 ** 27 });
    const room = sealer.room();
    assert.equal(sealer.waiting.length, 8);
    release();
    await within(() => 'room', room);
    assert.ok(sealer.waiting.length < 8);
    await sealer.settle();
    assert.deepEqual(
      told.slice(1),
      ['0', '1', '2', '3', '4', '5', '6', '7'].map((name) => `sealed ${name}`),
    );
  });
});

/** A folder whose manifest has no room for its first lines. */
async function sealing(t: TestContext, compression: Compression) {
  const folder = await tempFolder(t);
  mkdirSync(join(folder, '.spillway'));
  const { file: manifest, content } = await ManifestFile.open(folder, new RolledNotices(silentLogger));
  const { append } = manifest;
  let isFull = true;
  t.mock.method(manifest, 'append', async (...given: Parameters<typeof append>) => {
    if (isFull) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    await append.apply(manifest, given);
  });
  const suffix = compression === 'none' ? '' : '.gz';
  const names = new FileNames(folder, compileTemplate('test', join(folder, `{field:s}.jsonl${suffix}`), undefined));
  const keeper = new Keeper({ folder, keep: {}, clock: createFakeClock() }, manifest, content, () => {});
  const told: string[] = [];
  let held = Promise.resolve();
  const nameOf = (path: string): string => path.slice(folder.length + 1, folder.length + 2);
  const sealer = new Sealer(
    { folder, intentPath: join(folder, '.spillway/sealing.json'), manifest },
    { compression, level: undefined, names, keeper },
    {
      beforeSeal: () => held,
      async waitForRoom(cause) {
        told.push(`waits: ${(cause as NodeJS.ErrnoException).code}`);
        isFull = false;
        return true;
      },
      onSealed: ({ path }) => void told.push(`sealed ${nameOf(path)}`),
      onEmpty: ({ path }) => void told.push(`empty ${nameOf(path)}`),
      onGone: ({ path }) => void told.push(`gone ${nameOf(path)}`),
      onFailed: (_part, cause) => void told.push(`failed: ${cause}`),
    },
  );
  t.after(async () => {
    await sealer.close();
    await manifest.close();
  });
  return {
    ...{ folder, told, sealer },
    /** Nothing is sealed before what it returns is called. */
    hold(): () => void {
      let release = (): void => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    part(name: string) {
      const path = join(folder, `${name}.jsonl${suffix}.part`);
      writeFileSync(path, '{"n":1}\n{"n":2}\n');
      return { name: `${name}.jsonl${suffix}`, path, size: 16, facts: { ...NO_FACTS, records: 2 } };
    },
  };
}
