import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSource, DisconnectedError, ParseError } from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { feed, sends } from '../support/feed.js';

describe('source.check()', () => {
  it('tells the first frame, and closes in good order', async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('{"n":1}');
      assert.equal((await client.closed).code, 1000);
    });
    const { url, firstFrame } = await createSource({ url: `${server.url}/feed?key=x`, unbounded: true }).check();
    assert.equal(url, `${server.url}/feed`);
    assert.deepEqual([firstFrame?.bytes, firstFrame?.isBinary, firstFrame?.error], [7, false, undefined]);
  });

  it('tells why a frame cannot be parsed, whatever on_parse_error says', async (t) => {
    const server = await feed(t, sends('oops'));
    const source = createSource({ url: server.url, unbounded: true, on_parse_error: 'skip' });
    assert.ok((await source.check()).firstFrame?.error instanceof ParseError);
  });

  it('ends after idle_timeout without a frame, although pings arrive, and whatever reconnect says', async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      // The answer tells that the ping was seen.
      await client.ping();
      await client.nextPong();
      await clock.advance(30_000);
      await client.closed;
    });
    const source = createSource({ url: server.url, idle_timeout: 30, reconnect: true }, { clock });
    assert.equal((await source.check()).firstFrame, undefined);
    assert.equal(server.connections, 1);
    assert.equal(clock.pending, 0);
  });

  it('tells no frame when the server closes with 1000 before one, and rejects when it drops', async (t) => {
    const closing = await feed(t, (client) => void client.close(1000));
    const source = createSource({ url: closing.url, unbounded: true, reconnect: true });
    assert.equal((await source.check()).firstFrame, undefined);
    const dropping = await feed(t, (client) => void client.drop());
    await assert.rejects(createSource({ url: dropping.url, unbounded: true }).check(), DisconnectedError);
  });
});
