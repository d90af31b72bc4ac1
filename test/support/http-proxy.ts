import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { TlsOptions } from 'node:tls';
import { ProxyServer, type RunningProxy } from './proxy.js';

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

/** A proxy on this machine that knows CONNECT alone, and ends with the test. */
export function httpProxy(t: TestContext, options: HttpProxyOptions = {}): Promise<RunningProxy> {
  const { login, status, isSilent, tls, host } = options;
  const refuse: RequestListener = (_request, response) => void response.writeHead(405).end();
  const server = tls === undefined ? createServer(refuse) : createTlsServer(tls, refuse);
  const proxy = new ProxyServer(server);
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    proxy.asked(String(request.url));
    client.on('error', () => {});
    if (isSilent === true) {
      proxy.ignore(client);
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
    const greet = (upstream: Socket): void => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
    };
    proxy.join(client, { host: host ?? hostname, port: Number(port || 80) }, greet).catch(() => client.destroy());
  });
  return proxy.start(t);
}
