import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { EVERY_MS } from '../../../lib/observe/history.js';
import { pageOf } from '../../../lib/testing/index.js';
import { ask } from '../../support/ask.js';
import { closeBrowser, noBrowser, openPage, shows } from '../../support/browser.js';
import { until } from '../../support/until.js';
import { servedView } from './served-view.js';

const TOKEN = 'a-token-of-some-length';

describe('the live view, in a browser', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('shows where each gap was, and says what it was to who points at it or goes there by keyboard', async (t) => {
    const { origin, clock, feed } = await servedView(t);
    feed.open();
    const now = { at: clock.now(), monotonic: 0 };
    const ago = (ms: number) => ({ at: now.at - ms, monotonic: 0 });
    feed.gap('disconnected', {
      from: ago(600_000),
      to: ago(540_000),
      durationMs: 60_000,
      code: 1_006,
      afterSequence: 41,
      beforeSequence: 42,
    });
    feed.gap('sequence', {
      from: ago(300_000),
      to: ago(300_000),
      afterSequence: 7,
      beforeSequence: 12,
      missing: 4,
      key: 'BTC',
    });
    feed.gap('overflow', { from: ago(2_000_000), to: ago(1_990_000), durationMs: 10_000, dropped: 1_234 });
    const { page } = await openPage(t, origin);
    const gaps = page.locator('.gap');
    await gaps.nth(1).waitFor();
    assert.equal(await gaps.count(), 2);
    const [first] = await page.locator('.lane-row').first().locator('.gap').all();
    const box = await boxIn(page, '.lane-row .lane', '.gap');
    assert.ok(Math.abs(box.left - 1 / 3) < 0.02 && Math.abs(box.width - 1 / 15) < 0.02, JSON.stringify(box));
    await first!.hover();
    await shows(page, async () =>
      /^disconnected: .*1 min 0 s, from .* between frame 41 and frame 42 · close code 1006/.test(await said(page)),
    );
    await first!.focus();
    await page.keyboard.press('ArrowRight');
    await shows(page, async () =>
      /^sequence: .* between number 7 and number 12 · 4 numbers missing · key BTC/.test(await said(page)),
    );
    await page.keyboard.press('Home');
    assert.match(await said(page), /^disconnected/);
    await page.getByLabel('Time line of the last').selectOption('hour');
    await shows(page, async () => (await gaps.count()) === 3);
    await page.keyboard.press('Tab');
    await page.locator('.lane-row').nth(1).locator('.gap').hover();
    await shows(page, async () => /^overflow: .*1,234 frames dropped/.test(await said(page)));

    // One that is open lasts until now.
    feed.set({ state: 'waiting', gapCause: 'heartbeat', gaps: 4, gapMs: 90_000 });
    await clock.advance(250);
    await page.locator('.gap.open').waitFor();
    assert.match((await page.locator('.gap.open').getAttribute('aria-label'))!, /^heartbeat: .*goes on/);
  });

  it('has the last quarter of an hour after a reload, of a feed that has run for an hour', async (t) => {
    const { origin, clock, feed } = await servedView(t);
    feed.open();
    for (let n = 1; n <= 3_600_000 / EVERY_MS; n += 1) {
      feed.set({ records: n * 500, bytes: n * 50_000, frames: n * 500, pausedMs: n * 1_250 });
      await clock.advance(EVERY_MS);
    }
    const { page } = await openPage(t, origin);
    const figures = page.locator('figcaption');
    const shown = async (): Promise<string[]> => [
      ...(await figures.allTextContents()),
      // That of records falls by the second as long as nothing is told.
      await page.locator('td.paused .value').textContent().then(String),
    ];
    const expected = [
      'Records a second: 100 on average, 100 at most',
      'Bytes a second: 10.0 kB on average, 10.0 kB at most',
      'Paused: 25 % on average, 25 % at most',
      '25 %',
    ];
    await shows(page, async () => (await shown()).join() === expected.join());
    const line = page.locator('figure .line').first();
    const points = async (): Promise<number> => ((await line.getAttribute('d')) ?? '').split('L').length;
    assert.equal(await points(), 180);
    await page.reload();
    await shows(page, async () => (await shown()).join() === expected.join() && (await points()) === 180);
  });

  it('connects again by itself when the server was away, and shows the run that is there then', async (t) => {
    const first = await servedView(t);
    first.feed.open();
    first.feed.set({ records: 5 });
    const { page } = await openPage(t, first.origin, { expected: /404 \(Not Found\)/ });
    await shows(page, async () => (await live(page)) === 'Live');
    await first.close();
    await shows(page, async () => (await page.locator('#live').getAttribute('data-state')) !== 'live');
    const second = await servedView(t, { names: ['books'], port: Number(new URL(first.origin).port) });
    second.feed.open();
    await page.getByRole('button', { name: 'books' }).waitFor();
    await shows(page, async () => (await live(page)) === 'Live');
    assert.equal(await page.getByRole('button', { name: 'trades' }).count(), 0);
  });

  it('shows 200 feeds, and of what changes draws what can be seen', async (t) => {
    const names = Array.from({ length: 200 }, (_, n) => `feed-${n}`);
    const { origin, clock, feeds } = await servedView(t, { names });
    for (const [n, feed] of feeds.entries()) {
      feed.open();
      feed.set({ records: n, frames: n, reconnects: n });
    }
    feeds[150]!.lose();
    const { page } = await openPage(t, origin);
    const rows = page.locator('#feeds tbody tr[data-feed]');
    await shows(page, async () => (await rows.count()) === 200);
    const first = async (): Promise<string | null> => rows.first().getAttribute('data-feed');
    // The worst first.
    await shows(page, async () => (await first()) === 'feed-150');
    await page.getByRole('button', { name: 'Reconnects' }).click();
    await shows(page, async () => (await first()) === 'feed-199');
    assert.equal(await page.locator('th.reconnects').getAttribute('aria-sort'), 'descending');
    await page.getByRole('button', { name: 'Reconnects' }).click();
    await shows(page, async () => (await first()) === 'feed-0');
    // The table draws rows that are seen, and changes texts that are others now.
    await page.evaluate(`
      changed = new Set();
      new MutationObserver((all) => {
        for (const { target } of all) changed.add((target.nodeType === 1 ? target : target.parentElement).closest('tr')?.dataset.feed);
      }).observe(document.querySelector('#feeds tbody'), { subtree: true, childList: true, characterData: true });
    `);
    for (const [n, feed] of feeds.entries()) feed.set({ gaps: n + 1 });
    await clock.advance(250);
    await shows(page, async () => (await page.locator('[data-feed="feed-0"] td.gaps .value').textContent()) === '1');
    const seen = (await page.evaluate('changed.size')) as number;
    assert.ok(seen > 5 && seen < 100, `${seen} rows were drawn`);
    await page.locator('[data-feed="feed-199"]').scrollIntoViewIfNeeded();
    await shows(
      page,
      async () => (await page.locator('[data-feed="feed-199"] td.gaps .value').textContent()) === '200',
    );
    await page.getByLabel('Feeds whose name has').fill('FEED-19');
    await shows(page, async () => (await rows.count()) === 11);
  });

  it('shows texts of strangers as texts, wherever they stand, and hides what must not be shown', async (t) => {
    const evil = '<img src=x onerror=alert(1)><script>document.title="evil"</script>';
    const clean = (text: string): string => text.replaceAll('planted-secret', '***');
    const { origin, clock, feed } = await servedView(t, {
      names: [`${evil} planted`],
      clean,
      more: { target: `${evil} planted-secret`, address: `wss://${evil}/?key=planted-secret` },
    });
    feed.open();
    const reason = { error: Object.assign(new Error(evil), { watchdog: evil }) };
    feed.lose(reason as never);
    feed.gap(evil as never, { key: `${evil} planted-secret`, from: { at: clock.now() - 1_000, monotonic: 0 } });
    feed.fail(new Error(`${evil} planted-secret`));
    const { page } = await openPage(t, origin);
    await page.locator('.gap').waitFor();
    await shows(page, async () => (await page.locator('.details').textContent())!.includes(`Failure${evil} ***`));
    feed.make(pageOf([{ text: evil, secret: 'planted-secret', other: 'x'.repeat(5_000) }]));
    await clock.advance(1_000);
    const record = page.locator('.records li').first();
    await record.waitFor();
    const text = (await record.textContent())!;
    assert.ok(text.includes('<script>') && text.includes('"secret":"***"'), text);
    assert.match(text, /xxx … 5,\d{3} bytes$/);
    assert.ok(text.length < 2_100);
    assert.equal(await page.locator('img, #page script:not([src])').count(), 0);
    assert.doesNotMatch(await page.content(), /planted-secret/);
    assert.doesNotMatch(await page.title(), /^evil/);
    assert.ok((await page.locator('dd').allTextContents()).some((one) => one.includes(evil)));
  });

  it('shows the records that have a field, or a value there, and says when a path is none', async (t) => {
    const { origin, clock, feed } = await servedView(t);
    feed.open();
    const { page } = await openPage(t, origin, { expected: /400 \(Bad Request\)/ });
    await page.getByLabel('With the field').fill('s');
    await page.getByLabel('that is').fill('B');
    await page.getByRole('button', { name: 'Show' }).click();
    const records = page.locator('.records code');
    await shows(page, async () => {
      feed.make(pageOf([{ s: 'A', n: 1 }, { s: 'B', n: 2 }, { n: 3 }]));
      await clock.advance(1_000);
      return (await records.count()) > 0;
    });
    assert.deepEqual([...new Set(await records.allTextContents())], ['{"s":"B","n":2}']);
    await page.getByLabel('With the field').fill('a..b');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('This is no path of a field').waitFor();
  });

  it('asks for the token, keeps it for the tab and nowhere else, and takes it out of an address', async (t) => {
    const { origin, feed } = await servedView(t, { token: TOKEN });
    feed.open();
    const { page } = await openPage(t, origin, { expected: /401 \(Unauthorized\)/ });
    const field = page.getByLabel('Token of --listen-token');
    await field.fill('another-token-of-such-length');
    await page.getByRole('button', { name: 'Open' }).click();
    await shows(page, async () => (await live(page)) === 'Locked');
    await field.fill(TOKEN);
    await field.press('Enter');
    await page.getByRole('button', { name: 'trades' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'trades' }).waitFor();
    assert.deepEqual(await page.context().cookies(), []);

    const { page: other } = await openPage(t, `${origin}/#token=${TOKEN}&feed=trades`);
    await other.getByRole('button', { name: 'trades', expanded: true }).waitFor();
    assert.equal(other.url(), `${origin}/#feed=trades`);
    assert.doesNotMatch(await other.content(), new RegExp(TOKEN));
  });

  it('asks nobody but this server, by GET', async (t) => {
    const { origin, feed } = await servedView(t);
    feed.open();
    const { page } = await openPage(t, 'about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
    await page.goto(origin);
    await page.getByRole('button', { name: 'trades' }).waitFor();
    await until(() => asked.some((one) => one.includes('/stats.json?history')));
    assert.ok(
      asked.every((one) => one.startsWith(`GET ${origin}/`)),
      asked.join('\n'),
    );
    const { headers } = await ask(origin, '/');
    assert.match(
      String(headers['content-security-policy']),
      /default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/);
  });
});

/** What the time line says of the gap that is chosen. */
async function said(page: Page): Promise<string> {
  return (await page.locator('.said').textContent()) ?? '';
}

async function live(page: Page): Promise<string> {
  return (await page.locator('#live').textContent()) ?? '';
}

/** Where an element is within another one, as parts of its width. */
async function boxIn(page: Page, outer: string, inner: string): Promise<{ left: number; width: number }> {
  const [around, within] = await Promise.all([outer, inner].map((one) => page.locator(one).first().boundingBox()));
  return { left: (within!.x - around!.x) / around!.width, width: within!.width / around!.width };
}
