import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import {
  createFeedServer,
  encodeFrame,
  type FeedClient,
  type FeedServerOptions,
  OPCODES,
} from '../../lib/testing/index.js';
import { WATCHDOG } from '../support/watchdog.js';
import { closeOf, messagesOf } from './plain-client.js';

describe('FeedClient', () => {
  it('sends text, and binary when asked, in order', async () => {
    const messages = await play(async (client) => {
      await client.send('é');
      await client.send(Buffer.from('text too'));
      await client.send(Buffer.from([0, 255]), { binary: true });
      await client.close(1000);
    });
    assert.deepEqual(messages, ['é', 'text too', Buffer.from([0, 255])]);
  });

  it('cuts a message into as many frames, or frames of the sizes, that are asked for', async () => {
    const messages = await play(async (client) => {
      await client.send('héllo', { fragments: 4 });
      await client.send('hello', { fragments: [0, 2, 1] });
      await client.send('', { fragments: 3 });
      await client.send('hi', { fragments: [] });
      await client.send('whole', { fragments: 1 });
      await assert.rejects(client.send('hello', { fragments: [9] }), { code: 'ERR_CONFIG', message: /5 bytes/ });
      await assert.rejects(client.send('hello', { fragments: 0 }), { code: 'ERR_CONFIG' });
      await client.close(1000);
    });
    assert.deepEqual(messages, ['héllo', 'hello', '', 'hi', 'whole']);
  });

  it('delivers any messages in any fragments whole and in order, compressed or not', async () => {
    const message = fc.record({
      data: fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.uint8Array({ maxLength: 300 })),
      fragments: fc.integer({ min: 1, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 20 }), fc.boolean(), async (messages, perMessageDeflate) => {
        const received = await play(
          async (client) => {
            for (const { data, fragments } of messages)
              await client.send(data, { fragments, binary: typeof data !== 'string' });
            await client.close(1000);
          },
          { perMessageDeflate },
        );
        const sent = messages.map(({ data }) =>
          typeof data === 'string' ? Buffer.from(data).toString() : Buffer.from(data),
        );
        assert.deepEqual(received, sent);
      }),
      { ...WATCHDOG, numRuns: 30 },
    );
  });

  it('collects what the client sends, and receives each message once', async () => {
    await using server = await createFeedServer();
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    const client = await server.nextClient();
    const first = client.receive();
    socket.send('one');
    socket.send(Buffer.from([1]));
    assert.equal(await first, 'one');
    assert.deepEqual(await client.receive(), Buffer.from([1]));
    assert.deepEqual(client.received, ['one', Buffer.from([1])]);
  });

  it('keeps the latest received messages only, and says so to who takes them too late', async () => {
    await using server = await createFeedServer({ maxReceived: 2, maxReceivedBytes: 6 });
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    for (const text of ['a', 'b', 'c', 'four', 'fives']) socket.send(text);
    socket.close();
    const client = await server.nextClient();
    await client.closed;
    assert.deepEqual(client.received, ['fives']);
    await assert.rejects(client.receive(), { code: 'ERR_CONFIG', message: /maxReceived: 4 were dropped/ });
    assert.equal(await client.receive(), 'fives');
    await assert.rejects(client.receive(), { name: 'AbortError', message: /Connection 1 has ended/ });
  });

  it('stops waiting for a message when the signal is aborted, and takes none then', async () => {
    await using server = await createFeedServer();
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    const client = await server.nextClient();
    const controller = new AbortController();
    const waiting = client.receive({ signal: controller.signal });
    controller.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    socket.send('kept');
    assert.equal(await client.receive(), 'kept');
  });

  it('expects messages, and names the one that is another', async () => {
    await using server = await createFeedServer();
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    const client = await server.nextClient();
    for (const text of ['sub1', 'sub2', 'sub3']) socket.send(text);
    await client.expectMessages(['sub1', 'sub2']);
    await assert.rejects(client.expectMessages(['sub4']), {
      code: 'ERR_ASSERTION',
      message: /message 1 is another\. Expected "sub4", got "sub3"/,
    });
  });

  it('answers pings and counts them, and tells their payloads', async () => {
    await using server = await createFeedServer();
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    const client = await server.nextClient();
    socket.ping('p1');
    const [pong] = await once(socket, 'pong');
    assert.equal(String(pong), 'p1');
    assert.equal(String(await client.nextPing()), 'p1');
    assert.equal(client.pings, 1);
  });

  it('answers no ping with pongs off', async () => {
    await using server = await createFeedServer({ pongs: false });
    const socket = new WebSocket(server.url);
    let pongs = 0;
    socket.on('pong', () => (pongs += 1));
    await once(socket, 'open');
    const client = await server.nextClient();
    socket.ping('p');
    await client.nextPing();
    await client.send('after');
    await once(socket, 'message');
    assert.equal(pongs, 0);
  });

  it('pings the client and sees its pong', async () => {
    await using server = await createFeedServer();
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    const client = await server.nextClient();
    await client.ping('hey');
    assert.equal(String(await client.nextPong()), 'hey');
    assert.equal(client.pongs, 1);
    await assert.rejects(client.ping('x'.repeat(126)), { code: 'ERR_CONFIG' });
  });

  it('reads nothing while it is stalled, and goes on where it was', async () => {
    await using server = await createFeedServer();
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    const client = await server.nextClient();
    client.stall();
    socket.send('unread');
    socket.ping();
    // The answer to what the server sends proves that the client's bytes had time to arrive.
    await client.send('still sending');
    await once(socket, 'message');
    assert.equal(client.received.length, 0);
    client.resume();
    assert.equal(await client.receive(), 'unread');
    await once(socket, 'pong');
  });

  it('closes with a code and a reason, and tells how the connection ended', async () => {
    await using server = await createFeedServer({ onConnection: (client) => void client.close(4001, 'bye') });
    assert.deepEqual(await closeOf(new WebSocket(server.url)), { code: 4001, reason: 'bye' });
    assert.equal((await (await server.nextClient()).closed).code, 4001);
  });

  it('drops the connection without a close frame after what was sent before', async () => {
    await using server = await createFeedServer({
      onConnection: async (client) => {
        client.stall();
        await client.send('last');
        assert.equal((await client.drop()).code, 1006);
      },
    });
    const socket = new WebSocket(server.url);
    const [messages, end] = await Promise.all([messagesOf(socket), closeOf(socket)]);
    assert.deepEqual(messages, ['last']);
    assert.deepEqual(end, { code: 1006, reason: '' });
  });

  it('resets the connection', async () => {
    await using server = await createFeedServer({
      onConnection: async (client) => {
        assert.equal(await client.receive(), 'go');
        await client.reset();
      },
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    await once(socket, 'data');
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
    socket.write(encodeFrame({ opcode: OPCODES.text, payload: 'go', mask: true }));
    assert.equal((await failed).code, 'ECONNRESET');
    assert.equal((await (await server.nextClient()).closed).code, 1006);
  });

  const faults: Record<string, [(client: FeedClient) => Promise<void>, string]> = {
    garbage: [(client) => client.sendGarbage(), 'WS_ERR_UNEXPECTED_RSV_2_3'],
    'a masked frame': [
      (client) => client.sendRaw(encodeFrame({ opcode: OPCODES.text, payload: 'x', mask: true })),
      'WS_ERR_UNEXPECTED_MASK',
    ],
    'a reserved bit': [
      (client) => client.sendRaw(encodeFrame({ opcode: OPCODES.text, rsv2: true })),
      'WS_ERR_UNEXPECTED_RSV_2_3',
    ],
    'the header of an oversize frame': [
      (client) => client.sendRaw(encodeFrame({ opcode: OPCODES.text, declaredLength: 2 ** 40 })),
      'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
    ],
    'a message inside an unfinished one': [
      async (client) => {
        await client.sendRaw(encodeFrame({ opcode: OPCODES.text, fin: false, payload: 'x' }));
        await client.send('y');
      },
      'WS_ERR_INVALID_OPCODE',
    ],
  };
  for (const [name, [act, code]] of Object.entries(faults)) {
    it(`sends ${name}, which a client refuses with ${code}`, async () => {
      await using server = await createFeedServer({ onConnection: act });
      const end = await closeOf(new WebSocket(server.url, { maxPayload: 1024 }));
      const expected = name.includes('oversize')
        ? /WS_ERR_UNSUPPORTED_(MESSAGE|DATA_PAYLOAD)_LENGTH/
        : new RegExp(code);
      assert.match((end.error as NodeJS.ErrnoException).code ?? '', expected);
    });
  }

  it('fails a client that sends more than maxMessageBytes, with code 1009', async () => {
    await using server = await createFeedServer({ maxMessageBytes: 10 });
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    socket.send('x'.repeat(11));
    assert.equal((await closeOf(socket)).code, 1009);
    assert.ok((await (await server.nextClient()).closed).error);
  });

  it('lets a script wait for other things with its signal', async () => {
    const server = await createFeedServer({
      onConnection: async (client) => {
        await once(new EventTarget(), 'never', { signal: client.signal });
      },
    });
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    socket.close();
    await closeOf(socket);
    await server.close();
  });
});

async function play(
  onConnection: (client: FeedClient) => Promise<unknown>,
  options: FeedServerOptions = {},
): Promise<(string | Buffer)[]> {
  await using server = await createFeedServer({
    ...options,
    onConnection: async (client) => {
      await onConnection(client);
    },
  });
  return await messagesOf(new WebSocket(server.url));
}
