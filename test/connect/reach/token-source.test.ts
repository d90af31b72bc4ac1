import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { type TokenSourceOptions, tokenProvider } from '../../../lib/connect/reach/token-source.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { settle } from '../../support/resources.js';

for (const [what, lifetimeMs, options, usableMs] of [
  ['an hour is used until a minute before its end', 3_600_000, {}, 3_540_000],
  ['a minute is used for nine tenths of it', 60_000, {}, 54_000],
  ['nobody knows how long is used for four and a half minutes', undefined, {}, 270_000],
  ['an hour is used until the margin', 3_600_000, { expiryMarginMs: 1_000 }, 3_599_000],
  ['an hour is used for a part of it, where that is asked for', 3_600_000, { expiryRatio: 0.5 }, 1_800_000],
] as const) {
  test(`a token of ${what}`, async () => {
    const { get, asked, clock } = tokens({ lifetimeMs, ...options });
    assert.deepEqual(await get(), bearer('1'));
    await clock.advance(usableMs - 1);
    assert.deepEqual(await get(), bearer('1'));
    await clock.advance(1);
    assert.deepEqual(await get(), bearer('2'));
    assert.equal(asked.length, 2);
  });
}

test('its time counts from when it was asked for, not from when the answer came', async () => {
  const { get, answer, clock } = tokens({ lifetimeMs: 60_000, isHeld: true });
  const first = get();
  await clock.advance(53_999);
  answer();
  assert.deepEqual(await first, bearer('1'));
  assert.deepEqual(await get(), bearer('1'));
  await clock.advance(1);
  const second = get();
  answer();
  assert.deepEqual(await second, bearer('2'));
});

test('a token that a server has refused is used no more', async () => {
  const { get } = tokens({});
  await get();
  assert.deepEqual(await get({ refused: true }), bearer('2'));
  assert.deepEqual(await get(), bearer('2'));
});

test('one request is under way, however many wait; one that fails is made again for who comes then', async () => {
  const { get, asked, answer } = tokens({ isHeld: true });
  const waiting = [get(), get({ refused: true }), get()];
  await settle();
  assert.equal(asked.length, 1);
  answer(new Error('down'));
  for (const one of waiting) await assert.rejects(one, { message: 'down' });
  const next = get();
  answer();
  assert.deepEqual([await next, asked.length], [bearer('2'), 2]);
});

test('a request that nobody waits for any more is given up, unless it spends a token', async () => {
  for (const isAbortable of [true, false]) {
    const { get, asked, answer } = tokens({ isHeld: true, isAbortable });
    const [one, other] = [new AbortController(), new AbortController()];
    const waits = [get({ signal: one.signal }), get({ signal: other.signal })];
    one.abort();
    await assert.rejects(waits[0]!, { name: 'AbortError' });
    assert.equal(asked[0]!.aborted, false);
    other.abort();
    await assert.rejects(waits[1]!, { name: 'AbortError' });
    assert.equal(asked[0]!.aborted, isAbortable);
    assert.equal(getEventListeners(one.signal, 'abort').length, 0);
    const next = get();
    await settle();
    assert.equal(asked.length, isAbortable ? 2 : 1);
    answer();
    assert.deepEqual(await next, bearer(isAbortable ? '2' : '1'));
    assert.deepEqual(await get(), await next);
  }
});

test('one that fails while nobody waits is no error of anybody, and is made again', async () => {
  const { get, asked, answer } = tokens({ isHeld: true, isAbortable: false });
  const controller = new AbortController();
  const wait = get({ signal: controller.signal });
  controller.abort();
  await assert.rejects(wait);
  answer(new Error('down'));
  await settle();
  const next = get();
  answer();
  assert.deepEqual([await next, asked.length], [bearer('2'), 2]);
});

test('who comes when it is over already waits for nothing', async () => {
  const { get } = tokens({});
  await assert.rejects(get({ signal: AbortSignal.abort() }), { name: 'AbortError' });
});

/** A provider whose tokens are 1, 2, …; with `isHeld` each comes with `answer()`. */
function tokens({
  lifetimeMs,
  isHeld = false,
  ...options
}: Partial<TokenSourceOptions> & { readonly lifetimeMs?: number | undefined; readonly isHeld?: boolean }) {
  const clock = createFakeClock();
  const asked: AbortSignal[] = [];
  let answer = (_error?: Error): void => {};
  const provide = tokenProvider({
    clock,
    expiryRatio: undefined,
    expiryMarginMs: undefined,
    isAbortable: true,
    request: async (signal) => {
      asked.push(signal);
      const token = `${asked.length}`;
      if (isHeld) {
        await new Promise<void>((resolve, reject) => {
          answer = (error) => (error === undefined ? resolve() : reject(error));
        });
      }
      return { credentials: bearer(token), lifetimeMs };
    },
    ...options,
  });
  const { signal } = new AbortController();
  const get = (request: { readonly refused?: boolean; readonly signal?: AbortSignal } = {}) =>
    Promise.resolve(provide({ url: 'ws://x', attempt: 1, refused: false, signal, ...request } as never));
  return { clock, asked, get, answer: (error?: Error) => answer(error) };
}

function bearer(token: string): { readonly type: 'bearer'; readonly token: string } {
  return { type: 'bearer', token };
}
