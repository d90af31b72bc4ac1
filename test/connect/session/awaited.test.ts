import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LookedAt } from '../../../lib/connect/options/match.js';
import { Awaited } from '../../../lib/connect/session/awaited.js';
import { SubscribeError } from '../../../lib/errors.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { settle } from '../../support/resources.js';

const frame = (text: string): LookedAt => new LookedAt().at(Buffer.from(text));
const OK = { path: 'ok' };

test('the frame that is expected settles it, whenever it comes; others are left to whom they are for', async () => {
  const { awaited, outcome, clock } = waiting();
  assert.equal(awaited.consumes(frame('{"no":1}')), false);
  assert.equal(await outcome(), 'open');
  assert.equal(awaited.consumes(frame('{"ok":1}')), true);
  assert.equal(await outcome(), 'answered');
  assert.equal(clock.pending, 0);
});

test('a rejection goes before what is expected, and is told without secrets', async () => {
  const { awaited, outcome, clock } = waiting({ reject: { path: 'error' } });
  awaited.begin();
  assert.equal(awaited.consumes(frame('{"ok":1,"error":"not hush"}')), true);
  const error = (await outcome()) as SubscribeError;
  assert.deepEqual([error.reason, clock.pending], ['rejected', 0]);
  assert.match(error.message, /The step.*not \*\*\*/);
  assert.doesNotMatch(error.message, /hush/);
});

test('its time runs from its turn on: ten seconds, or as long as the step says', async () => {
  for (const [timeoutMs, ms] of [
    [undefined, 10_000],
    [250, 250],
  ] as const) {
    const { awaited, outcome, silences, clock } = waiting(timeoutMs === undefined ? {} : { timeoutMs });
    await clock.advance(100_000);
    awaited.begin();
    awaited.consumes(frame('1'));
    awaited.consumes(frame('2'));
    await clock.advance(ms - 1);
    assert.deepEqual([await outcome(), silences()], ['open', 0]);
    await clock.advance(1);
    const error = (await outcome()) as SubscribeError;
    assert.deepEqual([error.reason, silences(), clock.pending], ['unanswered', 1, 0]);
    assert.match(error.message, new RegExp(`${ms} ms.*\\b2\\b`));
  }
});

test('while the socket is held its time stands still, and begins anew afterwards', async () => {
  const { awaited, outcome, clock } = waiting({ timeoutMs: 100 }, true);
  awaited.begin();
  assert.equal(clock.pending, 0);
  awaited.resume();
  await clock.advance(99);
  awaited.pause();
  await clock.advance(1_000);
  awaited.resume();
  await clock.advance(99);
  assert.equal(await outcome(), 'open');
  await clock.advance(1);
  assert.ok((await outcome()) instanceof SubscribeError);
});

test('before its turn no time runs, whether the socket is held or read again', () => {
  const { awaited, clock } = waiting({}, true);
  awaited.resume();
  assert.equal(clock.pending, 0);
});

test('one that nobody wants any more is settled, and one whose connection is over never is', async () => {
  const withdrawn = waiting();
  withdrawn.awaited.begin();
  withdrawn.awaited.withdraw();
  assert.deepEqual([await withdrawn.outcome(), withdrawn.clock.pending], ['answered', 0]);
  const stopped = waiting();
  stopped.awaited.begin();
  stopped.awaited.stop();
  await stopped.clock.advance(100_000);
  assert.deepEqual([await stopped.outcome(), stopped.silences(), stopped.clock.pending], ['open', 0, 0]);
});

function waiting(
  more: { readonly reject?: { readonly path: string }; readonly timeoutMs?: number } = {},
  isHeld = false,
) {
  const clock = createFakeClock();
  let silences = 0;
  let outcome: unknown = 'open';
  const awaited = new Awaited({ send: 'sub', expect: OK, ...more }, isHeld, {
    clock,
    what: 'The step',
    url: 'ws://x',
    hide: (text) => text.replaceAll('hush', '***'),
    onSilence: () => void (silences += 1),
  });
  awaited.answered.then(
    () => (outcome = 'answered'),
    (error: unknown) => (outcome = error),
  );
  const settled = async (): Promise<unknown> => {
    await settle();
    return outcome;
  };
  return { awaited, clock, outcome: settled, silences: () => silences };
}
