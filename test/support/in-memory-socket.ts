import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type WebSocket from 'ws';
import { FeedSocket, type FeedSocketOptions } from '../../lib/connect/socket/feed-socket.js';
import { MessageInflater } from '../../lib/connect/socket/message-inflater.js';

/** `FeedSocket`, or the `WebSocket` that it is made of. */
export type SocketKind<T extends WebSocket> = new (url: string, protocols: string[], options: FeedSocketOptions) => T;

/** A client, and the server's end of its connection. */
export interface InMemorySocket<T> {
  readonly ws: T;
  /** What the client sent after the upgrade, in hexadecimal. Its masks are zero. */
  sent(): string;
  /** The server sends chunks, one a turn of the event loop. */
  read(chunks: readonly Buffer[]): Promise<void>;
  /** The server sends its FIN. */
  end(): void;
  /** The connection is gone at once. */
  reset(): void;
}

/** A message of so many bytes at most. */
export const MAX_PAYLOAD = 300;

export interface InMemoryOptions {
  readonly skipUTF8Validation?: boolean;
  /** Compression is offered, and this is the server's answer. */
  readonly agreed?: string | undefined;
  /** Frames are taken many at once: how many of each run, over and over. */
  readonly runs?: readonly number[] | undefined;
}

/** A client on a connection that is none of the system's: so what is one chunk is the test's to say. */
export function openInMemory<T extends WebSocket>(
  kind: SocketKind<T>,
  { agreed, runs: _, ...given }: InMemoryOptions = {},
): InMemorySocket<T> {
  let head = '';
  let isUpgraded = false;
  const sent: Buffer[] = [];
  const connection = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, callback) {
      if (isUpgraded) sent.push(bytes);
      else head += bytes.toString('latin1');
      const key = /sec-websocket-key: (\S+)\r\n.*\r\n\r\n/is.exec(head)?.[1];
      if (key !== undefined && !isUpgraded) {
        isUpgraded = true;
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
        if (agreed !== undefined) lines.push(`Sec-WebSocket-Extensions: ${agreed}`);
        connection.push(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
      }
      callback();
    },
  });
  const options = {
    createConnection: () => connection,
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: agreed !== undefined,
    MessageInflater: agreed === undefined ? undefined : MessageInflater,
    skipUTF8Validation: true,
    generateMask: (mask: Buffer) => void mask.fill(0),
    ...given,
  } as unknown as FeedSocketOptions;
  const ws = new kind('ws://in-memory.invalid', [], options);
  return {
    ws,
    sent: () => Buffer.concat(sent).toString('hex'),
    async read(chunks) {
      for (const chunk of chunks) {
        // A socket that was destroyed for a fault reads nothing more.
        if (!connection.destroyed) connection.push(chunk);
        await nextTurn();
      }
    },
    end: () => void (connection.destroyed || connection.push(null)),
    reset: () => connection.destroy(),
  };
}

/** How a connection ends: the server's FIN, or a reset while bytes wait in a paused socket. */
export type Ending = 'end' | 'paused, then reset';

/** All that a client of this kind tells of these chunks, in order, and what it sends. */
export async function told(
  kind: SocketKind<WebSocket>,
  chunks: readonly Buffer[],
  ending: Ending,
  given: InMemoryOptions = {},
): Promise<readonly string[]> {
  const { ws, sent, read, end, reset } = openInMemory(kind, given);
  const events: string[] = [];
  const tell = (data: Buffer, isBinary: boolean): void => {
    events.push(`${isBinary ? 'binary' : 'text'} ${data.toString('hex')}`);
  };
  if (ws instanceof FeedSocket) {
    ws.onData = (data, isBinary, isDeflated) => {
      const message = isDeflated ? ws.inflate(data) : data;
      if (message !== undefined) tell(message, isBinary);
    };
    if (given.runs !== undefined) takeRuns(ws, given.runs, tell);
  } else ws.on('message', tell);
  ws.on('ping', (data) => events.push(`ping ${data.toString('hex')}`));
  ws.on('pong', (data) => events.push(`pong ${data.toString('hex')}`));
  ws.on('error', (error) => events.push(`error ${error.message}`));
  // Not `once`, which an error ends.
  const closed = new Promise<void>((done) => {
    ws.on('close', (code, reason) => {
      if (ws instanceof FeedSocket) ws.release();
      const isWorthless = ws instanceof FeedSocket && ws.isBroken;
      events.push(isWorthless ? 'close 1006 ' : `close ${code} ${reason.toString('hex')}`);
      done();
    });
  });
  await once(ws, 'open');
  if (ending === 'end') {
    await read(chunks);
    end();
  } else {
    const half = chunks.length >> 1;
    await read(chunks.slice(0, half));
    ws.pause();
    await read(chunks.slice(half));
    reset();
  }
  await closed;
  return [...events, `sent ${sent()}`];
}

function takeRuns(ws: FeedSocket, most: readonly number[], tell: (data: Buffer, isBinary: boolean) => void): void {
  let turn = 0;
  ws.onRun = (run) => {
    for (let left = most[turn++ % most.length] as number; left > 0 && run.next(); left -= 1) {
      tell(run.chunk.subarray(run.start, run.end), run.isBinary);
      run.accept();
    }
  };
  ws.onDeflatedRun = (chunk, offset) => ws.inflateRun(chunk, offset);
}

/** The bytes in chunks of these lengths, over and over. */
export function* cut(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const end = at + (lengths[n % lengths.length] as number);
    yield bytes.subarray(at, end);
    at = end;
  }
}
