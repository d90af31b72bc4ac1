import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import websocket from '@fastify/websocket';
import fastify from 'fastify';
import { createSource, type Page, writePages } from 'spillway';
import type { WebSocket } from 'ws';

const feed = process.argv[2] ?? 'wss://example.com/feed';
/** Pages that may wait for one client. */
const MAX_WAITING = 16;

/** One that listens. It is given what it can take; what it cannot is counted, and told to it: nobody else waits for it. */
class Listener extends Writable {
  readonly #socket: WebSocket;
  #missed = 0;

  constructor(socket: WebSocket) {
    super({ objectMode: true, highWaterMark: MAX_WAITING });
    this.#socket = socket;
    socket.on('close', () => this.destroy());
    this.on('error', () => socket.terminate());
  }

  offer(page: Page): void {
    if (this.writableNeedDrain) {
      this.#missed += page.length;
      return;
    }
    if (this.#missed > 0) this.write([JSON.stringify({ missed: this.#missed })]);
    this.#missed = 0;
    this.write(Array.from({ length: page.length }, (_, index) => page.text(index)));
  }

  /** The callback of the last message is the back-pressure: it comes when the system has taken it. */
  override _write(texts: (string | Buffer)[], _encoding: string, callback: (error?: Error | null) => void): void {
    const last = texts.pop() ?? '';
    for (const text of texts) this.#socket.send(text, { binary: false });
    this.#socket.send(last, { binary: false }, callback);
  }
}

const listeners = new Set<Listener>();
const app = fastify();
await app.register(websocket);
app.get('/trades', { websocket: true }, (socket) => {
  const listener = new Listener(socket);
  listeners.add(listener);
  listener.once('close', () => listeners.delete(listener));
});
app.get('/health', () => ({ listeners: listeners.size, records: source.stats.records, gaps: source.stats.gaps }));

const source = createSource({ url: feed, reconnect: true, unbounded: true, batch_size: 100, linger: '50ms' });
const sink = writePages(async (page) => {
  for (const listener of listeners) listener.offer(page);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => source.stop());

console.log(await app.listen({ port: Number(process.env['PORT'] ?? 8080) }));
try {
  await pipeline(source.pages(), sink);
} finally {
  await app.close();
}
