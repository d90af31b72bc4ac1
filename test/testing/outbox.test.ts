import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { createFakeClock, createFeedServer, type FeedClient } from '../../lib/testing/index.js';
import { Outbox } from '../../lib/testing/outbox.js';
import { messagesOf } from './plain-client.js';

describe('client.sendMany', () => {
  it('sends frames of every size in order, from an iterable and from an async one', async () => {
    const sizes = [0, 1, 125, 126, 127, 1_000, 65_535, 65_536, 70_000, 300_000, 3];
    const frames = sizes.flatMap((size) => ['é'.repeat(size), 'x'.repeat(size)]);
    for (const isAsync of [false, true]) {
      const counts: number[] = [];
      const messages = await play(async (client) => {
        counts.push(await client.sendMany(isAsync ? later(frames) : frames));
        counts.push(await client.sendMany(frames.map((frame) => Buffer.from(frame))));
        await client.close(1000);
      });
      assert.deepEqual(counts, [frames.length, frames.length]);
      assert.ok(messages.every((message, i) => message === frames[i % frames.length]));
      assert.equal(messages.length, 2 * frames.length);
    }
  });

  it('writes nothing where there is nothing to send, and leaves no listener behind', async () => {
    const writes: number[] = [];
    const socket = new Writable({
      write(bytes: Buffer, _encoding, done) {
        writes.push(bytes.length);
        done();
      },
    });
    const outbox = new Outbox(socket as Duplex, {
      isOpen: () => true,
      ended: new AbortController().signal,
      gone: new Error('gone'),
      isDeflated: false,
      clock: createFakeClock(),
    });
    const listeners = socket.listenerCount('close');
    assert.equal(await outbox.sendMany([]), 0);
    assert.deepEqual(writes, []);
    for (const frames of [['a'], later(['a', 'b']), ['x'.repeat(1_000_000)]]) await outbox.sendMany(frames);
    assert.deepEqual(writes, [3, 6, 1_000_010]);
    assert.equal(socket.listenerCount('close'), listeners);
  });

  it('loses and reorders nothing for a client that pauses', async () => {
    const total = 300_000;
    let made = 0;
    await using server = await createFeedServer({
      onConnection: async (client) => {
        assert.equal(await client.sendMany(numbers(total, () => (made += 1))), total);
        await client.close(1000);
      },
    });
    const socket = new WebSocket(server.url);
    let next = 0;
    let pauses = 0;
    socket.on('message', (data: Buffer) => {
      assert.equal(Number(data.toString().slice(0, 10)), next);
      next += 1;
      if (next % 50_000 === 0) {
        pauses += 1;
        socket.pause();
        setImmediate(() => socket.resume());
      }
    });
    await once(socket, 'close');
    assert.equal(next, total);
    assert.equal(made, total);
    assert.ok(pauses > 0);
  });

  it('makes no more frames than a client that reads nothing lets through', async () => {
    let made = 0;
    const server = await createFeedServer({
      onConnection: async (client) => {
        await client.sendMany(numbers(Infinity, () => (made += 1)));
      },
    });
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    socket.pause();
    const client = await server.nextClient();
    // It has come to rest when many turns of the event loop make nothing new.
    for (let seen = -1, still = 0; still < 200; ) {
      await new Promise((resolve) => setImmediate(resolve));
      still = seen === made ? still + 1 : 0;
      seen = made;
    }
    assert.ok(made < 1_000_000, `${made} frames of 100 bytes were made`);
    socket.terminate();
    await client.closed;
    await server.close();
  });

  it('hands a frame on at once when the next one is long in coming', async () => {
    const clock = createFakeClock();
    await using server = await createFeedServer({
      onConnection: async (client) => {
        await client.sendMany(
          (async function* () {
            yield 'first';
            await client.receive();
            yield 'second';
          })(),
        );
        await client.close(1000);
      },
      clock,
    });
    const socket = new WebSocket(server.url);
    assert.equal(String((await once(socket, 'message'))[0]), 'first');
    socket.send('go');
    assert.equal(String((await once(socket, 'message'))[0]), 'second');
  });

  it('sends at a rate by the clock of the server', async () => {
    const clock = createFakeClock();
    const counts: number[] = [];
    let made = 0;
    await using server = await createFeedServer({
      clock,
      onConnection: async (client) => {
        counts.push(
          await client.sendMany(
            numbers(25, () => (made += 1)),
            { rate: 10 },
          ),
        );
        await client.close(1000);
      },
    });
    const socket = new WebSocket(server.url);
    const messages = messagesOf(socket);
    await clock.whenPending();
    assert.equal(made, 1);
    for (const expected of [2, 3, 4]) {
      await clock.advance(100);
      await clock.whenPending();
      assert.equal(made, expected);
    }
    await clock.advance(99);
    assert.equal(made, 4);
    // A leap in time makes up for all that is due.
    await clock.advance(10_000);
    assert.equal((await messages).length, 25);
    assert.deepEqual(counts, [25]);
  });

  it('ends with what was sent so far when its signal is aborted, and ends the iterable', async () => {
    let isReturned = false;
    const messages = await play(async (client) => {
      const controller = new AbortController();
      const frames = (function* () {
        try {
          for (let i = 0; ; i += 1) {
            if (i === 5) controller.abort();
            yield String(i);
          }
        } finally {
          isReturned = true;
        }
      })();
      assert.equal(await client.sendMany(frames, { signal: controller.signal }), 6);
      await client.close(1000);
    });
    assert.deepEqual(messages, ['0', '1', '2', '3', '4', '5']);
    assert.ok(isReturned);
  });

  it('rejects with the error of an iterable, after what came before it', async () => {
    const messages = await play(async (client) => {
      const frames = (async function* () {
        yield 'before';
        throw new Error('a broken source');
      })();
      await assert.rejects(client.sendMany(frames), /a broken source/);
      await client.close(1000);
    });
    assert.deepEqual(messages, ['before']);
  });

  it('refuses a rate of 0', async () => {
    await play(async (client) => {
      await assert.rejects(client.sendMany(['a'], { rate: 0 }), { code: 'ERR_CONFIG', message: /rate/ });
      await client.close(1000);
    });
  });
});

