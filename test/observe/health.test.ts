import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FeedMeters } from '../../lib/observe/feed-meters.js';
import { routesOf } from '../../lib/observe/http/routes.js';
import { createFakeClock, pageOf } from '../../lib/testing/index.js';
import { HEALTH_STATES } from '../support/health-states.js';
import { fakeFeed } from './fake-feed.js';

describe('what is answered of the health of a feed', () => {
  for (const { name, readyz, why, freshz, bring } of HEALTH_STATES) {
    it(`when it is thus: ${name}`, async (t) => {
      const { clock, feed, answer } = watched(t, 60_000);
      await bring(feed, clock);
      for (const path of ['/readyz', '/readyz?feed=trades']) {
        const ready = await answer(path);
        assert.equal(ready.status, readyz, JSON.stringify(ready));
        assert.deepEqual(
          ready.feeds.map((one) => one.why),
          why === undefined ? [] : [why],
        );
      }
      const fresh = await answer('/freshz');
      assert.equal(fresh.status, freshz);
      assert.deepEqual(
        fresh.feeds.map((one) => one.why),
        freshz === 200 ? [] : ['stale'],
      );
      assert.equal((await answer('/healthz')).status, 200);
    });
  }

  it('is fresh however old its records are, without `fresh_within`', async (t) => {
    const { clock, feed, answer } = watched(t);
    feed.open();
    await clock.advance(1e7);
    assert.equal((await answer('/freshz')).status, 200);
  });

  it('is fresh again when a record comes', async (t) => {
    const { clock, feed, answer } = watched(t, 1_000);
    await clock.advance(2_000);
    assert.equal((await answer('/freshz')).status, 503);
    feed.make(pageOf(['{}'], { receivedAt: clock.now() }));
    assert.equal((await answer('/freshz')).status, 200);
  });

  it('is that of all feeds where none is asked for, and of none when no run has begun', async (t) => {
    const { clock, feed, meters, answer } = watched(t);
    feed.open();
    const other = fakeFeed(clock);
    meters.watch('books', other.watched);
    const all = await answer('/readyz');
    assert.deepEqual([all.status, all.feeds.map((one) => one.feed)], [503, ['books']]);
    assert.equal((await answer('/readyz?feed=trades')).status, 200);
    assert.equal((await answer('/readyz?feed=neither')).status, 404);
    const none = new FeedMeters(clock);
    t.after(() => none.close());
    const routes = routesOf({ meters: none, clean: String, metricsPath: '/metrics', version: '' });
    assert.equal((await routes.get('/readyz')!(new URLSearchParams())).status, 503);
  });

  it('is ready through a rotation, which takes one connection for another', async (t) => {
    const { feed, answer } = watched(t);
    feed.open(1);
    feed.emit('subscribed', { connection: 2, messages: 0 });
    feed.emit('rotated', { from: 1, to: 2 });
    assert.equal((await answer('/readyz')).status, 200);
    feed.emit('disconnected', { connection: 2, code: 1006, error: undefined });
    assert.equal((await answer('/readyz')).status, 503);
  });
});

function watched(t: { after(done: () => void): void }, freshWithinMs?: number) {
  const clock = createFakeClock();
  const meters = new FeedMeters(clock);
  t.after(() => meters.close());
  const feed = fakeFeed(clock, { freshWithinMs });
  meters.watch('trades', feed.watched);
  const routes = routesOf({ meters, clean: String, metricsPath: '/metrics', version: '' });
  const answer = async (address: string): Promise<Told> => {
    const { pathname, searchParams } = new URL(address, 'http://localhost');
    const { status, body, type } = await routes.get(pathname)!(searchParams);
    const { feeds } = type.startsWith('application/json') ? (JSON.parse(body) as Told) : { feeds: [] };
    return { status, feeds };
  };
  return { clock, meters, feed, answer };
}

interface Told {
  readonly status: number;
  readonly feeds: readonly { readonly feed: string; readonly why: string }[];
}
