/**
 * The feed of the benchmarks, in a process of its own: `node --import tsx benchmarks/support/feed-process.ts FRAMES`.
 * Every connection gets that many trades of about 123 bytes, encoded beforehand, as fast as the socket takes them, and
 * a close with 1000. On the path `/lines` each frame ends with a line feed, for clients that split lines. Prints its
 * URL, and ends with its standard input.
 */
import { createFeedServer, marketFeed } from '../../lib/testing/index.js';

const frames = Number(process.argv[2]);
const trades: string[] = [];
for (const trade of marketFeed({ seed: 1 })) {
  if (trades.push(trade) === 10_000) break;
}
const plain = trades.map((trade) => Buffer.from(trade));
const lines = trades.map((trade) => Buffer.from(`${trade}\n`));

function* repeated(texts: readonly Buffer[]): Generator<Buffer> {
  for (let n = 0; n < frames; n++) yield texts[n % texts.length] as Buffer;
}

const server = await createFeedServer({
  onConnection: async (client) => {
    await client.sendMany(repeated(client.request.url === '/lines' ? lines : plain));
    await client.close(1000);
  },
});
process.stdout.write(`${server.url}\n`);
process.stdin.on('end', () => void server.close()).resume();
