/**
 * The feed of the benchmarks, in a process of its own: `node --import tsx benchmarks/support/feed-process.ts FRAMES
 * WARMUP`. Every connection gets that many trades of about 123 bytes, encoded beforehand, as fast as the socket takes
 * them, and a close with 1000. The same 10,000 trades come again and again. On the path `/lines` each frame ends with a
 * line feed, for clients that split lines; on `/numbered` the trades' ids go on counting up, for those that check them.
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

interface Numbered {
  readonly digitsAt: number;
  readonly id: number;
  /** How many trades of the same symbol there are among the 10,000. */
  readonly perLap: number;
}
const parsed = trades.map((trade) => JSON.parse(trade) as { readonly s: string; readonly t: number });
const perSymbol = new Map<string, number>();
for (const { s } of parsed) perSymbol.set(s, (perSymbol.get(s) ?? 0) + 1);
const numbers = parsed.map(
  ({ s, t }, index): Numbered => ({
    digitsAt: (trades[index] as string).indexOf(`"t":${t}`) + 4,
    id: t,
    perLap: perSymbol.get(s) as number,
  }),
);

const server = await createFeedServer({
  onConnection: async (client) => {
    const texts = client.request.url === '/lines' ? lines : plain;
    let startedAt = 0;
    const isNumbered = client.request.url === '/numbered';
    function* all(): Generator<Buffer> {
      for (let n = 0; n < frames; n++) {
        if (n === warmup) startedAt = performance.now();
        const text = texts[n % texts.length] as Buffer;
        yield isNumbered ? renumbered(text, n) : text;
      }
    }
    await client.sendMany(all());
    await client.close(1000);
    process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - startedAt) / 1000 })}\n`);
  },
});
/** The trade with the id that it would have, had the feed not begun again. */
function renumbered(text: Buffer, n: number): Buffer {
  const { digitsAt, id, perLap } = numbers[n % numbers.length] as Numbered;
  const copy = Buffer.from(text);
  copy.write(String(id + Math.floor(n / numbers.length) * perLap), digitsAt, 'latin1');
  return copy;
}

process.stdout.write(`${server.url}\n`);
process.stdin.on('end', () => void server.close()).resume();
