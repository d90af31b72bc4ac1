/**
 * The feed of the benchmarks, in a process of its own: `node --import tsx benchmarks/support/feed-process.ts FRAMES
 * WARMUP`. Every connection gets that many trades of about 123 bytes, encoded beforehand, as fast as the socket takes
 * them, and a close with 1000. The same 10,000 trades come again and again. On the path `/lines` each frame ends with a
 * line feed, for clients that split lines. On `/numbered` the trades' ids count up by one from trade to trade, on
 * `/numbered-by-symbol` from one trade of a symbol to the next, for those that check them.
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

/** How a trade's id, which has nine digits, is made another one. */
const NUMBERINGS: ReadonlyMap<string, (text: Buffer, n: number) => Buffer> = new Map([
  ['/numbered', (text, n) => withId(text, FIRST_ID + n)],
  [
    '/numbered-by-symbol',
    (text, n) => {
      const { symbol, rank } = places[n % places.length] as Place;
      return withId(text, FIRST_ID + Math.floor(n / places.length) * (perSymbol.get(symbol) as number) + rank);
    },
  ],
]);
const FIRST_ID = 100_000_000;

/** Which of its symbol's trades one is among the 10,000. */
interface Place {
  readonly symbol: string;
  readonly rank: number;
}
const perSymbol = new Map<string, number>();
const places = trades.map((trade): Place => {
  const { s: symbol } = JSON.parse(trade) as { readonly s: string };
  const rank = perSymbol.get(symbol) ?? 0;
  perSymbol.set(symbol, rank + 1);
  return { symbol, rank };
});

/** What is sent on a path. Every numbered trade is another text: they are made before the first is sent, and take memory. */
function textsOf(path: string): readonly Buffer[] {
  const renumber = NUMBERINGS.get(path);
  if (renumber === undefined) return path === '/lines' ? lines : plain;
  return Array.from({ length: frames }, (_, n) => renumber(plain[n % plain.length] as Buffer, n));
}

function withId(text: Buffer, id: number): Buffer {
  const copy = Buffer.from(text);
  copy.write(String(id), copy.indexOf('"t":') + 4, 'latin1');
  return copy;
}

const server = await createFeedServer({
  ref: true,
  onConnection: async (client) => {
    const texts = textsOf(client.request.url);
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
