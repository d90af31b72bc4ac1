import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { TLSSocket } from 'node:tls';
import { optionError } from '../errors.js';
import type { Refusal, ResolvedFeedServerOptions } from './feed-server-options.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** Why `request` is not let in, or `undefined` when it is. */
export async function admit(request: UpgradeRequest, options: ResolvedFeedServerOptions): Promise<Refusal | undefined> {
  await options.handshakeDelay?.(request, request.attempt);
  for (const [name, pattern] of Object.entries(options.requireHeader ?? {})) {
    const value = request.headers[name.toLowerCase()];
    const text = Array.isArray(value) ? value.join(', ') : value;
    if (text === undefined || !matches(text, pattern)) {
      return {
        status: 401,
        body: `The header ${name} is ${text === undefined ? 'missing' : 'not the expected one'}.\n`,
      };
    }
  }
  const refusal = await options.refuse?.(request, request.attempt);
  if (refusal !== undefined && !(Number.isInteger(refusal.status) && refusal.status >= 200 && refusal.status <= 599)) {
    throw optionError('createFeedServer.refuse', `Expected an HTTP status from 200 to 599, got ${refusal.status}.`);
  }
  return refusal;
}

/** The request as scripts see it. */
export function describeUpgrade(request: IncomingMessage, attempt: number): UpgradeRequest {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return {
    attempt,
    url: request.url ?? '/',
    headers: request.headers,
    protocols: offered
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    certificate: request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined,
  };
}

/** The bytes that refuse an upgrade. */
export function refusalBytes(refusal: Refusal): Buffer {
  const reason = STATUS_CODES[refusal.status] ?? 'Refused';
  const body = Buffer.from(refusal.body ?? `${reason}\n`);
  const headers = {
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(body.byteLength),
    ...Object.fromEntries(Object.entries(refusal.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${refusal.status} ${reason}\r\n${lines.join('')}\r\n`, 'latin1'), body]);
}

function matches(text: string, pattern: string | RegExp): boolean {
  // search() leaves the lastIndex of a global expression alone.
  return typeof pattern === 'string' ? text === pattern : text.search(pattern) !== -1;
}
