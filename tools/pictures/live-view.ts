import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { EVERY_MS } from '../../lib/observe/history.js';
import { pageOf } from '../../lib/testing/index.js';
import { servedView } from '../../test/observe/view/served-view.js';
import { closeBrowser, type Look, noBrowser, openPage } from '../../test/support/browser.js';

/** The live view of made-up feeds, after a quarter of an hour in which all went wrong that can. */
export async function liveView(look: Look): Promise<Buffer> {
  if (noBrowser !== false) throw new Error(noBrowser);
  const ends: (() => unknown)[] = [];
  const t = { after: (end: () => unknown) => void ends.push(end) } as unknown as TestContext;
  try {
    const { page } = await openPage(t, `${await madeUp(t)}/#feed=binance-trades`, look);
    await page.locator('.records li').nth(3).waitFor();
    await page.locator('.gap').nth(1).hover();
    return await taken(page);
  } finally {
    for (const end of ends.reverse()) await end();
    await closeBrowser();
  }
}

/** WebP, which is a fifth of a PNG. */
async function taken(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 75 });
  return Buffer.from(data, 'base64');
}

async function madeUp(t: TestContext): Promise<string> {
  const random = dice(7);
  const names = Object.keys(FEEDS);
  const served = await servedView(t, {
    names,
    more: { address: 'wss://stream.example.com/ws', target: 'out/trades.jsonl' },
  });
  const { origin, clock, meters, feeds } = served;
  const started = clock.now();
  const at = (ms: number) => ({ at: started + ms, monotonic: ms });
  const totals = names.map(() => ({ records: 0, bytes: 0, pausedMs: 0 }));
  for (const feed of feeds) feed.open();
  for (let n = 1; n <= POINTS; n += 1) {
    for (const [index, feed] of feeds.entries()) {
      const [rate, size] = FEEDS[names[index]!]!;
      const total = totals[index]!;
      const isHeld = index === 2 && n % 40 < 12;
      const wave = 1 + 0.35 * Math.sin((n + index * 20) / 9) + 0.3 * (random() - 0.5);
      const come = isDown(index, n) ? 0 : Math.round(rate * wave * (EVERY_MS / 1_000) * (isHeld ? 0.4 : 1));
      total.records += come;
      total.bytes += come * size;
      total.pausedMs += isHeld ? EVERY_MS * 0.6 : 0;
      feed.set({ ...total, frames: total.records });
      feed.stored.records = total.records;
    }
    await clock.advance(EVERY_MS);
  }
  const [trades, , books, , news] = feeds;
  const gap = (
    index: number,
    cause: 'disconnected' | 'heartbeat' | 'sequence' | 'overflow',
    from: number,
    ms: number,
    more: object,
  ) => feeds[index]!.gap(cause, { from: at(from), to: at(from + ms), durationMs: ms, ...more });
  gap(0, 'disconnected', 140_000, 45_000, { code: 1_006, afterSequence: 168_402, beforeSequence: 168_403 });
  gap(0, 'sequence', 420_000, 2_000, { afterSequence: 901_377, beforeSequence: 901_412, missing: 34 });
  gap(0, 'overflow', 610_000, 18_000, { dropped: 4_210, afterSequence: 702_114, beforeSequence: 706_325 });
  gap(0, 'heartbeat', 760_000, 12_000, { connection: 2, afterSequence: 860_020, beforeSequence: 860_021 });
  gap(2, 'sequence', 300_000, 1_000, { missing: 3 });
  for (let n = 0; n < 6; n += 1) gap(5, 'disconnected', 60_000 + n * 130_000, 9_000, { code: 1_011 });
  trades!.set({ reconnects: 2, gaps: 4, connections: 3, gapMs: 57_000, dropped: 4_210, rttMs: 38 });
  meters.feed(names[0]!)!.reconnects.set('disconnected', 1).set('heartbeat', 1);
  books!.set({ paused: true, gaps: 1 });
  Object.assign(books!.backlog, { records: 18_400, bytes: 7_728_000, oldestAt: clock.now() - 4_200 });
  feeds[5]!.set({ reconnects: 6, gaps: 6 });
  news!.lose();
  news!.set({ state: 'waiting', gapCause: 'disconnected', gaps: 1, gapMs: 95_000, reconnects: 4 });
  for (const feed of feeds)
    if (feed !== news) feed.make(pageOf([{ s: 'BTCUSDT', p: '67211.40', q: '0.01830' }], { receivedAt: clock.now() }));
  keepTelling(t, served);
  return origin;
}

/** The clock goes on while somebody looks, and records come. */
function keepTelling(t: TestContext, { clock, feeds }: Awaited<ReturnType<typeof servedView>>): void {
  let n = 0;
  const timer = setInterval(() => {
    n += 1;
    for (const [index, feed] of feeds.entries()) {
      if (isDown(index, POINTS)) continue;
      const [rate, size] = Object.values(FEEDS)[index]!;
      const { stats } = feed.watched.source;
      const records = stats.records + Math.round(rate / 10) + (n % 3);
      feed.set({ records, frames: records, bytes: stats.bytes + (records - stats.records) * size });
      const trade = { e: 'trade', s: 'BTCUSDT', t: 860_400 + n, p: (67_211 + n / 10).toFixed(2), q: '0.01830' };
      feed.make(pageOf([trade], { receivedAt: clock.now() }));
    }
    void clock.advance(TICK_MS);
  }, TICK_MS);
  t.after(() => clearInterval(timer));
}

function isDown(index: number, point: number): boolean {
  return (index === 0 && point > 28 && point < 37) || (index === 4 && point > POINTS - 19);
}

/** Numbers from 0 to 1 that are the same each time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Records a second, and how large one is. */
const FEEDS: Readonly<Record<string, readonly [rate: number, size: number]>> = {
  'binance-trades': [1_200, 123],
  'kraken-trades': [310, 140],
  'binance-books': [4_800, 420],
  'ais-vessels': [260, 510],
  'news-wire': [3, 2_100],
  'wiki-edits': [28, 900],
  'ticker-eu': [75, 96],
  'ticker-us': [180, 96],
};
const POINTS = 180;
const TICK_MS = 100;
