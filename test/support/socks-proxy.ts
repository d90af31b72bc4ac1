import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { ProxyServer, type RunningProxy } from './proxy.js';

/** What a SOCKS5 proxy for tests does. */
export interface SocksProxyOptions {
  /** `user:password` that it asks for. @default none */
  readonly login?: string;
  /** The reply code of RFC 1928, section 6, in place of 0. */
  readonly reply?: number;
  /** It takes connections, and never answers. */
  readonly isSilent?: boolean;
}

/**
 * A SOCKS5 proxy (RFC 1928), with user names (RFC 1929), on this machine that ends with the test. It connects to this
 * machine, whatever name it is given.
 */
export function socksProxy(t: TestContext, options: SocksProxyOptions = {}): Promise<RunningProxy> {
  const server = createServer();
  const proxy = new ProxyServer(server);
  server.on('connection', (client) => {
    proxy.asked();
    if (options.isSilent === true) proxy.ignore(client);
    else serve(client, options, proxy).catch(() => client.destroy());
  });
  return proxy.start(t);
}

async function serve(client: Socket, options: SocksProxyOptions, proxy: ProxyServer): Promise<void> {
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
  proxy.asked(`${host}:${port}`);
  const answer = (code: number): boolean => client.write(Buffer.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0));
  if (reply !== 0) {
    answer(reply);
    return void client.end();
  }
  await proxy.join(client, { host: '127.0.0.1', port }, () => answer(0));
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
