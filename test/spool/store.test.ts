import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { decodeDropped } from '../../lib/spool/dropped.js';
import { decodeHead, entryLength, HEAD_BYTES } from '../../lib/spool/entry.js';
import { type SpoolDisk, systemDisk } from '../../lib/spool/spool-disk.js';
import { SpoolStore, type StoreParts } from '../../lib/spool/store.js';
import { pagesOf } from '../support/any-pages.js';
import { tempFolder } from '../support/temp-folder.js';
import { fillingDisk } from './filling-disk.js';

describe('the store of a spool', () => {
  it('numbers pages on, and begins a segment when the one before is full', async (t) => {
    const { store, page, names, folder } = await storeIn(t, { segmentBytes: 400, next: 7 });
    const first = store.append(page(0));
    assert.deepEqual([first.start, first.segment.first, first.head.page, store.next], [0, 7, 7, 8]);
    assert.equal(first.bytes, entryLength(first.head));
    const second = store.append(page(1));
    assert.equal(second.start, first.bytes);
    assert.equal(store.isActive(first.segment), true);
    while (store.segments.length === 1) store.append(page(2));
    assert.equal(store.isActive(first.segment), false);
    assert.ok(first.segment.bytes >= 400);
    assert.deepEqual([store.segments[0]!.connection, store.segments[1]!.first], [1, store.next - 1]);
    await store.close();
    assert.equal(
      store.bytes,
      store.segments.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    assert.deepEqual(
      names(),
      store.segments.map(({ path }) => basename(path)),
    );
    for (const { path, bytes, sum } of store.segments) {
      // What it comes to stands at its end.
      const file = readFileSync(path);
      assert.equal(file.length, bytes);
      assert.deepEqual(decodeHead(file, file.length - HEAD_BYTES), sum);
    }
    assert.equal(existsSync(join(folder, 'seg-0000000000000007.spool')), true);
  });

  it('removes what is stored, by whole segments, but not the one that is written to, and keeps what is damaged', async (t) => {
    const { store, page, names } = await storeIn(t, { segmentBytes: 1 });
    for (let n = 0; n < 4; n += 1) store.append(page(n));
    const [first, second] = store.segments;
    second!.isDamaged = true;
    assert.deepEqual(await store.forget(0), []);
    assert.equal(names().length, 4);
    assert.deepEqual(await store.forget(1), []);
    assert.equal(existsSync(first!.path), false);
    assert.deepEqual(await store.forget(9), [`${second!.path}.bad`]);
    assert.deepEqual(names(), ['seg-0000000000000002.spool.bad', 'seg-0000000000000004.spool']);
    // Somebody else has taken it away.
    store.roll();
    await store.settle();
    renameSync(store.segments[0]!.path, `${store.segments[0]!.path}.away`);
    assert.deepEqual(await store.forget(4), []);
    assert.deepEqual([store.segments.length, store.bytes], [0, 0]);
    await store.close();
  });

  it('drops the oldest segments that nobody reads, and leaves one entry for those that stood next to each other', async (t) => {
    const { store, page, names } = await storeIn(t, { segmentBytes: 1 });
    for (let n = 0; n < 5; n += 1) store.append(page(n));
    const stretch = (n: number) => ({
      ...{ from: n, records: 2, firstSequence: 2 * (n - 1), next: 2 * n, connection: 1 },
      ...{ firstAt: 1_700_000_000_000 + 2 * (n - 1), lastAt: 1_700_000_000_000 + 2 * n - 1 },
    });
    // The first is being read.
    assert.deepEqual(store.dropOldest(1), stretch(2));
    assert.deepEqual(store.dropOldest(1), stretch(3));
    assert.deepEqual(
      names(),
      [1, 3, 4, 5].map((n) => `seg-000000000000000${n}.spool`),
    );
    const file = readFileSync(store.segments[1]!.path);
    const head = decodeHead(file, 0)!;
    assert.deepEqual([head.kind, head.page, head.records], ['dropped', 3, 0]);
    const joined = { ...stretch(3), from: 2, records: 4, firstSequence: 2, firstAt: stretch(2).firstAt };
    assert.deepEqual(decodeDropped(file.subarray(HEAD_BYTES)), joined);
    assert.equal(store.segments[1]!.bytes, statSync(store.segments[1]!.path).size);
    assert.equal(store.segments[1]!.isDropped, true);
    // What is pinned by now stays, also what stands for others.
    assert.deepEqual(store.dropOldest(3), stretch(4));
    assert.equal(decodeDropped(readFileSync(store.segments[2]!.path).subarray(HEAD_BYTES)).from, 4);
    // The newest one is finished first.
    assert.deepEqual(store.dropOldest(3), stretch(5));
    assert.equal(store.dropOldest(3), undefined);
    assert.equal(store.next, 6);
    assert.equal(store.append(page(5)).head.page, 6);
    await store.close();
  });

  it('drops a segment for which there is no room beside it, too', async (t) => {
    let isFull = false;
    const disk: SpoolDisk = {
      ...systemDisk,
      create(path) {
        // There is room once the segment is gone.
        if (isFull && path.endsWith('.new')) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        return systemDisk.create(path);
      },
    };
    const { store, page, names } = await storeIn(t, { segmentBytes: 1, disk });
    for (let n = 0; n < 3; n += 1) store.append(page(n));
    isFull = true;
    assert.equal(store.dropOldest(0)?.records, 2);
    assert.equal(names().length, 3);
    assert.equal(decodeHead(readFileSync(store.segments[0]!.path), 0)?.kind, 'dropped');
    await store.close();
  });

  it('leaves nothing of an entry that could not be written, nor a segment with nothing in it', async (t) => {
    let isFull = false;
    const disk = fillingDisk(() => isFull);
    const { store, page, names } = await storeIn(t, { disk });
    isFull = true;
    assert.throws(() => store.append(page(0)), { code: 'ENOSPC' });
    assert.deepEqual([store.next, store.bytes, names().length], [1, 0, 1]);
    assert.equal(statSync(store.segments[0]!.path).size, 0);
    await store.close();
    assert.deepEqual([names(), store.segments.length], [[], 0]);
    const other = await storeIn(t, { disk });
    isFull = false;
    const { bytes } = other.store.append(page(0));
    isFull = true;
    assert.throws(() => other.store.append(page(1)), { code: 'ENOSPC' });
    assert.equal(statSync(other.store.segments[0]!.path).size, bytes);
    isFull = false;
    assert.deepEqual([other.store.append(page(1)).start, other.store.next], [bytes, 3]);
    await other.store.close();
  });

  it('tells when a segment cannot be finished, and closes all the same', async (t) => {
    const failures: unknown[] = [];
    const disk: SpoolDisk = { ...systemDisk, sync: () => Promise.reject(new Error('broken')) };
    const { store, page } = await storeIn(t, { disk, onFailed: (error) => void failures.push(error) });
    store.append(page(0));
    await assert.rejects(store.sync(), /broken/);
    await store.close();
    assert.deepEqual(failures.map(String), ['Error: broken']);
    // Nothing is forced to the disk where that is not wanted.
    const other = await storeIn(t, { disk, isSynced: false, onFailed: (error) => void failures.push(error) });
    other.store.append(page(0));
    await other.store.close();
    assert.equal(failures.length, 1);
  });
});

/** A store with a page of two records for each number. */
async function storeIn(t: TestContext, parts: Partial<StoreParts>) {
  const folder = await tempFolder(t);
  const line = {
    ...{ text: '{"n":1}', sequence: 1, receivedAt: 1 },
    ...{ connection: 0, isBinary: false, url: 'ws://a', isGap: false },
  };
  const pages = pagesOf(
    Array.from({ length: 12 }, (_, n) => (n === 0 ? { ...line, sequence: 0, receivedAt: 0 } : line)),
    2,
  );
  const store = new SpoolStore({
    ...{ folder, disk: systemDisk, segments: [], next: 1, segmentBytes: 1024 * 1024, isSynced: true },
    onFailed: (error) => assert.fail(String(error)),
    ...parts,
  });
  return { store, folder, page: (n: number) => pages[n]!, names: () => readdirSync(folder).sort() };
}
