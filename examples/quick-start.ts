import { pipeline } from 'node:stream/promises';
import { batch, jsonlFile, parse, WebSocketReadable } from 'spillway';

const url = process.argv[2] ?? 'wss://example.com/feed';

await pipeline(
  new WebSocketReadable(url, { maxFrames: 100, idleTimeoutMs: 30_000, reconnect: true }),
  parse({ onError: 'skip' }),
  batch({ size: 1000 }),
  jsonlFile('out/trades.jsonl'),
);
