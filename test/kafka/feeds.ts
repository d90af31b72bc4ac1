/**
 * What a capture of a market brings: bursts of small trades, now and then a snapshot of many kilobytes, texts that would
 * change if anybody parsed and printed them again. Each has its key, `symbol`, its number within that key, `n`, and more
 * that the tests ask for by path.
 */
export function marketRecords(count: number): Buffer[] {
  const perKey = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => {
    const symbol = SYMBOLS[(index * 7 + (index >> 3)) % SYMBOLS.length] as string;
    const n = perKey.get(symbol) ?? 0;
    perKey.set(symbol, n + 1);
    const rest = index % 500 === 499 ? `"book":"${'1.10,'.repeat(8_000)}"` : (TEXTS[index % TEXTS.length] as string);
    return Buffer.from(`{"symbol":"${symbol}","n":${n},${rest}}`);
  });
}

const SYMBOLS = ['BTC-USD', 'ETH-USD', 'SOL-USD', 'é漢😀', 'a"quote', 'ADA-USD', 'XRP-USD'].map((text) =>
  JSON.stringify(text).slice(1, -1),
);
const TEXTS = [
  '"price":1.10,"size":0.00100',
  '"id":12345678901234567890,"side":"buy"',
  '"note":"\\u00e9\\n\\/ é漢😀"',
  '"price":1e400,  "n2":\t-0',
  '"twice":1,"twice":2',
];
