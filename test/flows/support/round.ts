/** The frames that a flood repeats: numbered, so that a hole or a swap between two rounds shows. */
export const ROUND = Array.from(
  { length: 1_000 },
  (_, n) => `{"n":${n},"symbol":"BTC-USD","price":${(42_000 + n / 8).toFixed(3)},"side":"${n % 2 ? 'buy' : 'sell'}"}`,
);

/** The bytes of a page that holds one round. */
export const ROUND_PAGE = Buffer.from(ROUND.map((frame) => `${frame}\n`).join(''));
