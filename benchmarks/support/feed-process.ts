/**
 * The feed of the benchmarks, in a process of its own: `node --import tsx benchmarks/support/feed-process.ts FRAMES
 * WARMUP`. Every connection gets that many trades of about 123 bytes, encoded beforehand, as fast as the socket takes
 * them, and a close with 1000. On the path `/lines` each frame ends with a line feed, for clients that split lines.
 *
 * Prints its URL, then after each connection, as JSON, the seconds from the first frame after the warm-up until the
 * client had answered the close. Ends with its standard input.
 */
import { createFeedServer, marketFeed } from '../../lib/testing/index.js';

const [frames, warmup] = process.argv.slice(2).map(Number) as [number, number];
const trades: string[] = [];
for (const trade of marketFeed({ seed: 1 })) {
  if (trades.push(trade) === 10_000) break;
}
const plain = trades.map((trade) => Buffer.from(trade));
const lines = trades.map((trade) => Buffer.from(`${trade}\n`));

const server = await createFeedServer({
  onConnection: async (client) => {
    const texts = client.request.url === '/lines' ? lines : plain;
    let startedAt = 0;
    function* all(): Generator<Buffer> {
      for (let n = 0; n < frames; n++) {
        if (n === warmup) startedAt = performance.now();
        yield texts[n % texts.length] as Buffer;
      }
    }
    await client.sendMany(all());
    await client.close(1000);
    process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - startedAt) / 1000 })}\n`);
  },
});
process.stdout.write(`${server.url}\n`);
process.stdin.on('end', () => void server.close()).resume();
