import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { WebSocketReadable } from '../../lib/index.js';
import { feed, sends } from '../support/feed.js';

describe('console.log(frame)', () => {
  it('shows text as text, with the facts of the frame', async (t) => {
    const server = await feed(t, sends('{"price":1.10}'));
    const [frame] = await new WebSocketReadable(server.url).toArray();
    assert.match(
      inspect(frame),
      /^Frame \{\s+data: '\{"price":1\.10\}',\s+isBinary: false,\s+receivedAt: \d+,\s+url: 'ws:\/\/127\.0\.0\.1:\d+',\s+connection: 1,\s+sequence: 0\s+\}$/,
    );
  });

  it('shows from where its server is to go on', async (t) => {
    const server = await feed(t, sends('{"n":7}'));
    const resume = { values: { n: { path: 'n' } }, into: { query: { after: '{n}' } } };
    const [frame] = await new WebSocketReadable(server.url, { resume }).toArray();
    assert.match(inspect(frame, { depth: 3 }), /cursor: \{ endpoint: 'ws:[^']+', values: \{ n: '7' \} \}/);
  });

  it('shows bytes as bytes, and a long text clipped', async (t) => {
    const server = await feed(t, sends(Buffer.from([1, 255]), `"${'x'.repeat(1000)}"`));
    const [bytes, long] = await new WebSocketReadable(server.url).toArray();
    assert.match(inspect(bytes), /data: <Buffer 01 ff>/);
    assert.match(inspect(long), /data: '"x{199}… \(1002 bytes\)'/);
  });
});
