import { pipeline } from 'node:stream/promises';
import { decode } from '@msgpack/msgpack';
import { createSource, jsonlFile } from 'spillway';

// A feed of MessagePack. Integers past 2^53 stay exact: BigInts are stored as the integers that they are.
const source = createSource(
  { url: process.argv[2] ?? 'wss://example.com/feed', on_parse_error: 'skip', idle_timeout: '30s' },
  { decode: (data) => decode(data, { useBigInt64: true }) },
);
await pipeline(source.pages(), jsonlFile('out/trades.jsonl'));
console.log(`${source.stats.records} records, ${source.stats.skipped} frames that are no MessagePack`);
