import { createWriteStream } from 'node:fs';
import type { TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { batch, type DeadLetter, jsonlFile, map, parse, validate, WebSocketReadable } from 'spillway';
import through2 from 'through2';

// What cannot be parsed or breaks the schema goes to a file of its own; the rest goes on.
const deadLetter = through2.obj((letter: DeadLetter, _encoding: string, callback: TransformCallback) => {
  const { data, error, sequence } = letter;
  callback(null, `${JSON.stringify({ sequence, error: error.code, data: data.toString('base64') })}\n`);
});
const refused = pipeline(deadLetter, createWriteStream('refused.jsonl'));

await pipeline(
  new WebSocketReadable(process.argv[2] ?? 'wss://example.com/feed', { idleTimeoutMs: 30_000 }),
  parse({ onError: 'divert', deadLetter }),
  validate({ type: 'object', required: ['price'] }, { onError: 'divert', deadLetter }),
  map((message) => ({ ...(message.value as object), at: message.frame.receivedAt })),
  batch({ size: 100 }),
  jsonlFile('prices.jsonl'),
);
deadLetter.end();
await refused;
