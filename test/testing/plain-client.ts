import { once } from 'node:events';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { WebSocket } from 'ws';
import { within } from '../support/until.js';

/** How a plain client saw its connection end. Rejects when that takes too long. */
export function closeOf(socket: WebSocket, longestMs?: number): Promise<Closed> {
  const closed = new Promise<Closed>((resolve) => {
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure ??= error;
    });
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString(), ...(failure === undefined ? {} : { error: failure }) });
    });
  });
  return within(() => 'a connection to close', closed, longestMs);
}

interface Closed {
  readonly code: number;
  readonly reason: string;
  readonly error?: Error;
}

/** The messages that a plain client got until the end: strings for text, Buffers for binary. */
export async function messagesOf(socket: WebSocket): Promise<(string | Buffer)[]> {
  const messages: (string | Buffer)[] = [];
  socket.on('message', (data: Buffer, isBinary: boolean) => messages.push(isBinary ? data : data.toString()));
  await closeOf(socket);
  return messages;
}

/** The answer to an upgrade that was refused. */
export async function refusalOf(
  socket: WebSocket,
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }> {
  const [, response] = (await once(socket, 'unexpected-response')) as [ClientRequest, IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}
