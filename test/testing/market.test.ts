import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { createFakeClock, type MarketFeedOptions, marketFeed } from '../../lib/testing/index.js';

describe('marketFeed', () => {
  it('gives the same trades for the same seed, and others for another', () => {
    const clock = createFakeClock();
    assert.deepEqual(take(1_000, { seed: 7, clock }), take(1_000, { seed: 7, clock }));
    assert.notDeepEqual(take(10, { seed: 7, clock }), take(10, { seed: 8, clock }));
  });

  it('gives the trades of a seed to everybody, now and later', () => {
    assert.deepEqual(take(2, { seed: 7, clock: createFakeClock(1_700_000_000_000) }), [
      '{"e":"trade","E":1700000000000,"s":"SOLUSDT","t":464969520,"p":"153.20000000","q":"0.35868000","T":1699999999997,"m":true}',
      '{"e":"trade","E":1700000000000,"s":"ETHUSDT","t":729125836,"p":"3412.28000000","q":"0.60727000","T":1700000000000,"m":false}',
    ]);
  });

  it('gives thousands of them to everybody, whatever the seed, the symbols and the time', () => {
    const hashes = [0, 1, -5].map((seed) => {
      const clock = createFakeClock(1_700_000_000_000);
      const texts = [...take(3_000, { seed, clock }), ...take(2_000, { seed, clock, symbols: ['A', 'BTCUSDT', 'C"'] })];
      return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16);
    });
    assert.deepEqual(hashes, ['69caba48bda50dd9', 'e0f444b34d3efb54', 'c8032f289870bad8']);
  });

  it('makes texts of about 120 bytes that are JSON as JSON.stringify writes it', () => {
    const texts = take(5_000, { seed: 1 });
    for (const text of texts) assert.equal(JSON.stringify(JSON.parse(text)), text);
    const mean = texts.join('').length / texts.length;
    assert.ok(mean > 115 && mean < 130, `${mean} bytes`);
  });

  it('counts ids up within each symbol, and moves prices by small steps', () => {
    const last = new Map<string, { t: number; p: number }>();
    for (const text of take(20_000, { seed: 3 })) {
      const trade = JSON.parse(text) as { s: string; t: number; p: string; q: string };
      const before = last.get(trade.s);
      const price = Number(trade.p);
      assert.match(trade.p, /^\d+\.\d{8}$/);
      assert.match(trade.q, /^\d+\.\d{8}$/);
      assert.ok(Number(trade.q) > 0);
      assert.ok(trade.t >= 100_000_000 && trade.t < 1_001_000_000, 'nine digits, as exchanges have them');
      if (before !== undefined) {
        assert.equal(trade.t, before.t + 1);
        assert.ok(Math.abs(price - before.p) <= Math.max(0.011, before.p * 0.001));
      }
      last.set(trade.s, { t: trade.t, p: price });
    }
    const symbols = ['BTCUSDT', 'ETHUSDT', 'BNBUSDT', 'SOLUSDT', 'XRPUSDT', 'LTCUSDT', 'LINKUSDT', 'AVAXUSDT'];
    assert.deepEqual([...last.keys()].toSorted(), symbols.toSorted());
  });

  it('trades the symbols that it is given, at the time of its clock', () => {
    const clock = createFakeClock(1_700_000_000_000);
    for (const text of take(50, { seed: 1, symbols: ['A"B', 'CD'], clock })) {
      const trade = JSON.parse(text) as { s: string; E: number; T: number };
      assert.ok(['A"B', 'CD'].includes(trade.s));
      assert.equal(trade.E, 1_700_000_000_000);
      assert.ok(trade.T <= trade.E && trade.T > trade.E - 10);
    }
  });

  it('refuses a seed that is no whole number, no symbols, and what it does not know', () => {
    const refused = [
      [{}, /marketFeed\.seed: Expected a whole number, got none\./],
      [{ seed: 0.5 }, /marketFeed\.seed: Expected a whole number, got 0\.5\./],
      [{ seed: 1, symbols: [] }, /marketFeed\.symbols: Expected an array of symbols, at least one/],
      [{ seed: 1, symbols: null }, /marketFeed\.symbols: Expected an array of symbols, at least one, got null\./],
      [{ seed: 1, symbol: ['A'] }, /marketFeed\.symbol: There is no such key\. Did you mean `symbols`\?/],
    ] as const;
    for (const [options, message] of refused) {
      assert.throws(() => marketFeed(options as never), { code: 'ERR_CONFIG', message });
    }
  });
});

function take(count: number, options: MarketFeedOptions): string[] {
  const feed = marketFeed(options);
  return Array.from({ length: count }, () => feed.next().value);
}
