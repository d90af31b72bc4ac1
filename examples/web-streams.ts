import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { CompressionStream, type ReadableStream, TransformStream } from 'node:stream/web';
import { createSource, type Page } from 'spillway';

const source = createSource({ url: process.argv[2] ?? 'wss://example.com/feed', idle_timeout: '30s' });
await mkdir('out', { recursive: true });

// Web streams throw away what waits between them when one fails, and `toWeb` would let some pages wait. With a mark of
// 0 a page is taken from the source when somebody asks for it, and back-pressure reaches the socket as ever.
const pages = Readable.toWeb(source.pages(), { strategy: { highWaterMark: 0 } }) as ReadableStream<Page>;

await pages
  .pipeThrough(new TransformStream<Page, Uint8Array>({ transform: (page, out) => out.enqueue(page.bytes) }))
  .pipeThrough(new CompressionStream('gzip'))
  .pipeTo(Writable.toWeb(createWriteStream('out/trades.jsonl.gz')));
