import { pipeline } from 'node:stream/promises';
import protobuf from 'protobufjs';
import { batch, jsonlFile, parse, WebSocketReadable } from 'spillway';

// A feed of Protocol Buffers: each frame is an envelope with many trades, and each trade becomes a record.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Trade { string symbol = 1; double price = 2; int64 id = 3; Side side = 4; bytes signature = 5; }
  message Update { repeated Trade trades = 1; }
  enum Side { BUY = 0; SELL = 1; }
`);
const Update = root.lookupType('Update');

await pipeline(
  new WebSocketReadable(process.argv[2] ?? 'wss://example.com/feed', { idleTimeoutMs: 30_000 }),
  parse({
    // Integers exact, enums by their names, bytes as base64. Fields that are not sent have the default of their type.
    decode: (data) =>
      Update.toObject(Update.decode(data), { longs: BigInt, enums: String, bytes: String, defaults: true }),
    recordsPath: 'trades',
  }),
  batch(),
  jsonlFile('out/trades.jsonl'),
);
