import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { test } from 'node:test';
import { WebSocketReadable } from '../../lib/index.js';
import { createFeedServer } from '../../lib/testing/index.js';
import { feed, sendsThenWaits } from '../support/feed.js';

test('a run listens to its signal until it ends, however it ends', async (t) => {
  const server = await feed(t, sendsThenWaits('1', '2'));
  const { signal } = new AbortController();
  const listeners = (): number => getEventListeners(signal, 'abort').length;

  const complete = new WebSocketReadable(server.url, { signal, maxMessages: 2 });
  assert.equal(listeners(), 0);
  complete.once('connected', () => assert.equal(listeners(), 1));
  assert.equal((await complete.toArray()).length, 2);
  assert.equal(listeners(), 0);

  const stopped = new WebSocketReadable(server.url, { signal });
  stopped.once('data', () => stopped.stop());
  await once(stopped, 'end');
  assert.equal(listeners(), 0);

  const destroyed = new WebSocketReadable(server.url, { signal });
  destroyed.once('data', () => destroyed.destroy());
  await once(destroyed, 'close');
  assert.equal(listeners(), 0);

  const gone = await createFeedServer();
  await gone.close();
  await assert.rejects(new WebSocketReadable(gone.url, { signal }).toArray(), { code: 'ERR_CONNECT' });
  assert.equal(listeners(), 0);
});

test('a run that is aborted ends after all it has received, and listens no more', async (t) => {
  const server = await feed(t, sendsThenWaits('1', '2'));
  const controller = new AbortController();
  const texts: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const { data } of new WebSocketReadable(server.url, { signal: controller.signal })) {
      if (texts.push(data.toString()) === 1) controller.abort();
    }
  };
  await assert.rejects(reading(), { name: 'AbortError' });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  const { signal } = controller;
  await assert.rejects(new WebSocketReadable(server.url, { signal }).toArray(), { name: 'AbortError' });
  assert.deepEqual([texts[0], server.requests.length], ['1', 1]);
});
