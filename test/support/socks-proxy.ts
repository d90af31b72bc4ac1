import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { signal } from './http-proxy.js';

/** A SOCKS5 proxy for tests (RFC 1928), with user names (RFC 1929). */
export interface SocksProxy {
  /** `host:port`. */
  readonly address: string;
  /** What it was asked to connect to, in order: `name:port` or `1.2.3.4:port`. */
  readonly requests: string[];
  /** Resolves when the first client has come. */
  readonly asked: Promise<void>;
  /** Resolves when the first client has gone. */
  readonly left: Promise<void>;
}

/** What a SOCKS5 proxy for tests does. */
export interface SocksProxyOptions {
  /** `user:password` that it asks for. @default none */
  readonly login?: string;
  /** The reply code of RFC 1928, section 6, in place of 0. */
  readonly reply?: number;
  /** It takes connections, and never answers. */
  readonly isSilent?: boolean;
}

/** A proxy on this machine that ends with the test. It connects to this machine, whatever name it is given. */
export async function socksProxy(t: TestContext, options: SocksProxyOptions = {}): Promise<SocksProxy> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const asked = signal();
  const left = signal();
  const server = createServer((client) => {
    track(client, sockets).once('close', left.give);
    asked.give();
    if (options.isSilent === true) {
      // The end of a socket is seen by who reads from it.
      client.resume();
      return;
    }
    serve(client, options, requests, sockets).catch(() => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    asked: asked.given,
    left: left.given,
  };
}

async function serve(client: Socket, options: SocksProxyOptions, requests: string[], sockets: Set<Socket>) {
  const { login, reply = 0 } = options;
  const [, methods = 0] = await take(client, 2);
  await take(client, methods);
  client.write(Buffer.of(5, login === undefined ? 0 : 2));
  if (login !== undefined) {
    const [, length = 0] = await take(client, 2);
    const user = await take(client, length);
    const [passwordLength = 0] = await take(client, 1);
    const isRight = `${user}:${await take(client, passwordLength)}` === login;
    client.write(Buffer.of(1, isRight ? 0 : 1));
    if (!isRight) return void client.end();
  }
  const [, , , kind] = await take(client, 4);
  const host =
    kind === 1 ? (await take(client, 4)).join('.') : String(await take(client, (await take(client, 1))[0] ?? 0));
  const port = (await take(client, 2)).readUInt16BE();
  requests.push(`${host}:${port}`);
  const answer = (code: number): boolean => client.write(Buffer.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0));
  if (reply !== 0) {
    answer(reply);
    return void client.end();
  }
  const upstream = track(connect({ host: '127.0.0.1', port }), sockets);
  await once(upstream, 'connect');
  answer(0);
  client.pipe(upstream).pipe(client);
  client.once('close', () => upstream.destroy());
}

/** Reads exactly so many bytes. */
async function take(socket: Socket, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes !== null) return bytes;
    await once(socket, 'readable');
  }
}

function track(socket: Socket, sockets: Set<Socket>): Socket {
  sockets.add(socket);
  socket.on('error', () => {});
  socket.once('close', () => sockets.delete(socket));
  return socket;
}
