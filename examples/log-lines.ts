import { pipeline } from 'node:stream/promises';
import { batch, field, filter, jsonlFile, parse, WebSocketReadable } from 'spillway';

// A log feed sends many lines a frame (NDJSON). Each becomes a record of its own.
const levelOf = field('level');

await pipeline(
  new WebSocketReadable(process.argv[2] ?? 'wss://logs.example.com/tail', { idleTimeoutMs: 60_000 }),
  // A line that is no JSON, such as a banner, is counted and dropped; the lines around it go on.
  parse({ split: 'lines', onError: 'skip' }),
  // `field` reads one value out of the bytes. No object is built, and what is stored are the bytes that arrived.
  filter((message) => levelOf(message) === 'error'),
  // Errors are rare: the first waits for others no longer than a second.
  batch({ size: 1000, lingerMs: 1000 }),
  jsonlFile('out/errors.jsonl', { append: true }),
);
