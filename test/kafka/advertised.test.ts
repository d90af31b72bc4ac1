import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { describe, type TestContext, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { SinkError } from '../../lib/index.js';
import type { SinkCheck } from '../../lib/sink/check.js';
import { checkKafka } from '../../lib/sink/kafka/index.js';
import { pagesOf } from '../sink/pages.js';
import { type FakeBrokerOptions, fakeBroker } from '../support/kafka/fake-broker.js';
import { selfSigned } from '../testing/self-signed.js';
import { clients, kafkaJs, platformatic2 } from './clients.js';

// Clients ask one of the `brokers` where the cluster is, and go on to where it says. Each of these clusters answers at
// the address that was given, and names another one.

type Endpoint = ReturnType<NonNullable<FakeBrokerOptions['advertise']>>;

interface Kind {
  readonly name: string;
  readonly elsewhere: (t: TestContext) => Promise<Endpoint>;
  readonly said: RegExp;
}

const KINDS: readonly Kind[] = [
  {
    name: 'a name that nobody knows',
    elsewhere: async () => ({ host: 'kafka.invalid', port: 9092 }),
    said: /: the broker's name (is not known|cannot be looked up) \((ENOTFOUND|EAI_AGAIN)\)/,
  },
  {
    name: 'a port where nobody listens',
    elsewhere: async () => ({ host: '127.0.0.1', port: 1 }),
    said: /: no broker listens there \(ECONNREFUSED\)/,
  },
  {
    name: 'a port that says nothing',
    elsewhere: (t) => listen(t, createServer()),
    said: /: (nothing answers there|no broker answers within \d+ ms|no broker answers in time)/,
  },
  {
    name: 'a port that speaks TLS',
    elsewhere: (t) => listen(t, createTlsServer({ key: selfSigned.key, cert: selfSigned.cert })),
    said: /: (what answers at 127\.0\.0\.1:\d+ speaks TLS|127\.0\.0\.1:\d+ ends connections without an answer, as a listener with TLS does)/,
  },
  {
    name: "a web server's port",
    elsewhere: (t) =>
      listen(
        t,
        createServer((socket) => void socket.once('data', () => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'))),
      ),
    said: /: a web server answers at 127\.0\.0\.1:\d+: "HTTP\/1\.0 400 Bad Request"/,
  },
];

for (const client of clients) {
  describe(`with ${client.name}, a cluster that advertises`, () => {
    for (const { name, elsewhere, said } of KINDS) {
      test(`${name} is told so by a run`, { timeout: 60_000 }, async (t) => {
        const advertised = await elsewhere(t);
        const broker = await fakeBroker(t, { topics: { trades: 1 }, advertise: () => advertised });
        const sink = client.open({ brokers: broker.address, topic: 'trades', ...QUICK });
        const error = await pipeline(pagesOf(['1', '2']), sink).catch((reason: unknown) => reason);
        assert.ok(error instanceof SinkError, String(error));
        assertNamed(error.message, broker.address, advertised);
        assert.match(error.message, said);
        assert.equal(sink.report().undelivered, 2);
      });

      if (client === platformatic2) continue;
      test(`${name} is told so by a check`, { timeout: 60_000 }, async (t) => {
        const advertised = await elsewhere(t);
        const broker = await fakeBroker(t, { topics: { trades: 1 }, advertise: () => advertised });
        const found = await checks(broker.address, client === kafkaJs ? 'kafkajs' : 'platformatic');
        const last = found.at(-1)!;
        // kafkajs asks the controller for the list of brokers.
        assert.equal(last.name, client === kafkaJs ? 'brokers' : 'addresses');
        assert.equal(last.ok, false);
        assertNamed(`${last.detail}. ${last.advice}`, broker.address, advertised);
        assert.match(last.detail, said);
      });
    }

    test('one address of two that is wrong names it, and delivers to the other', { timeout: 60_000 }, async (t) => {
      const advertised = { host: '127.0.0.1', port: 1 };
      const broker = await fakeBroker(t, {
        nodes: 2,
        topics: { trades: 2 },
        advertise: ({ id, port }) => (id === 2 ? advertised : { host: '127.0.0.1', port }),
      });
      const options = { brokers: broker.address, topic: 'trades', partitionPath: 'p', ...QUICK };
      const sink = client.open({ ...options, batchSize: 1 });
      const error = await pipeline(pagesOf(['{"p":0,"n":1}', '{"p":1}', '{"p":0,"n":2}']), sink).catch(
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof SinkError, String(error));
      assertNamed(error.message, broker.address, advertised);
      // Where one request alone may be on its way, what waits behind the first is not sent in time.
      if (client !== clients[0]) assert.equal(broker.records('trades', 0).length, 2);
      if (client === platformatic2) return;
      const found = await checks(broker.address, client === kafkaJs ? 'kafkajs' : 'platformatic');
      const addresses = found.find(({ name }) => name === 'addresses');
      assert.ok(addresses !== undefined, JSON.stringify(found));
      assert.equal(addresses.ok, false);
      assertNamed(`${addresses.detail}. ${addresses.advice}`, broker.address, advertised);
      // There is a next thing to look at.
      assert.ok(found.some(({ name }) => name === 'topic'));
    });
  });
}

function assertNamed(text: string, given: string, { host, port }: Endpoint): void {
  const expected = `${given} answers, and sends its clients on to ${host}:${port}, which does not work: `;
  assert.ok(text.includes(expected), text);
  assert.match(text, /\. The brokers tell that address themselves: set `advertised\.listeners` on the broker/);
}

async function listen(t: TestContext, server: Server): Promise<Endpoint> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

async function checks(brokers: string, client: 'platformatic' | 'kafkajs'): Promise<SinkCheck[]> {
  const found: SinkCheck[] = [];
  for await (const check of checkKafka({ brokers, topic: 'trades', client, requestTimeoutMs: 2_000 })) {
    found.push(check);
  }
  return found;
}

const QUICK = { messageTimeoutMs: 1_500, requestTimeoutMs: 300, drainTimeoutMs: 3_000 };
