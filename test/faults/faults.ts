import { gzipSync } from 'node:zlib';
import type { SourceConfig } from '../../lib/index.js';
import { encodeFrame, type FeedClient, type FeedServerOptions, OPCODES } from '../../lib/testing/index.js';
import { CertificateAuthority, makeCertificate } from '../support/certificates.js';
import { deflater } from '../support/deflater.js';

/** One thing that goes wrong on a server's first connection, or on the way to it; all later connections are good. */
export interface Fault {
  /** What goes wrong, as a clause. */
  readonly name: string;
  /** What the first connection does after {@link BEFORE} records. Absent where there is none. */
  readonly act?: (client: FeedClient) => unknown;
  /** What goes wrong before there is a connection. */
  readonly server?: FeedServerOptions;
  /** What the configuration has beside the address. */
  readonly config?: Partial<SourceConfig>;
  /** In place of the server's address. */
  readonly url?: string;
  /** How far the clock moves on once `act` is through, or the server was asked. */
  readonly waitMs?: number;
  /** How far the clock moves on before the second attempt. @default 0 */
  readonly retryMs?: number;
  /** The error of a run without `reconnect`; `undefined` where it ends well. */
  readonly error: { readonly code: string; readonly closeCode?: number; readonly status?: number } | undefined;
  /** The cause and the close code of the gap that a run with `reconnect` tells; or that it gives up, too. */
  readonly withReconnect: readonly [cause: string, code: number | undefined] | 'gives up';
}

/** How many records a faulty connection sends before it goes wrong. */
export const BEFORE = 100;

/** Whom the runs trust where the server speaks TLS. */
export const AUTHORITY = new CertificateAuthority('our own authority');

