/** Some thousand trades of exactly so many bytes, as JSON; what is missing is padded. */
export function recordsOf(bytes) {
  const count = Math.min(10_000, Math.ceil(8_000_000 / bytes));
  return Array.from({ length: count }, (_, n) => {
    const trade = { id: 1_000_000 + n, symbol: 'BTC-USD', price: 40_000 + (n % 997) / 8, side: n % 2 ? 'buy' : 'sell' };
    const text = JSON.stringify({ ...trade, note: '' });
    return Buffer.from(JSON.stringify({ ...trade, note: 'x'.repeat(bytes - text.length) }));
  });
}
