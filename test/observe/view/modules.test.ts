import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createFakeClock } from '../../../lib/testing/index.js';
import { VIEW } from './served-view.js';

interface Points {
  readonly times: number[];
  readonly bytes: number[];
  readonly records: number[];
  readonly paused_ms: number[];
}

const { EventReader } = await module<{ EventReader: new () => { push(text: string): object[] } }>('event-reader');
const { addPoint, NO_POINTS, ratesOf, rateNow, pausedShare, pointsOf } = await module<{
  addPoint(points: Points, at: number, facts: object): boolean;
  NO_POINTS(): Points;
  pointsOf(history: object): Points;
  ratesOf(points: Points, column: string): { time: number; rate: number }[];
  rateNow(feed: object, at: number, column: string): number;
  pausedShare(feed: object, at: number): number;
}>('points');
const { paced } = await module<{ paced(work: () => void, everyMs: number, clock: object): () => void }>('pace');
const { takeToken, authorization } = await module<{
  takeToken(location: object, history: object): void;
  authorization(): object;
}>('token');
const format = await module<Record<string, (value: number) => string>>('format');
const { stateOf } = await module<{ stateOf(facts: object): { word: string } }>('states');

describe('the modules of the live view', () => {
  it('read events however their text is cut', () => {
    const text = 'retry: 2000\n\nevent: snapshot\ndata: {"a":"\\n"}\n\nevent: end\ndata: {}\n\n';
    const expected = [
      { event: 'snapshot', data: '{"a":"\\n"}' },
      { event: 'end', data: '{}' },
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (places) => {
        const reader = new EventReader();
        const cuts = [0, ...places.toSorted((one, other) => one - other), text.length];
        const events = cuts.slice(1).flatMap((end, index) => reader.push(text.slice(cuts[index], end)));
        assert.deepEqual(events, expected);
      }),
    );
  });

  it('draw four times a second at most, however often something is told', async () => {
    const clock = createFakeClock();
    const drawn: number[] = [];
    const draw = paced(() => drawn.push(clock.monotonic()), 250, {
      now: () => clock.monotonic(),
      after: (ms: number, then: () => void) => clock.setTimeout(then, ms),
    });
    for (let n = 0; n < 300; n += 1) {
      draw();
      draw();
      await clock.advance(10);
    }
    assert.ok(drawn.length >= 11 && drawn.length <= 13, `${drawn.length} times in 3 seconds`);
    assert.ok(drawn.slice(1).every((at, index) => at - drawn[index]! >= 250));
  });

  it('keep a quarter of an hour, a point every 5 seconds', () => {
    const points = NO_POINTS();
    for (let at = 0; at <= 3_600_000; at += 250) {
      addPoint(points, at, { bytes: at * 2, records: at / 10, paused_ms: at / 4 });
    }
    assert.equal(points.times.length, 182);
    assert.deepEqual(new Set(ratesOf(points, 'records').map(({ rate }) => rate)), new Set([100]));
    const facts = { started_at: 0, bytes: 7_200_000, records: 360_000, paused_ms: 900_000 };
    assert.equal(rateNow({ points, facts }, 3_600_000, 'bytes'), 2_000);
    assert.equal(pausedShare({ points, facts }, 3_600_000), 0.25);
    // Of a run that begins, since it has begun.
    const begun = { points: NO_POINTS(), facts: { started_at: 1_000, records: 10, paused_ms: 500 } };
    assert.deepEqual([rateNow(begun, 3_000, 'records'), pausedShare(begun, 2_000)], [5, 0.5]);
    const told = pointsOf({ from: 10, every_ms: 5_000, bytes: [0, 1], records: [0, 1], paused_ms: [0, 1] });
    assert.deepEqual(told.times, [10, 5_010]);
    // A counter that begins anew goes down, which is no rate.
    assert.deepEqual(ratesOf({ ...told, records: [5, 0] }, 'records'), [{ time: 5_010, rate: 0 }]);
  });

  it('take the token out of the address, and leave the rest there', () => {
    const shown: string[] = [];
    const history = { replaceState: (_data: unknown, _title: string, url: string) => shown.push(url) };
    takeToken({ hash: '', search: '?a=1', pathname: '/' }, history);
    assert.deepEqual([shown, authorization()], [[], {}]);
    takeToken({ hash: '#feed=a%20b&token=secret', search: '?a=1', pathname: '/' }, history);
    assert.deepEqual([shown, authorization()], [['/?a=1#feed=a+b'], { authorization: 'Bearer secret' }]);
    takeToken({ hash: '', search: '?token=other', pathname: '/' }, history);
    assert.deepEqual([shown.at(-1), authorization()], ['/', { authorization: 'Bearer other' }]);
  });

  it('write numbers for people', () => {
    const { count, short, bytes, duration, age, percent } = format as Required<typeof format>;
    assert.deepEqual([0, 999, 1_234_567].map(count!), ['0', '999', '1,234,567']);
    assert.deepEqual([0, 0.4, 999, 999.7, 12_345, 2e6].map(short!), ['0', '0.4', '999', '1.0k', '12.3k', '2.0M']);
    assert.deepEqual([0, 999, 1_000, 12_345_678].map(bytes!), ['0 B', '999 B', '1.0 kB', '12.3 MB']);
    assert.deepEqual([0, 999, 1_234, 59_949, 59_960, 3_599_000, 3_600_000, 90_000_000].map(duration!), [
      '0 ms',
      '999 ms',
      '1.2 s',
      '59.9 s',
      '1 min 0 s',
      '59 min 59 s',
      '1 h 0 min',
      '1 d 1 h',
    ]);
    assert.deepEqual([-5, 999, 1_999, 61_000].map(age!), ['< 1 s', '< 1 s', '1 s', '1 min 1 s']);
    assert.deepEqual([0, 0.0001, 0.0123, 0.25, 1].map(percent!), ['0 %', '< 0.1 %', '1.2 %', '25 %', '100 %']);
  });

  it('say the worst that a feed is in one word', () => {
    const well = { not_ready: null, is_fresh: true, gap_cause: null, paused: false };
    const words = [
      {},
      { paused: true },
      { paused: true, gap_cause: 'disconnected' },
      { is_fresh: false, paused: true },
    ];
    assert.deepEqual(
      words.map((facts) => stateOf({ ...well, ...facts }).word),
      ['well', 'paused', 'gap', 'stale'],
    );
    for (const why of ['connecting', 'disconnected', 'subscribing', 'sink', 'ended']) {
      assert.equal(stateOf({ ...well, not_ready: why, is_fresh: false }).word, why);
    }
  });
});

/** A module of the page. Those that have no document to draw in run here, too. */
async function module<T>(name: string): Promise<T> {
  return (await import(join(VIEW, `${name}.js`))) as T;
}
