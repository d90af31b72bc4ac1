import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { createSource } from '../../lib/index.js';
import { heapInUse } from '../support/gc.js';

// A bare connection of `ws` takes 4 KiB of it. What is made for options that are not set, and every buffer of a page or of a
// check that a feed has for itself while it waits, is found here.
test('a feed that waits for its next frame takes less than 22 KiB of memory, its socket included', async (t) => {
  const url = await oneFrameFeed(t);
  // What the first of them load and compile belongs to nobody.
  await open(t, url, 50);
  const before = await inUse();
  await open(t, url, FEEDS);
  const kibPerFeed = ((await inUse()) - before) / FEEDS / 1024;
  t.diagnostic(`${kibPerFeed.toFixed(1)} KiB a feed`);
  assert.ok(kibPerFeed < 22, `It takes ${kibPerFeed.toFixed(1)} KiB.`);
});

/** Opens so many feeds, and waits until each has brought its frame. */
async function open(t: TestContext, url: string, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const pages = createSource({ url, unbounded: true, proxy: 'none' }).pages();
      t.after(() => pages.destroy());
      const delivered = once(pages, 'data');
      assert.equal(((await delivered) as [{ length: number }])[0].length, 1);
    }),
  );
}

async function inUse(): Promise<number> {
  const heap = await heapInUse();
  return heap + process.memoryUsage().external;
}

async function oneFrameFeed(t: TestContext): Promise<string> {
  const feed = spawn(process.execPath, [join(import.meta.dirname, 'processes/one-frame-feed.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => feed.stdin.end());
  const [port] = (await once(createInterface(feed.stdout), 'line')) as [string];
  return `ws://127.0.0.1:${port}`;
}

const FEEDS = 200;
