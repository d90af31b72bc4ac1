import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSource, type Page } from 'spillway';

// Any object-mode Writable of pages is a sink. Its callback is the back-pressure: while it is not called, the socket waits.
const sink = new Writable({
  objectMode: true,
  write(page: Page, _encoding, callback) {
    console.log(`${page.length} records, ${page.bytes.length} bytes, from frame ${page.frame(0).sequence} on`);
    callback();
  },
});

const source = createSource({ url: process.argv[2] ?? 'wss://example.com/feed', batch_size: 2, idle_timeout: 30 });
await pipeline(source.pages(), sink);
