import assert from 'node:assert/strict';
import { it } from 'node:test';
import { observe } from '../../../lib/cli/init/observe.js';
import { feed, sends } from '../../support/feed.js';

const { signal } = new AbortController();

it('init looks at no more than the first 50 frames', async (t) => {
  const server = await feed(t, sends(...Array.from({ length: 60 }, (_, n) => `${n}`)));
  const { frames } = await observe(server.url, { subscribeMessages: [], waitMs: 60_000, signal });
  assert.equal(frames.length, 50);
});

it('init looks at no further frame after 8 MiB of them', async (t) => {
  const server = await feed(t, sends(...Array.from({ length: 20 }, () => 'x'.repeat(1024 * 1024))));
  const { frames } = await observe(server.url, { subscribeMessages: [], waitMs: 60_000, signal });
  assert.ok(frames.length >= 8 && frames.length < 20, `${frames.length}`);
});