describe('client.flood', () => {
  it('sends the same frames in turn until the client goes, and still answers its pings', async () => {
    const counts: number[] = [];
    const server = await createFeedServer({
      onConnection: async (client) => {
        counts.push(await client.flood(['a', 'b']));
      },
    });
    const socket = new WebSocket(server.url);
    let received = 0;
    socket.on('message', (data: Buffer) => {
      assert.equal(data.toString(), received % 2 === 0 ? 'a' : 'b');
      received += 1;
      if (received === 100_000) socket.ping();
    });
    await once(socket, 'pong');
    socket.close();
    await (await server.nextClient()).closed;
    await server.close();
    assert.ok(counts[0]! >= 100_000);
  });

  it('refuses to send nothing again and again', async () => {
    await play(async (client) => {
      await assert.rejects(client.flood([]), { code: 'ERR_CONFIG', message: /^flood: Expected at least one frame\./ });
      await client.close(1000);
    });
  });

  it('ends at its signal, and can be followed by other frames', async () => {
    const messages = await play(
      async (client) => {
        const controller = new AbortController();
        const flooding = client.flood(Buffer.from([7]), { binary: true, signal: controller.signal });
        await client.receive();
        controller.abort();
        const count = await flooding;
        await client.send(String(count));
        await client.close(1000);
      },
      (socket) => socket.once('message', () => socket.send('enough')),
    );
    assert.equal(messages.pop(), String(messages.length));
  });
});

async function play(
  onConnection: (client: FeedClient) => Promise<void>,
  prepare: (socket: WebSocket) => void = () => {},
): Promise<(string | Buffer)[]> {
  await using server = await createFeedServer({
    onConnection: async (client) => {
      await onConnection(client);
    },
  });
  const socket = new WebSocket(server.url);
  prepare(socket);
  return await messagesOf(socket);
}

function* numbers(count: number, onMade: () => void): Generator<string> {
  for (let i = 0; i < count; i += 1) {
    onMade();
    yield String(i).padStart(10, '0').padEnd(100, '.');
  }
}

async function* later(frames: readonly string[]): AsyncGenerator<string> {
  for (const frame of frames) {
    if (frame.length % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    yield frame;
  }
}
