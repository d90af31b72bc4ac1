import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { describe, type TestContext, test } from 'node:test';
import { SinkError } from '../../lib/index.js';
import { MAX_ANSWER_BYTES } from '../../lib/kafka/answers.js';
import type { SinkCheck } from '../../lib/sink/check.js';
import { checkKafka } from '../../lib/sink/kafka/index.js';
import { pagesOf } from '../sink/pages.js';
import { API } from '../support/kafka/fake/wire.js';
import { fakeBroker } from '../support/kafka/fake-broker.js';
import { clients, kafkaJs, platformatic2 } from './clients.js';

// What answers where a broker should may be anything. A client that is left alone with it keeps hundreds of megabytes,
// or throws where nobody catches it, which would fail these tests from outside of them.

interface Kind {
  readonly name: string;
  readonly serve: (socket: Socket) => void;
  /** What is said of it, with ADDRESS for its address. */
  readonly said: RegExp;
}

const FOREIGN = /what answers at ADDRESS does not speak Kafka's protocol: it said the bytes [0-9a-f]{16}/;
const UNREADABLE = /an answer( of ADDRESS)? is none of Kafka's protocol/;
const SILENT = /no broker (told of the topic|answers) within/;

const KINDS: readonly Kind[] = [
  { name: 'a length of two gigabytes, and all of them', serve: endless(length(2 ** 31 - 1)), said: FOREIGN },
  { name: 'a length of -1', serve: endless(length(-1)), said: FOREIGN },
  { name: 'a length of -100 to what was asked', serve: replies((number) => [length(-100), number]), said: FOREIGN },
  { name: 'nothing but zeros', serve: endless(Buffer.alloc(0), Buffer.alloc(65_536)), said: FOREIGN },
  {
    name: 'what a web server says',
    serve: onFirst((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>')),
    said: /a web server answers at ADDRESS: "HTTP\/1\.1 400 Bad Request"/,
  },
  {
    name: 'an alert of TLS',
    serve: onFirst((socket) => socket.end(Buffer.from('15030300020246', 'hex'))),
    said: /what answers at ADDRESS speaks TLS.* Set `auth` to `ssl` or `sasl_ssl`/,
  },
  {
    name: 'a greeting of another protocol, before anything was asked',
    serve: (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'),
    said: /does not speak Kafka's protocol: it said "SSH-2\.0-OpenSSH_9\.2p1"/,
  },
  {
    name: 'a right length, and noise',
    serve: replies((number) => [length(104), number, Buffer.alloc(100, 0x7f)]),
    said: UNREADABLE,
  },
  { name: 'a right length, and nothing behind it', serve: replies((number) => [length(4), number]), said: UNREADABLE },
  { name: 'nothing at all', serve: (socket) => socket.resume(), said: SILENT },
];

for (const client of clients) {
  describe(`with ${client.name},`, () => {
    for (const { name, serve, said } of KINDS) {
      test(`a run into ${name} ends, with what that is`, { timeout: 60_000 }, async (t) => {
        const { address, written } = await garbage(t, serve);
        const limits = said === SILENT ? PATIENT : QUICK;
        const sink = client.open({ brokers: address, topic: 'trades', ...limits });
        const error = await pipeline(pagesOf(['1', '2']), sink).catch((reason: unknown) => reason);
        assert.ok(error instanceof SinkError, String(error));
        assert.match(error.message.replaceAll(address, 'ADDRESS'), said);
        assert.equal(sink.report().undelivered, 2);
        assert.ok(written() < KERNEL_BYTES, `${written()} bytes were taken`);
      });

      if (client === platformatic2) continue;
      test(`the check of ${name} ends, with what that is`, { timeout: 60_000 }, async (t) => {
        const { address, written } = await garbage(t, serve);
        const last = (await checks(address, client === kafkaJs ? 'kafkajs' : 'platformatic')).at(-1)!;
        assert.equal(last.name, 'brokers');
        assert.equal(last.ok, false);
        assert.match(`${last.detail} ${last.advice}`.replaceAll(address, 'ADDRESS'), said);
        assert.ok(written() < KERNEL_BYTES, `${written()} bytes were taken`);
      });
    }

    test('an answer without end to nothing that was asked is not kept', { timeout: 60_000 }, async (t) => {
      const serve = endless(Buffer.concat([length(MAX_ANSWER_BYTES), length(2 ** 31 - 1)]));
      const { address, connections, written } = await garbage(t, serve);
      const sink = client.open({ brokers: address, topic: 'trades', ...QUICK });
      await assert.rejects(pipeline(pagesOf(['1']), sink), SinkError);
      const each = written() / connections();
      assert.ok(each < MAX_ANSWER_BYTES + KERNEL_BYTES, `${each} bytes of a connection were taken`);
    });

    for (const [name, spoil] of [
      ['an acknowledgement that is noise', (answer: Buffer) => answer.fill(0x7f, 8)],
      ['an acknowledgement of two gigabytes', (answer: Buffer) => Buffer.concat([length(2 ** 31 - 1), answer])],
    ] as const) {
      test(`${name} ends the run: the record may be stored`, { timeout: 60_000 }, async (t) => {
        const broker = await fakeBroker(t, {
          topics: { trades: 1 },
          onAnswer: (answer, api) => (api === API.produce ? spoil(answer) : answer),
        });
        const sink = client.open({ brokers: broker.address, topic: 'trades', ...PATIENT });
        const error = await pipeline(pagesOf(['1']), sink).catch((reason: unknown) => reason);
        assert.ok(error instanceof SinkError, String(error));
        assert.match(error.message, /Undelivered: 1, of frame 0; 1 of them were on their way and may be stored/);
        assert.deepEqual(broker.values('trades'), ['1']);
      });
    }
  });
}

test('kafkajs, whose first question is never answered, asks again', { timeout: 60_000 }, async (t) => {
  let asked = 0;
  const broker = await fakeBroker(t, {
    topics: { trades: 1 },
    onAnswer: (answer, api) => (api === API.apiVersions && ++asked <= 1 ? undefined : answer),
  });
  const sink = kafkaJs.open({ brokers: broker.address, topic: 'trades', requestTimeoutMs: 300 });
  await pipeline(pagesOf(['1']), sink);
  assert.deepEqual(broker.values('trades'), ['1']);
});

/** A server that serves something else than Kafka. */
async function garbage(t: TestContext, serve: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.length,
    /** How many bytes the clients took, or the system for them. */
    written: () => sockets.reduce((sum, socket) => sum + socket.bytesWritten - socket.writableLength, 0),
  };
}

/** Answers the first request with `first`, and then goes on for as long as anybody reads. */
function endless(first: Buffer, rest = Buffer.alloc(65_536, 'x')): (socket: Socket) => void {
  return onFirst((socket) => {
    const fill = (): void => {
      while (!socket.destroyed && socket.write(rest));
    };
    socket.write(first);
    socket.on('drain', fill);
    fill();
  });
}

/** Answers the first request. */
function onFirst(answer: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => socket.once('data', () => answer(socket));
}

/** Answers each request, whose number it is given. */
function replies(answer: (number: Buffer) => readonly Buffer[]): (socket: Socket) => void {
  return (socket) => {
    socket.on('data', (requests: Buffer) => {
      for (let i = 0; i + 12 <= requests.length; i += 4 + requests.readInt32BE(i)) {
        socket.write(Buffer.concat(answer(requests.subarray(i + 8, i + 12))));
      }
    });
  };
}

function length(bytes: number): Buffer {
  const header = Buffer.alloc(4);
  header.writeInt32BE(bytes);
  return header;
}

async function checks(brokers: string, client: 'platformatic' | 'kafkajs'): Promise<SinkCheck[]> {
  const found: SinkCheck[] = [];
  for await (const check of checkKafka({ brokers, topic: 'trades', client, requestTimeoutMs: 1_000 })) {
    found.push(check);
  }
  return found;
}

const QUICK = { messageTimeoutMs: 1_000, requestTimeoutMs: 700, drainTimeoutMs: 300 };
/** Where a connection has to come about, and something has to be sent over it, before the time is up. */
const PATIENT = { messageTimeoutMs: 3_000, requestTimeoutMs: 2_000, drainTimeoutMs: 300 };
/** What the system takes off a socket that nobody reads, for some connections that are cut one after another. */
const KERNEL_BYTES = 64 * 1024 * 1024;
