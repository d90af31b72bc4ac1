import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pageMade } from '../../../lib/telemetry/channels.js';
import { pageOf } from '../../../lib/testing/index.js';
import { ask } from '../../support/ask.js';
import { until } from '../../support/until.js';
import { servedView } from '../view/served-view.js';

describe('records that come, for who looks on', () => {
  it('are told once a second, of the feed that is asked for, while somebody listens', async (t) => {
    const { origin, clock, feeds, meters } = await servedView(t, { names: ['trades', 'books'] });
    const leaving = new AbortController();
    const response = await fetch(`${origin}/tap?feed=books&path=n`, { signal: leaving.signal });
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    let text = '';
    const read = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    })().catch(() => {});
    feeds[0]!.make(pageOf([{ n: 1 }]));
    feeds[1]!.make(pageOf([{ n: 2 }, { other: 3 }], { receivedAt: 7 }));
    await clock.advance(1_000);
    await until(() => text.includes('\n\n'));
    assert.equal(text, 'event: records\ndata: {"records":[{"at":7,"text":"{\\"n\\":2}","size":7}],"seen":2}\n\n');
    leaving.abort();
    await read;
    assert.ok(pageMade.hasSubscribers);
    assert.equal(meters.feeds.length, 2);
  });

  it('are told to so many listeners, of feeds that are there, by paths that are some', async (t) => {
    const { origin } = await servedView(t);
    const leaving = new AbortController();
    t.after(() => leaving.abort());
    // Held: one that nobody holds is collected, and its connection ended.
    const held: Response[] = [];
    for (let n = 0; n < 10; n += 1) held.push(await fetch(`${origin}/tap`, { signal: leaving.signal }));
    assert.ok(held.every(({ status }) => status === 200));
    assert.equal((await ask(origin, '/tap')).status, 503);
    assert.equal((await ask(origin, '/tap?feed=other')).status, 404);
    leaving.abort();
    await until(async () => (await ask(origin, '/tap?path=a..b')).status === 400);
    assert.equal(held.length, 10);
  });
});
