import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Page } from '../../lib/index.js';
import { Backlog } from '../../lib/spool/backlog.js';
import { systemDisk } from '../../lib/spool/spool-disk.js';
import { SpoolStore } from '../../lib/spool/store.js';
import { pagesOf } from '../support/any-pages.js';
import { tempFolder } from '../support/temp-folder.js';

describe('the backlog of a spool', () => {
  it('hands on in order what comes while it closes the segment that it has read to its end', async (t) => {
    const { backlog, add, takeAll, handedOn, readOn, close } = await backlogIn(await tempFolder(t));
    add(20);
    takeAll();
    while (handedOn.length < 20) await readOn();
    // Nothing is left, and it closes the segment: a page more than memory holds comes meanwhile.
    const reading = readOn();
    await untilRead(backlog);
    add(20);
    await reading;
    await close();
    assert.deepEqual(handedOn, [...Array(40).keys()]);
  });

  it('hands on in order whatever comes, whenever it comes', async (t) => {
    const folder = await tempFolder(t);
    let run = 0;
    const arrivals = fc.array(fc.record({ pages: fc.nat({ max: 12 }), turns: fc.nat({ max: 40 }) }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 300, max: 3_000 }), async (all, segmentBytes) => {
        const own = join(folder, `${++run}`);
        await mkdir(own);
        const { add, takeAll, handedOn, readOn, close } = await backlogIn(own, segmentBytes);
        let count = 0;
        for (const { pages, turns } of all) {
          const reading = readOn();
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          add(pages);
          count += pages;
          await reading;
          if (turns % 3 === 0) takeAll();
        }
        await close();
        assert.deepEqual(handedOn, [...Array(count).keys()]);
      }),
      { numRuns: 100 },
    );
  });
});

/** A backlog of pages of one record each, of which memory holds a few. */
async function backlogIn(folder: string, segmentBytes = 1e6) {
  const parts = { folder, disk: systemDisk, segments: [], next: 1, segmentBytes, isSynced: false };
  const store = new SpoolStore({ ...parts, onFailed: never });
  const nothing = { from: undefined, stored: undefined, isReused: false, acknowledged: 0, memoryBytes: 600 };
  const backlog = new Backlog({ store, ...nothing, onPassed: never, onDamage: never, onUnreadable: never });
  const handedOn: number[] = [];
  const takeAll = (): void => {
    for (let next = backlog.take(); next !== undefined; next = backlog.take()) handedOn.push(numberIn(next));
  };
  /** As the stream does it: what is in memory goes first. */
  const readOn = async (): Promise<void> => {
    takeAll();
    const next = await backlog.read();
    if (next !== undefined) handedOn.push(numberIn(next));
  };
  let count = 0;
  return {
    backlog,
    handedOn,
    takeAll,
    readOn,
    add(pages: number): void {
      for (const end = count + pages; count < end; count++) {
        const [page] = pagesOf([{ ...LINE, text: `{"n":${count}}` }], 1) as [Page];
        backlog.add(page, store.append(page));
      }
    },
    async close(): Promise<void> {
      while (!backlog.isEmpty) await readOn();
      await backlog.close();
      await store.close();
    },
  };
}

/** Turn by turn of the microtasks, so that no file is closed in between. */
async function untilRead(backlog: Backlog): Promise<void> {
  for (let turn = 0; turn < 100 && !backlog.isEmpty; turn++) await Promise.resolve();
  assert.equal(backlog.isEmpty, true, 'it was not read to its end within a hundred microtasks');
}

function numberIn(next: NonNullable<Awaited<ReturnType<Backlog['read']>>>): number {
  assert.ok(next.kind === 'page');
  return (next.page.records[0] as { n: number }).n;
}

const LINE = { sequence: 1, receivedAt: 0, connection: 0, isBinary: false, url: 'ws://a', isGap: false };

function never(): void {
  assert.fail('nothing is to fail, or to be passed over');
}
