import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { pageOf } from '../../../lib/testing/index.js';
import { closeBrowser, noBrowser, openPage, shows } from '../../support/browser.js';
import { servedView } from './served-view.js';

describe('the live view, by keyboard and screen reader', { skip: noBrowser }, () => {
  after(closeBrowser);

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [400, 1_280]) {
      it(`has nothing that axe finds, ${colorScheme}, ${width} pixels wide, and needs no scrolling to the side`, async (t) => {
        const files = {
          rolled: () => ({ rolled: 1, newest: 'a', open: ['out/b.part'], gone: 0 }),
          openFiles: () => [OPEN_FILE],
        };
        const { origin, clock, feeds } = await servedView(t, {
          names: ['trades', 'books', 'quotes'],
          more: { reports: files, target: 'out' },
        });
        const [trades, books] = feeds;
        trades!.open();
        trades!.set({ records: 10, paused: true, reconnects: 2 });
        trades!.sink.emit('rolled', SEALED_FILE);
        books!.lose();
        const from = { at: clock.now() - 60_000, monotonic: 0 };
        trades!.gap('disconnected', { from, durationMs: 60_000 });
        const { page } = await openPage(t, origin, { width, colorScheme });
        await page.getByRole('button', { name: 'trades' }).click();
        await page.locator('.gap').waitFor();
        await shows(page, async () => (await page.locator('.files code').count()) === 2);
        trades!.make(pageOf([{ n: 1 }]));
        await clock.advance(1_000);
        await page.locator('.records li').first().waitFor();
        assert.deepEqual(await axe(page), []);
        const [inner, outer] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as number[];
        assert.ok(inner! <= outer!, `${inner} of ${outer} pixels`);
      });
    }
  }

  it('is used by keyboard alone, and says what becomes of a feed', async (t) => {
    const { origin, clock, feeds } = await servedView(t, { names: ['trades', 'books'] });
    for (const feed of feeds) feed.open();
    const { page } = await openPage(t, origin);
    await page.getByRole('button', { name: 'trades' }).waitFor();
    // The field for names, ten heads, and then the feeds.
    for (let n = 0; n < 12; n += 1) await page.keyboard.press('Tab');
    const focused = async (): Promise<string> => String(await page.evaluate('document.activeElement.textContent'));
    assert.equal(await focused(), 'books');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'books' }).waitFor();
    assert.equal(await focused(), 'books');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.id'), 'gap-range');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await shows(page, async () => (await page.locator('.panel').count()) === 0);
    feeds[1]!.lose();
    await clock.advance(250);
    await shows(page, async () => (await page.locator('#announcement').textContent()) === 'books: disconnected');
  });
});

/** What axe finds, in short. */
async function axe(page: Page): Promise<string[]> {
  await page.evaluate((await import('axe-core')).default.source);
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

const OPEN_FILE = { name: 'out/b.part', records: 7, bytes: 700 };
const SEALED_FILE = {
  ...{ path: 'out/a.jsonl', records: 3, bytes: 90, sha256: 'ab'.repeat(32), firstReceivedAt: 1, lastReceivedAt: 2 },
  gaps: { count: 1, ms: 20, missing: 0 },
};
