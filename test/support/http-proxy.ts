import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { TlsOptions } from 'node:tls';

/** What a proxy for tests does. */
export interface HttpProxyOptions {
  /** `user:password` that it asks for. @default none */
  readonly login?: string;
  /** The status that it answers in place of 200. */
  readonly status?: number;
  /** It takes requests, and never answers. */
  readonly isSilent?: boolean;
  /** Speaks TLS itself. */
  readonly tls?: TlsOptions;
  /** Where it connects to in place of the host that it is asked for: names that nobody knows can be used. */
  readonly host?: string;
}

/** A proxy for tests that knows CONNECT alone. */
export interface HttpProxy {
  /** `host:port`. */
  readonly address: string;
  /** What it was asked to connect to, in order. */
  readonly requests: string[];
  /** Resolves when the first client has asked for something. */
  readonly asked: Promise<void>;
  /** Resolves when the first client has gone. */
  readonly left: Promise<void>;
}

/** A proxy on this machine that ends with the test. */
export async function httpProxy(t: TestContext, options: HttpProxyOptions = {}): Promise<HttpProxy> {
  const { login, status, isSilent, tls, host } = options;
  const all = new Set<Socket>();
  const requests: string[] = [];
  const asked = signal();
  const left = signal();
  const refuse: RequestListener = (_request, response) => void response.writeHead(405).end();
  const server = tls === undefined ? createServer(refuse) : createTlsServer(tls, refuse);
  server.on('connection', (socket: Socket) => {
    track(socket, all).once('close', left.give);
  });
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    requests.push(String(request.url));
    asked.give();
    client.on('error', ignore);
    if (isSilent === true) {
      // The end of a socket is seen by who reads from it.
      client.resume().once('end', () => client.destroy());
      return;
    }
    const wanted = `Basic ${Buffer.from(login ?? '').toString('base64')}`;
    if (login !== undefined && request.headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n');
      return;
    }
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = track(connect({ host: host ?? hostname, port: Number(port || 80) }), all);
    upstream.on('error', () => client.destroy());
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    client.once('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of all) socket.destroy();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    asked: asked.given,
    left: left.given,
  };
}

function track(socket: Socket, sockets: Set<Socket>): Socket {
  sockets.add(socket);
  socket.on('error', ignore);
  socket.once('close', () => sockets.delete(socket));
  return socket;
}

/** Something that happens once. */
export function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = ignore;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

function ignore(): void {}
