import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { WebSocketReadable } from '../../lib/index.js';
import { runEnding } from '../../lib/internal/chain.js';
import { createFakeClock, createFeedServer } from '../../lib/testing/index.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { settle } from '../support/resources.js';
import { until } from '../support/until.js';

test('a run listens to its signal until it ends, however it ends', async (t) => {
  const server = await feed(t, sendsThenWaits('1', '2'));
  const { signal } = new AbortController();
  const listeners = (): number => getEventListeners(signal, 'abort').length;

  const complete = new WebSocketReadable(server.url, { signal, maxFrames: 2 });
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

for (const [what, script, options, stop] of [
  ['has all the frames that it wants', sendsThenWaits('1', '2', '3'), { maxFrames: 2 }, undefined],
  ['is closed by its server', sends('1', '2'), {}, undefined],
  ['is stopped', sendsThenWaits('1', '2'), {}, (source: WebSocketReadable) => source.stop()],
] as const) {
  test(`a run that ${what} says so to what it is piped into, once, before the end that waits behind its frames`, async (t) => {
    const server = await feed(t, script);
    const told: string[] = [];
    const source = new WebSocketReadable(server.url, options);
    const sink = new Writable({
      objectMode: true,
      write: (_frame, _encoding, callback) => {
        told.push('frame');
        if (told.length === 2) stop?.(source);
        // Not before the run is over: a sink may be slow.
        until(() => source.stats.state === 'ended' || told.length === 1).then(() => callback(), callback);
      },
      final: (callback) => {
        told.push('end');
        callback();
      },
    });
    Object.assign(sink, { [runEnding]: () => void told.push('ending') });
    await pipeline(source, sink);
    assert.deepEqual(
      told.filter((what) => what !== 'frame'),
      ['ending', 'end'],
    );
  });
}

test('a listener that destroys a run as soon as it is connected leaves no clock of the connection running', async (t) => {
  const clock = createFakeClock();
  const server = await feed(t, () => {});
  const options = { clock, pingIntervalMs: 1_000, staleTimeoutMs: 5_000, idleTimeoutMs: 5_000 };
  const source = new WebSocketReadable(server.url, options);
  source.on('connected', () => source.destroy());
  source.resume();
  await once(source, 'close');
  await settle();
  assert.equal(clock.pending, 0);
});
