import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { isIP, isIPv6, type Socket } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';
import { readRefusal } from './http-refusal.js';
import { proxyRefused } from './proxy-failures.js';
import type { ProxyRequest } from './proxy-request.js';
import type { Destination } from './tunnel-agent.js';

/**
 * Has a proxy of `http://` or `https://` lead to the server (RFC 9110, section 9.3.6). The head of its answer may have
 * 64 KiB.
 *
 * @throws {SpillwayError} when the proxy refuses
 */
export async function openHttpTunnel(to: Destination, proxy: URL, request: ProxyRequest): Promise<Socket> {
  const { response, socket, head } = await ask(to, proxy, request);
  // What came with the answer is read after it.
  if (head.length > 0) socket.unshift(head);
  const { statusCode = 0 } = response;
  if (statusCode >= 200 && statusCode < 300) return socket;
  try {
    const { url, clock, secrets } = request;
    throw proxyRefused(proxy, url, await readRefusal(proxy.href, response, clock, secrets, bodyOf(response, socket)));
  } finally {
    socket.destroy();
  }
}

interface Answer {
  readonly response: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

function ask({ host, port }: Destination, proxy: URL, { tls, signal }: ProxyRequest): Promise<Answer> {
  const isSecure = proxy.protocol === 'https:';
  const proxyHost = proxy.hostname.replace(/^\[|\]$/g, '');
  const target = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const { ca, minVersion, maxVersion, ciphers } = tls;
  const request = (isSecure ? secureRequest : plainRequest)({
    // By the name of the proxy: Node would go by the header `Host`, which names the server.
    ...(isSecure ? { ca, minVersion, maxVersion, ciphers, servername: isIP(proxyHost) === 0 ? proxyHost : '' } : {}),
    host: proxyHost,
    port: proxy.port,
    method: 'CONNECT',
    path: target,
    headers: { Host: target, 'Proxy-Connection': 'close', ...loginOf(proxy) },
    agent: false,
    maxHeaderSize: MAX_HEAD_BYTES,
    signal,
  });
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('connect', (response, socket: Socket, head) => resolve({ response, socket, head }));
    request.end();
  });
}

function loginOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

/** Node leaves the body of this answer on the socket, which may stay open behind it. */
function bodyOf({ headers }: IncomingMessage, socket: Socket): Readable {
  const body = new PassThrough();
  let left = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY);
  if (headers['transfer-encoding'] !== undefined || Number.isNaN(left)) left = 0;
  const take = (chunk: Buffer): void => {
    left -= chunk.length;
    body.write(chunk);
    if (left <= 0) end();
  };
  const end = (): void => {
    socket.off('data', take).pause();
    body.end();
  };
  if (left === 0) end();
  else socket.on('data', take).once('end', end).once('close', end);
  // Its end is told by `close`.
  socket.on('error', () => {});
  return body;
}

/** The most bytes of the head of a proxy's answer. */
const MAX_HEAD_BYTES = 64 * 1024;
