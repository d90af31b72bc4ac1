import { pipeline } from 'node:stream/promises';
import { createSource, filter, jsonlFile, window } from 'spillway';

interface Trade {
  readonly price: number;
  readonly size: number;
}

// {"type":"trade","id":4711,"symbol":"BTC-USD","time":1767225600123,"price":87000.5,"size":0.01}
const trades = filter({ path: 'type', op: 'eq', value: 'trade' });

// A bar a minute for each symbol, by the exchange's own time. Of all trades of a minute only these numbers are kept.
const bars = window(
  // Trades may be out of order by two seconds. Those that come later still are counted as skipped.
  { everyMs: 60_000, by: 'symbol', on: 'time', latenessMs: 2_000 },
  {
    init: () => ({ open: 0, high: -Infinity, low: Infinity, close: 0, volume: 0 }),
    add(bar, message, { count }) {
      const { price, size } = message.value as Trade;
      if (count === 1) bar.open = price;
      bar.high = Math.max(bar.high, price);
      bar.low = Math.min(bar.low, price);
      bar.close = price;
      bar.volume += size;
      return bar;
    },
    result: (bar, { key, from, count, gaps, isPartial }) => ({
      symbol: key,
      minute: new Date(from).toISOString(),
      ...bar,
      trades: count,
      // A bar that lacks trades says so: it has a hole, or begins or ends with the run.
      missing: gaps.map(({ cause }) => cause),
      partial: isPartial,
    }),
  },
);

const source = createSource(
  {
    url: process.argv[2] ?? 'wss://exchange.example.com/trades',
    // Trades have numbers that go up by one: a hole in them is a gap, which stands between the bars as a line of its own.
    sequence: { path: 'id' },
    gaps: 'records',
    idle_timeout: '1m',
  },
  { stages: [trades, bars] },
);
await pipeline(source.pages(), jsonlFile('out/bars.jsonl'));
console.log(
  `${source.stats.records} bars, ${source.stats.gaps} gaps, ${source.stats.skipped} trades that came too late`,
);
