import { pipeline } from 'node:stream/promises';
import { batch, envelope, jsonlFile, merge, parse, WebSocketReadable } from 'spillway';

// Trades of two exchanges in one file, in the order in which they were received; `url` in each record says where it came from.
const [one = 'wss://one.example.com/feed', other = 'wss://other.example.com/feed'] = process.argv.slice(2);
const options = { reconnect: true, maxReconnectAttempts: 5, idleTimeoutMs: 30_000 };
const trades = merge([new WebSocketReadable(one, options), new WebSocketReadable(other, options)], { maxSkewMs: 250 });
process.once('SIGINT', () => trades.stop());

await pipeline(trades, parse({ onError: 'skip' }), envelope(), batch(), jsonlFile('out/trades.jsonl'));
const { items, late } = trades.stats;
console.log(`${items} trades, ${late} of them late for their place`);