/** All of them. */
export function allFaults(): Fault[] {
  return [
    lost('a TCP reset', async (client) => {
      await read(client);
      await client.reset();
    }),
    lost('a FIN without a close frame', (client) => client.drop()),
    lost('garbage bytes', (client) => client.sendGarbage()),
    lost('a masked frame', (client) => client.sendRaw(encodeFrame({ opcode: OPCODES.text, payload: '1', mask: true }))),
    ...(['rsv1', 'rsv2', 'rsv3'] as const).map((bit) =>
      lost(`a frame with the reserved bit ${bit}`, (client) =>
        client.sendRaw(encodeFrame({ opcode: OPCODES.text, payload: '1', [bit]: true })),
      ),
    ),
    lost('a frame with an unknown opcode', (client) => client.sendRaw(encodeFrame({ opcode: 3 }))),
    lost('a ping in fragments', (client) => client.sendRaw(encodeFrame({ opcode: OPCODES.ping, fin: false }))),
    lost('a continuation of nothing', (client) =>
      client.sendRaw(encodeFrame({ opcode: OPCODES.continuation, payload: '1' })),
    ),
    {
      name: 'a message that is too large',
      act: (client) => client.send('"'.padEnd(2_000, 'x')),
      config: { max_message_bytes: 1_000 },
      error: { code: 'ERR_MESSAGE_TOO_LARGE' },
      withReconnect: ['disconnected', 1006],
    },
    {
      name: 'a header that claims more than a message may have',
      act: (client) => client.sendRaw(encodeFrame({ opcode: OPCODES.text, payload: '1', declaredLength: 2 ** 40 })),
      error: { code: 'ERR_MESSAGE_TOO_LARGE' },
      withReconnect: ['disconnected', 1006],
    },
    {
      name: 'a compressed frame that is too large when inflated',
      act: (client) => client.send(gzipSync(Buffer.alloc(2_000, '1')), { binary: true }),
      config: { max_message_bytes: 1_000, decompress: 'gzip' },
      error: { code: 'ERR_MESSAGE_TOO_LARGE' },
      withReconnect: ['disconnected', 1006],
    },
    {
      name: 'a message that permessage-deflate makes too large',
      act: (client) => client.sendRaw(compressed(deflater()(Buffer.alloc(2_000, '1')))),
      config: { max_message_bytes: 1_000, per_message_deflate: true },
      error: { code: 'ERR_MESSAGE_TOO_LARGE' },
      withReconnect: ['disconnected', 1006],
    },
    {
      ...lost('a message that permessage-deflate cannot have made', (client) =>
        client.sendRaw(compressed(Buffer.from([7]))),
      ),
      config: { per_message_deflate: true },
    },
    {
      name: 'invalid UTF-8',
      act: (client) => client.sendRaw(encodeFrame({ opcode: OPCODES.text, payload: Buffer.from('"\xff"', 'latin1') })),
      error: { code: 'ERR_PARSE' },
      withReconnect: 'gives up',
    },
    {
      name: 'a server that stops reading and writing, with stale_timeout',
      act: (client) => client.stall(),
      config: { stale_timeout: '1m' },
      waitMs: 60_000,
      error: { code: 'ERR_DISCONNECTED', closeCode: 1006 },
      withReconnect: ['stale_timeout', 1006],
    },
    {
      name: 'a server that stops reading and writing, with pong_timeout',
      act: (client) => client.stall(),
      config: { ping_interval: '20s', pong_timeout: '10s' },
      waitMs: 30_000,
      error: { code: 'ERR_DISCONNECTED', closeCode: 1006 },
      withReconnect: ['pong_timeout', 1006],
    },
    {
      name: 'a fragment that is never finished, with stale_timeout',
      act: (client) => client.sendRaw(encodeFrame({ opcode: OPCODES.text, payload: '{"half":', fin: false })),
      config: { stale_timeout: '1m' },
      waitMs: 60_000,
      error: { code: 'ERR_DISCONNECTED', closeCode: 1006 },
      withReconnect: ['stale_timeout', 1006],
    },
    {
      name: 'close code 1000',
      act: (client) => client.close(1000),
      error: undefined,
      withReconnect: ['disconnected', 1000],
    },
    ...[1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3003, 3999, 4000, 4999].map(
      (code): Fault => closed(`close code ${code}`, code, (client) => client.close(code)),
    ),
    closed('a close frame without a code', 1005, (client) => client.close(1005)),
    // Not for the wire (RFC 6455, section 7.4): a frame that has one of them breaks the protocol.
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000].map((code) =>
      lost(`a close frame with the code ${code}, which none may have`, (client) => {
        const payload = Buffer.alloc(2);
        payload.writeUInt16BE(code);
        return client.sendRaw(encodeFrame({ opcode: OPCODES.close, payload }));
      }),
    ),
    ...(
      [
        ['with one byte', Buffer.from([3])],
        ['whose reason is no UTF-8', Buffer.from([3, 232, 0xff])],
        ['whose reason ends within a character', Buffer.from([3, 232, 0xe2, 0x82])],
      ] as const
    ).map(([what, payload]) =>
      lost(`a close frame ${what}`, (client) => client.sendRaw(encodeFrame({ opcode: OPCODES.close, payload }))),
    ),
    lost('a ping whose length stands in 16 bits', (client) => client.sendRaw(Buffer.from('897e000568656c6c6f', 'hex'))),
    lost('a ping whose length stands in 64 bits', (client) =>
      client.sendRaw(Buffer.from('897f000000000000000131', 'hex')),
    ),
    {
      name: 'a header that claims more than a number can say',
      act: (client) => client.sendRaw(Buffer.from('817fffffffffffffffff', 'hex')),
      error: { code: 'ERR_MESSAGE_TOO_LARGE' },
      withReconnect: ['disconnected', 1006],
    },
    ...[301, 404, 426].map((status): Fault => refused(status, 'ERR_CONNECT', 'gives up')),
    // Nobody can renew credentials that stand in the configuration.
    ...[401, 403].map((status): Fault => refused(status, 'ERR_AUTH', 'gives up')),
    { ...refused(429, 'ERR_CONNECT', ['not_connected', undefined], { 'Retry-After': '7' }), retryMs: 7_000 },
    ...[500, 502, 503].map((status): Fault => refused(status, 'ERR_CONNECT', ['not_connected', undefined])),
    {
      name: 'a handshake that is never answered',
      server: { handshakeDelay: (request) => (request.attempt === 1 ? new Promise(() => {}) : Promise.resolve()) },
      waitMs: 10_000,
      error: { code: 'ERR_CONNECT' },
      withReconnect: ['not_connected', undefined],
    },
    ...(
      [
        ['has expired', AUTHORITY.issue({ subject: 'old', hosts: HOSTS, notAfter: new Date('2021-01-01') })],
        ['is for another host', AUTHORITY.issue({ subject: 'other', hosts: ['example.com'] })],
        ['has an unknown authority', makeCertificate({ subject: 'unknown', hosts: HOSTS })],
      ] as const
    ).map(
      ([what, tls]): Fault => ({
        name: `a certificate that ${what}`,
        server: { tls },
        error: { code: 'ERR_CONNECT' },
        withReconnect: 'gives up',
      }),
    ),
  ];
}

/** The connection is gone without a close frame, or breaks the protocol, which comes to the same. */
function lost(name: string, act: Fault['act'] & object): Fault {
  return closed(name, 1006, act);
}

function closed(name: string, code: number, act: Fault['act'] & object): Fault {
  return {
    name,
    act,
    error: { code: 'ERR_DISCONNECTED', closeCode: code },
    withReconnect: ['disconnected', code],
  };
}

function refused(
  status: number,
  code: string,
  withReconnect: Fault['withReconnect'],
  headers: Readonly<Record<string, string>> = {},
): Fault {
  return {
    name: `status ${status} for the upgrade`,
    server: { refuse: (_request, attempt) => (attempt === 1 ? { status, headers } : undefined) },
    error: { code, status },
    withReconnect,
  };
}

/** Waits until the client has read all that was sent: it answers pings in their turn. */
export async function read(client: FeedClient): Promise<void> {
  await client.ping('read?');
  await client.nextPong();
}

const HOSTS = ['localhost', '127.0.0.1'];

function compressed(payload: Buffer): Uint8Array {
  return encodeFrame({ opcode: OPCODES.text, payload, rsv1: true });
}
