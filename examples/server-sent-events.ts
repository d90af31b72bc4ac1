import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import { createSource, type Page } from 'spillway';

const url = process.argv[2] ?? 'wss://example.com/feed';
const app = express();

// GET /trades: the feed as server-sent events, which every browser reads with `new EventSource('/trades')`.
app.get('/trades', async (_request, response) => {
  response.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders();
  // A source for each client: one that reads slowly pauses its own socket, and nobody else's.
  // `linger` sends what there is ten times a second: an event a record would cost a system call each.
  const source = createSource({ url, reconnect: true, unbounded: true, linger: '100ms' });
  try {
    // Back-pressure goes from the client to the feed. A client that leaves ends its source, too.
    await pipeline(source.pages(), toEvents(), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') console.error(error);
  }
});

/**
 * A page as text: an event a record, with the number of its frame as its id. A stream, not an async generator: pipeline()
 * tells a generator that the client has left when the next page comes, and a silent feed would be kept open until then.
 */
function toEvents(): Transform {
  return new Transform({
    writableObjectMode: true,
    writableHighWaterMark: 1,
    transform(page: Page, _encoding, callback) {
      let events = '';
      for (let index = 0; index < page.length; index++) {
        events += `id: ${page.frame(index).sequence}\ndata: ${page.text(index)}\n\n`;
      }
      callback(null, events);
    },
  });
}

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/trades`);
});
