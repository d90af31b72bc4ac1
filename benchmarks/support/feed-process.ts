/**
 * The feed of the benchmarks, in a process of its own: `node --import tsx benchmarks/support/feed-process.ts FRAMES
 * WARMUP`. Every connection gets that many trades of about 123 bytes, encoded beforehand, as fast as the socket takes
 * them, and a close with 1000. The same 10,000 trades come again and again. On the path `/lines` each frame ends with a
 * line feed, for clients that split lines. On `/numbered` the trades' ids count up by one from trade to trade, on
 * `/numbered-by-symbol` from one trade of a symbol to the next, for those that check them. On `/deflated` they are compressed
 * (permessage-deflate), each with the ones before as its context. `?share=10` sends a tenth of them. With `BYTES` each frame holds as
 * many trades, in an array, as come to about so many bytes; with `TLS=1` all goes over TLS.
 *
 * Prints its URL, then after each connection, as JSON, the seconds from the first frame after the warm-up until the
 * client had answered the close. Ends with its standard input.
 */
import { constants, DeflateRaw } from 'minizlib';
import { createFeedServer, encodeFrame, type FeedClient, marketFeed, OPCODES } from '../../lib/testing/index.js';
import { signed } from './authority.js';

const TRADE_BYTES = 123;
const trades: string[] = [];
const perFrame = Math.max(1, Math.round(Number(process.env['BYTES'] ?? TRADE_BYTES) / TRADE_BYTES));
const market = marketFeed({ seed: 1 });
while (trades.length < Math.ceil(10_000 / perFrame)) {
  const some = Array.from({ length: perFrame }, () => market.next().value);
  trades.push(perFrame === 1 ? (some[0] as string) : `{"trades":[${some.join(',')}]}`);
}
const plain = trades.map((trade) => Buffer.from(trade));

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
const places = (perFrame === 1 ? trades : []).map((trade): Place => {
  const { s: symbol } = JSON.parse(trade) as { readonly s: string };
  const rank = perSymbol.get(symbol) ?? 0;
  perSymbol.set(symbol, rank + 1);
  return { symbol, rank };
});

function withId(text: Buffer, id: number): Buffer {
  const copy = Buffer.from(text);
  copy.write(String(id), copy.indexOf('"t":') + 4, 'latin1');
  return copy;
}

/** As they go over the wire. The first trade refers to none before it, and so may come behind the last once more. */
function deflated(): Buffer[] {
  let pieces: Buffer[] = [];
  const stream = new DeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  return plain.map((trade) => {
    pieces = [];
    stream.write(trade);
    return encodeFrame({ opcode: OPCODES.text, payload: Buffer.concat(pieces).subarray(0, -4), rsv1: true });
  });
}

/** What is sent on a path again and again, ready for the wire: so the feed takes hardly any time, and hardly ever has one wait. */
const READY: ReadonlyMap<string, () => Buffer[]> = new Map([
  ['/', () => encoded(plain)],
  ['/lines', () => encoded(trades.map((trade) => Buffer.from(`${trade}\n`)))],
  ['/deflated', deflated],
]);

function encoded(payloads: readonly Buffer[]): Buffer[] {
  return payloads.map((payload) => encodeFrame({ opcode: OPCODES.text, payload }));
}

/** Frames that are written at once. */
interface Chunk {
  readonly frames: readonly Buffer[];
  readonly bytes: Buffer;
}
const CHUNK_BYTES = 128 * 1024;

function chunksOf(ready: readonly Buffer[]): Chunk[] {
  const perChunk = Math.max(1, Math.floor((CHUNK_BYTES * ready.length) / Buffer.concat(ready).length));
  return Array.from({ length: Math.ceil(ready.length / perChunk) }, (_, n) => {
    const some = ready.slice(n * perChunk, (n + 1) * perChunk);
    return { frames: some, bytes: Buffer.concat(some) };
  });
}

/** Returns when the frame after the warm-up was sent. */
async function sendReady(client: FeedClient, chunks: readonly Chunk[], { frames, warmup }: Size): Promise<number> {
  let startedAt = 0;
  for (let n = 0, at = 0; n < frames; at = (at + 1) % chunks.length) {
    const chunk = chunks[at] as Chunk;
    const count = Math.min(chunk.frames.length, frames - n);
    if (n <= warmup && n + count > warmup) startedAt = performance.now();
    await client.sendRaw(count === chunk.frames.length ? chunk.bytes : Buffer.concat(chunk.frames.slice(0, count)));
    n += count;
  }
  return startedAt;
}

/** Every one of these is another text: they are made before the first is sent, and take memory. */
async function sendNumbered(client: FeedClient, path: string, { frames, warmup }: Size): Promise<number> {
  const renumber = NUMBERINGS.get(path);
  if (renumber === undefined) throw new Error(`There is no feed on ${path}.`);
  const texts = Array.from({ length: frames }, (_, n) => renumber(plain[n % plain.length] as Buffer, n));
  let startedAt = 0;
  function* all(): Generator<Buffer> {
    for (let n = 0; n < frames; n++) {
      if (n === warmup) startedAt = performance.now();
      yield texts[n] as Buffer;
    }
  }
  await client.sendMany(all());
  return startedAt;
}

/** How many frames there are, and how many of them before the clock. */
interface Size {
  readonly frames: number;
  readonly warmup: number;
}
const [frames, warmup] = process.argv.slice(2).map(Number) as [number, number];

const chunks = new Map<string, Chunk[]>();
const server = await createFeedServer({
  ref: true,
  perMessageDeflate: true,
  ...(process.env['TLS'] === '1' && { tls: signed }),
  onConnection: async (client) => {
    const { pathname, searchParams } = new URL(client.request.url, server.url);
    const share = Number(searchParams.get('share') ?? 1);
    const size = { frames: Math.ceil(frames / share), warmup: Math.ceil(warmup / share) };
    const make = READY.get(pathname);
    if (make !== undefined && !chunks.has(pathname)) chunks.set(pathname, chunksOf(make()));
    const ready = chunks.get(pathname);
    const startedAt = await (ready ? sendReady(client, ready, size) : sendNumbered(client, pathname, size));
    await client.close(1000);
    const seconds = (performance.now() - startedAt) / 1000;
    process.stdout.write(`${JSON.stringify({ seconds })}\n`);
  },
});
process.stdout.write(`${server.url}\n`);
process.stdin.on('end', () => void server.close()).resume();
