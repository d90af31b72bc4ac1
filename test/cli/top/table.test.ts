import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Feeds } from '../../../lib/cli/top/feeds.js';
import { tableOf } from '../../../lib/cli/top/table.js';

describe('the table of feeds', () => {
  it('has the worst first, and those that are alike by name', () => {
    const rows = rowsOf({
      c: { paused: true },
      b: {},
      a: {},
      over: { not_ready: 'ended' },
      stale: { is_fresh: false },
      sink: { not_ready: 'sink' },
      gone: { not_ready: 'disconnected' },
      new: { not_ready: 'connecting' },
      other: { not_ready: 'a word of a later version' },
    });
    assert.deepEqual(
      rows.slice(1).map(({ text, how }) => [text.split(' ')[0], how]),
      [
        ['sink', 'bad'],
        ['gone', 'bad'],
        ['stale', 'bad'],
        ['new', 'warn'],
        ['c', 'warn'],
        ['a', 'good'],
        ['b', 'good'],
        ['other', 'good'],
        ['over', 'over'],
      ],
    );
  });

  it('has in each width what fits, and the name and the state in any', () => {
    const feeds = { ['a-name-that-is-long '.repeat(5)]: { spool: { bytes: 5e6 }, event_lag_ms: 20 }, b: {} };
    for (const columns of [10, 20, 40, 60, 80, 120, 200]) {
      const lines = rowsOf(feeds, columns);
      for (const { text } of lines) assert.ok(text.length <= columns, `${columns}: ${text}`);
      assert.ok(lines[0]!.text.startsWith('FEED'));
    }
    const titles = (columns: number | undefined): string[] => rowsOf(feeds, columns)[0]!.text.split(/ {2,}/);
    assert.deepEqual(titles(45), ['FEED', 'STATE', 'REC/S', 'LAST', 'GAPS']);
    assert.equal(titles(undefined).length, 12);
    assert.ok(rowsOf(feeds, undefined)[1]!.text.includes('5.0 MB'));
  });

  it('shows nothing that steers a terminal, and holds whatever is told', () => {
    const rows = rowsOf({
      '\x1b]0;x\x07\n': { not_ready: '\x1b[31m', records: 'many', spool: 7, gaps: null, last_record_at: {} },
    });
    for (const { text } of rows) assert.doesNotMatch(text, /[\x00-\x1f]/);
  });

  it('says how fast a feed is over the last seconds, from nothing when it began anew', () => {
    const feeds = new Feeds();
    const take = (at: number, records: number): void =>
      feeds.take('delta', JSON.stringify({ at, feeds: { a: { records, bytes: records * 10 } } }));
    const speed = (): number | undefined => feeds.list()[0]!.recordsPerSecond;
    take(1_000, 0);
    assert.equal(speed(), undefined);
    take(2_000, 100);
    assert.equal(speed(), 100);
    for (let at = 3_000; at <= 20_000; at += 1_000) take(at, 100);
    assert.equal(speed(), 0);
    take(21_000, 5);
    assert.equal(speed(), undefined);
    take(22_000, 55);
    assert.equal(speed(), 50);
    feeds.take('snapshot', '{"at":23000,"feeds":{}}');
    assert.deepEqual(feeds.list(), []);
    feeds.take('later', 'of no concern');
  });
});

function rowsOf(feeds: Readonly<Record<string, object>>, columns?: number) {
  const all = new Feeds();
  all.take('snapshot', JSON.stringify({ at: 1_000, feeds }));
  return tableOf(all.list(), all.at, columns);
}
