import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { ConnectBudget, createSource, WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { feed, sends } from '../../support/feed.js';
import { settle } from '../../support/resources.js';
import { until } from '../../support/until.js';

const ONE = 'ws://one.example/feed';
const OTHER = 'ws://other.example:8080/feed';
const never = new AbortController().signal;

describe('a budget of connects', () => {
  it('spaces those to one host evenly, in the order in which they came, and lets others pass', async () => {
    const clock = createFakeClock();
    const budget = new ConnectBudget({ perSecond: 4, clock });
    const began: string[] = [];
    const begin = (name: string, url: string): void =>
      void budget.enter(url, never).then(() => began.push(`${name} at ${clock.monotonic()}`));
    for (const n of [1, 2, 3]) begin(`one ${n}`, `${ONE}?n=${n}`);
    begin('other 1', OTHER);
    await clock.advance(0);
    assert.deepEqual(began, ['one 1 at 0', 'other 1 at 0']);
    assert.equal(budget.waiting, 2);
    await clock.advance(1_000);
    assert.deepEqual(began.slice(2), ['one 2 at 250', 'one 3 at 500']);
    begin('one 4', ONE);
    await settle();
    assert.equal(began.at(-1), 'one 4 at 1000');
  });

  it('has so many under way at once, hosts in turn', async () => {
    const budget = new ConnectBudget({ atOnce: 2, clock: createFakeClock() });
    const leave: (() => void)[] = [];
    const began: string[] = [];
    for (const [name, url] of [
      ['one 1', ONE],
      ['one 2', ONE],
      ['one 3', ONE],
      ['other 1', OTHER],
    ] as const) {
      void budget.enter(url, never).then((done) => {
        began.push(name);
        leave.push(done);
      });
    }
    await settle();
    assert.deepEqual(began, ['one 1', 'one 2']);
    leave[0]!();
    await settle();
    leave[1]!();
    await settle();
    assert.deepEqual(began.slice(2).sort(), ['one 3', 'other 1']);
  });

  it('forgets who has given up, with the reason of that, and lets the next one in', async () => {
    const budget = new ConnectBudget({ atOnce: 1, clock: createFakeClock() });
    const leave = await budget.enter(ONE, never);
    const [first, second] = [new AbortController(), new AbortController()];
    const gone = budget.enter(ONE, first.signal);
    const next = budget.enter(ONE, second.signal);
    first.abort(new Error('not wanted any more'));
    await assert.rejects(gone, /not wanted any more/);
    assert.equal(budget.waiting, 1);
    leave();
    (await next)();
    await assert.rejects(budget.enter(ONE, first.signal), /not wanted any more/);
    (await budget.enter(ONE, never))();
  });

  it('waits for nobody who has given up', async () => {
    const clock = createFakeClock();
    const budget = new ConnectBudget({ perSecond: 1, clock });
    (await budget.enter(ONE, never))();
    const giving = new AbortController();
    const gone = budget.enter(ONE, giving.signal);
    assert.equal(clock.pending, 1);
    giving.abort();
    await assert.rejects(gone, { name: 'AbortError' });
    assert.equal(clock.pending, 0);
  });

  it('keeps both bounds, and lets everybody in, whoever comes, leaves and gives up when', async () => {
    const comer = fc.record({
      host: fc.integer({ min: 0, max: 3 }),
      at: fc.integer({ min: 0, max: 400 }),
      lasts: fc.integer({ min: 0, max: 300 }),
      givesUpAfter: fc.option(fc.integer({ min: 0, max: 200 }), { freq: 4 }),
    });
    const property = fc.asyncProperty(fc.array(comer, { maxLength: 30 }), async (comers) => {
      const clock = createFakeClock();
      const budget = new ConnectBudget({ perSecond: 20, atOnce: 3, clock });
      const begun = new Map<number, number[]>();
      let [underWay, most, over] = [0, 0, 0];
      const ends = comers.map(async ({ host, at, lasts, givesUpAfter }) => {
        const after = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, ms));
        await after(at);
        const giving = new AbortController();
        if (givesUpAfter !== null) clock.setTimeout(() => giving.abort(), givesUpAfter);
        try {
          const leave = await budget.enter(`ws://h${host}.example`, giving.signal);
          begun.set(host, [...(begun.get(host) ?? []), clock.monotonic()]);
          underWay += 1;
          most = Math.max(most, underWay);
          await after(lasts);
          underWay -= 1;
          leave();
        } catch (error) {
          assert.equal((error as Error).name, 'AbortError');
        }
        over += 1;
      });
      await clock.advance(30_000);
      assert.equal(over, comers.length);
      await Promise.all(ends);
      assert.ok(most <= 3, `${most} at once`);
      for (const times of begun.values()) {
        for (const [index, time] of times.slice(1).entries()) assert.ok(time - times[index]! >= 50, times.join());
      }
      assert.deepEqual([budget.waiting, clock.pending], [0, 0]);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  for (const [what, options, message] of [
    ['a rate of none', { perSecond: 0 }, /ConnectBudget\.perSecond: Expected a number above 0/],
    ['no connect at all', { atOnce: 0 }, /ConnectBudget\.atOnce: Expected a whole number of at least 1/],
    ['another word', { rate: 5 }, /ConnectBudget\.rate/],
  ] as const) {
    it(`does not take ${what}`, () => {
      assert.throws(() => new ConnectBudget(options as object), message);
    });
  }
});

test('feeds that share a budget connect one after another, and their time for it begins when they are let in', async (t) => {
  const clock = createFakeClock();
  const connectBudget = new ConnectBudget({ perSecond: 0.1, clock });
  const server = await feed(t, sends('{"n":1}'));
  const records: unknown[] = [];
  const runs = [1, 2].map((n) => {
    const source = createSource({ url: server.url, unbounded: true, handshake_timeout: 1 }, { clock, connectBudget });
    return source.fetchAll().then((values) => records.push([n, ...values]));
  });
  await until(() => records.length > 0);
  assert.equal(connectBudget.waiting, 1);
  await clock.advance(9_999);
  assert.equal(server.connections, 1);
  await clock.advance(1);
  await Promise.all(runs);
  assert.deepEqual(records, [
    [1, { n: 1 }],
    [2, { n: 1 }],
  ]);
});

test('a run that ends while it waits to be let in leaves nothing behind', async (t) => {
  const clock = createFakeClock();
  const connectBudget = new ConnectBudget({ atOnce: 1, clock });
  const server = await feed(t, sends('{"n":1}'));
  const leave = await connectBudget.enter(server.url, never);
  const readable = new WebSocketReadable(server.url, { connectBudget, clock });
  readable.resume();
  await until(() => connectBudget.waiting === 1);
  readable.destroy();
  await once(readable, 'close');
  assert.equal(connectBudget.waiting, 0);
  leave();
  (await connectBudget.enter(server.url, never))();
});
