import { pipeline } from 'node:stream/promises';
import { createSource, jsonlFile } from 'spillway';

const source = createSource(
  { url: process.argv[2] ?? 'wss://example.com/{symbol}', envelope: true, max_messages: 100, idle_timeout: '30s' },
  { context: { symbol: 'btcusdt' } },
);
process.once('SIGINT', () => source.stop());

await pipeline(source.pages(), jsonlFile('out/trades.jsonl.gz'));
console.log(`${source.stats.records} records from ${source.datasetUri}`);
