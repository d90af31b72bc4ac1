import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { FrameFactsList } from '../../lib/batch/frame-facts-list.js';
import type { StoredPosition } from '../../lib/batch/stored-position.js';
import { acknowledging, openSpool, Page, type SpoolOptions } from '../../lib/index.js';
import { runEnding } from '../../lib/internal/chain.js';
import { frameOf } from '../support/messages.js';
import { tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

describe('a spool whose sink says later how far it is stored', () => {
  it('takes what comes meanwhile, and hands on what is not stored, once that is said', async (t) => {
    const feed = await spooledFeed(t);
    const id = await feed.leave(10);
    const { spool, told, write, keep, stream } = await feed.open();
    await write(10, 14);
    assert.deepEqual(feed.stored, []);
    assert.equal(spool.backlog.records, 14);
    assert.equal(spool.position?.sequence, 10);
    told({ sequence: 6, receivedAt: 1_005, spooled: { id, page: 6 } });
    await until(() => feed.stored.length === 8);
    await write(14, 15);
    keep.end();
    await stream;
    assert.deepEqual(feed.stored, [6, 7, 8, 9, 10, 11, 12, 13, 14]);
    assert.deepEqual(spool.backlog, { records: 0, bytes: 0, oldestAt: undefined });
    await spool.close();
  });

  it('knows what of it is stored where another machine has had the feed since', async (t) => {
    const feed = await spooledFeed(t);
    const id = await feed.leave(5);
    const { told, write, keep, stream } = await feed.open();
    await write(5, 6);
    const spooled = { id: '0123456789abcdef', page: 99 };
    told({ sequence: 500, receivedAt: 9_000, spooled, elsewhere: [{ id, page: 3 }] });
    keep.end();
    await stream;
    assert.deepEqual(feed.stored, [3, 4, 5]);
  });

  it('hands on all of it where nobody knows more', async (t) => {
    const feed = await spooledFeed(t);
    await feed.leave(3);
    const { told, write, keep, stream } = await feed.open();
    await write(3, 4);
    told(undefined);
    keep.end();
    await stream;
    assert.deepEqual(feed.stored, [0, 1, 2, 3]);
  });

  it('counts what waits of it', async (t) => {
    const feed = await spooledFeed(t);
    const id = await feed.leave(10);
    const { spool, told } = await feed.open({ isStalled: true });
    const { bytes } = spool.backlog;
    told({ sequence: 6, receivedAt: 1_005, spooled: { id, page: 6 } });
    await until(() => feed.given === 1);
    const { records, bytes: left } = spool.backlog;
    assert.equal(records, 4);
    assert.ok(left < bytes / 2, `${left} of ${bytes}`);
  });

  it('loses nothing when more is stored than it has: what came since is no page that was stored before', async (t) => {
    const feed = await spooledFeed(t);
    const id = await feed.leave(3);
    const stored = { sequence: 8, receivedAt: 1_007, spooled: { id, page: 8 } };
    // As by a power failure: pages 4 to 8 were stored, and are gone.
    const { write, spool } = await feed.open();
    await write(3, 5);
    await spool.close();
    // It is killed before it hears of it, and so is the next one.
    const next = await feed.open();
    await next.write(5, 6);
    await next.spool.close();
    const last = await feed.open();
    await last.write(6, 7);
    last.told(stored);
    last.keep.end();
    await last.stream;
    await last.spool.close();
    assert.deepEqual(feed.stored, [3, 4, 5, 6]);
    // Its new name is what the sink was told, and the old one means what it meant.
    assert.notEqual(feed.places[0]!.id, id);
    const names = readFileSync(join(feed.path, 'id'), 'utf8');
    assert.match(names, new RegExp(`^${id}\n${feed.places[0]!.id} 4\n$`));
  });

  it('ends well when the run ends before it is said, and keeps all', async (t) => {
    const feed = await spooledFeed(t);
    await feed.leave(3);
    const { spool, write, keep, stream } = await feed.open({ drainTimeoutMs: 50 });
    await write(3, 5);
    (keep as unknown as { [runEnding](): void })[runEnding]();
    keep.end();
    await stream;
    await spool.close();
    assert.deepEqual(feed.stored, []);
    const next = await feed.open();
    assert.equal(next.spool.backlog.records, 5);
    assert.equal(next.spool.position?.sequence, 5);
  });

  it('is not told once it is closed', async (t) => {
    const feed = await spooledFeed(t);
    const { spool, told } = await feed.open();
    await spool.close();
    writeFileSync(join(feed.path, 'id'), 'of somebody else');
    told(undefined);
    await Promise.resolve();
    assert.equal(readFileSync(join(feed.path, 'id'), 'utf8'), 'of somebody else');
  });
});

/** A feed of pages with one record each. */
async function spooledFeed(t: TestContext) {
  const path = join(await tempFolder(t), 'spool');
  const stored: number[] = [];
  const places: { id: string; page: number }[] = [];
  const feed = { path, stored, places, given: 0 };
  const open = async ({ isStalled = false, ...options }: SpoolOptions & { isStalled?: boolean } = {}) => {
    const { promise: storedLater, resolve: told } = deferred<StoredPosition | undefined>();
    const spool = await openSpool(path, { storedLater, ...options } as SpoolOptions);
    const keep = spool.keep();
    t.after(async () => {
      keep.destroy();
      await spool.close();
    });
    const sink = acknowledging(
      new Writable({
        objectMode: true,
        highWaterMark: 1,
        write(page: Page, _encoding, callback) {
          feed.given += 1;
          if (isStalled) return;
          places.push(page.spooled!);
          for (const { n } of page.records as { n: number }[]) stored.push(n);
          callback();
        },
      }),
    );
    const stream = pipeline(keep, sink);
    // Looked at later.
    stream.catch(() => {});
    const write = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++) {
        await new Promise<void>((resolve) => void keep.write(pageOf(n), () => resolve()));
      }
    };
    return { spool, told, keep, stream, write };
  };
  return Object.assign(feed, {
    open,
    /** A run that is stored by nobody, and leaves so many pages, the first of which is 1. Returns what the spool is called. */
    async leave(count: number): Promise<string> {
      const spool = await openSpool(path);
      const keep = spool.keep();
      keep.on('error', () => {});
      for (let n = 0; n < count; n++) {
        await new Promise<void>((resolve) => void keep.write(pageOf(n), () => resolve()));
      }
      keep.destroy();
      await spool.close();
      return readFileSync(join(path, 'id'), 'utf8').trim();
    },
  });
}

function pageOf(n: number): Page {
  const frame = frameOf(`{"n":${n},"filler":"${'x'.repeat(100)}"}`, { sequence: n, receivedAt: 1_000 + n });
  const facts = new FrameFactsList();
  facts.add(frame);
  return Page.of(Buffer.from(`${frame.data}\n`), [frame.data.length], facts, 'number');
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}
