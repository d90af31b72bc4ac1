import { pipeline } from 'node:stream/promises';
import { createSource, csvFile } from 'spillway';

// The columns are read from the bytes of each record: `1.10` stays `1.10`.
const sink = csvFile('out/trades.csv', {
  columns: ['symbol', 'data.price', { path: 'data.time', header: 'time' }, 'data.tags'],
  // Whoever sends the feed may send texts such as `=HYPERLINK(…)`: in a spreadsheet they are to be texts.
  escapeFormulas: true,
});

const source = createSource({ url: process.argv[2] ?? 'wss://example.com/feed', idle_timeout: '30s' });
await pipeline(source.pages(), sink);
console.log(`${sink.stats.records} rows`);
