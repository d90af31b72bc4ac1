import { pipeline } from 'node:stream/promises';
import { createSource, fileNameOf, jsonlFile, partitionBy } from 'spillway';

// One file for each symbol. A symbol is data of somebody else: `../../.bashrc` must not become a path.
const sink = partitionBy(
  'symbol',
  // Symbols that were quiet are closed when `maxOpen` others are wanted more, and opened anew later: so append.
  (symbol) => jsonlFile(`out/${fileNameOf(symbol)}.jsonl`, { append: true }),
  { maxOpen: 200, missing: 'no-symbol' },
);

const source = createSource({ url: process.argv[2] ?? 'wss://example.com/feed', idle_timeout: '30s' });
await pipeline(source.pages(), sink);
console.log(`${sink.stats.records} records`);
