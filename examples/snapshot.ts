import { pipeline } from 'node:stream/promises';
import { batch, jsonlFile, parse, WebSocketReadable } from 'spillway';

// One frame holds a whole order book: {"type":"snapshot","book":{"orders":[{…},{…},…]}}. Each order becomes a record.
await pipeline(
  new WebSocketReadable(process.argv[2] ?? 'wss://exchange.example.com/book', {
    // One frame is all there is to have: a snapshot is followed by changes, which belong elsewhere.
    maxFrames: 1,
    idleTimeoutMs: 30_000,
    // The default of 64 MiB protects from a server gone wrong. Say how much a snapshot may be.
    maxMessageBytes: 256 * 1024 * 1024,
  }),
  // The orders are cut out of the frame's bytes one after another, as the sink takes them: a million orders never are
  // a million objects.
  parse({ recordsPath: 'book.orders' }),
  batch({ size: 10_000 }),
  jsonlFile('out/orders.jsonl.gz'),
);
