import { optionError } from '../errors.js';
import type { Clock } from '../internal/clock.js';
import { type Fields, field, isTexts, resolveOptions } from '../internal/options.js';
import { CLOCK } from '../internal/service-fields.js';

/** What {@link marketFeed} makes. */
export interface MarketFeedOptions {
  /** The same seed gives the same trades. A whole number. */
  readonly seed: number;
  /** The markets that are traded. @default eight well-known ones */
  readonly symbols?: readonly string[] | undefined;
  /** Where the trades' times come from. @default the time of this machine */
  readonly clock?: Clock | undefined;
}

/**
 * Trades without end, invented, as JSON texts of about 120 bytes: prices on a random walk, ids that count up within
 * each symbol, times in epoch milliseconds.
 *
 * @throws {ConfigError} when an option is not valid
 * @example
 * ```ts
 * await client.sendMany(marketFeed({ seed: 1 }), { rate: 1_000 });
 * ```
 */
export function marketFeed(options: MarketFeedOptions): Generator<string, never, void> {
  const { seed, symbols, clock } = resolveOptions<Resolved>('marketFeed', options, FIELDS);
  if (seed === undefined) throw optionError('marketFeed.seed', 'Expected a whole number, got none.');
  return trades(seed, symbols, clock);
}

function* trades(seed: number, symbols: readonly string[], clock: Clock): Generator<string, never, void> {
  const random = seededRandom(seed);
  const markets = symbols.map((symbol) => openMarket(symbol, random));
  while (true) {
    const market = markets[Math.floor(random() * markets.length)]!;
    // A step of at most 0.02 % of the price, and at least one tick; never below 1.
    const reach = Math.max(1, Math.round(market.price / 5_000));
    market.price = Math.max(100, market.price + Math.round((random() * 2 - 1) * reach));
    market.tradeId += 1;
    // Many small trades, few large ones.
    const size = random() * random() * random();
    const quantity = decimal(1 + Math.floor(size * 500_000), 100_000);
    const price = decimal(market.price, 100);
    const now = clock.now();
    const tradedAt = now - Math.floor(random() * 4);
    yield `{"e":"trade","E":${now},"s":${market.symbol},"t":${market.tradeId},"p":"${price}","q":"${quantity}","T":${tradedAt},"m":${random() < 0.5}}`;
  }
}

interface Market {
  /** As JSON. */
  readonly symbol: string;
  /** In hundredths. */
  price: number;
  tradeId: number;
}

function openMarket(symbol: string, random: () => number): Market {
  const invented = Math.round(10 ** (2 + random() * 4));
  return {
    symbol: JSON.stringify(symbol),
    price: OPENING_PRICES.get(symbol) ?? invented,
    tradeId: 100_000_000 + Math.floor(random() * 900_000_000),
  };
}

/** `units` of 1 / `perOne`, written with the eight places that exchanges write. `perOne` is a power of ten. */
function decimal(units: number, perOne: number): string {
  const whole = Math.floor(units / perOne);
  // Counted from 1: the leading digit keeps the zeros after it, and is cut off.
  const places = (units - whole * perOne + perOne) * (100_000_000 / perOne);
  return `${whole}.${String(places).slice(1)}`;
}

/** The generator known as mulberry32: small, quick, and the same everywhere. From 0 to below 1. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** In hundredths. */
const OPENING_PRICES: ReadonlyMap<string, number> = new Map([
  ['BTCUSDT', 6_412_350],
  ['ETHUSDT', 341_275],
  ['SOLUSDT', 15_320],
  ['BNBUSDT', 58_440],
  ['XRPUSDT', 5_210],
  ['LTCUSDT', 8_465],
  ['LINKUSDT', 1_432],
  ['AVAXUSDT', 2_788],
]);

interface Resolved {
  readonly seed: number | undefined;
  readonly symbols: readonly string[];
  readonly clock: Clock;
}

const FIELDS: Fields<Resolved> = {
  seed: field<number | undefined>(undefined, 'a whole number', (value) => Number.isSafeInteger(value)),
  symbols: field<readonly string[]>(
    [...OPENING_PRICES.keys()],
    'an array of symbols, at least one',
    (value) => isTexts(value) && value.length > 0,
  ),
  clock: CLOCK,
};
