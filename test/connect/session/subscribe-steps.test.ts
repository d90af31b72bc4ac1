import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LookedAt } from '../../../lib/connect/options/match.js';
import {
  type NamedStep,
  SubscribeSteps,
  type SubscribeStepsParts,
} from '../../../lib/connect/session/subscribe-steps.js';
import { optionError, SubscribeError } from '../../../lib/errors.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { settle } from '../../support/resources.js';

const step = (name: string, more: Partial<NamedStep> = {}, expect?: { readonly path: string }): NamedStep => ({
  name,
  step: { send: name, ...(expect && { expect }) },
  ...more,
});
const frame = (text: string): LookedAt => new LookedAt().at(Buffer.from(text));

test('steps are sent one after the other, and it resolves when all are taken', async () => {
  const { steps, sent, settled } = taking();
  const done = settled(steps.add([step('a', {}, { path: 'ok' }), step('b')]));
  await settle();
  assert.deepEqual([sent, done()], [['a'], 'open']);
  assert.equal(steps.consumes(frame('{"no":1}')), false);
  assert.equal(steps.consumes(frame('{"ok":1}')), true);
  await settle();
  assert.deepEqual([sent, done()], [['a', 'b'], 'done']);
});

test('between two messages there is the time that throttling asks for', async () => {
  const { steps, sent, clock } = taking({ throttleMs: 100 });
  void steps.add([step('a'), step('b')]);
  await clock.advance(99);
  assert.deepEqual(sent, ['a']);
  await clock.advance(1);
  assert.deepEqual(sent, ['a', 'b']);
  await clock.advance(40);
  void steps.add([step('c')]);
  await clock.advance(59);
  assert.equal(sent.length, 2);
  await clock.advance(1);
  assert.deepEqual([sent, clock.pending], [['a', 'b', 'c'], 0]);
});

test('one whose function fails is made once, and the others go on, where the connection may go on without it', async () => {
  const made: string[] = [];
  const { steps, sent, settled } = taking({
    make: ({ send }) => {
      made.push(String(send));
      if (send === 'bad') throw new Error('of hush');
      return String(send);
    },
  });
  const errors: SubscribeError[] = [];
  const failed = (error: SubscribeError): boolean => errors.push(error) > 0;
  const done = settled(steps.add([step('bad', { failed }), step('b')]));
  await settle();
  await steps.add([step('c')]);
  assert.deepEqual([made, sent, done()], [['bad', 'b', 'c'], ['b', 'c'], 'done']);
  assert.deepEqual([errors[0]?.reason, errors.length], ['failed', 1]);
  assert.match(errors[0]!.message, /^bad .*: of \*\*\*/);
});

test('one that fails ends it where the connection may not go on: none of the others is sent', async () => {
  for (const [failed, reason] of [
    [undefined, 'failed'],
    [() => false, 'failed'],
  ] as const) {
    const { steps, sent, settled } = taking({ make: () => Promise.reject(new Error('why')) });
    const done = settled(steps.add([step('a', failed && { failed }), step('b')]));
    await settle();
    assert.deepEqual([(done() as SubscribeError).reason, sent], [reason, []]);
  }
});

test('a function of an option that is wrong is told as such, and one of run time as its subscription’s', async () => {
  const wrong = optionError('subscribe', 'It is wrong.');
  const option = taking({ make: () => Promise.reject(wrong) });
  const done = option.settled(option.steps.add([step('a')]));
  const late = taking({ make: () => Promise.reject(wrong) });
  const lateDone = late.settled(late.steps.add([step('a', { failed: () => false })]));
  await settle();
  assert.equal(done(), wrong);
  assert.ok(lateDone() instanceof SubscribeError);
});

test('one that still waits can be withdrawn, one that was sent cannot', async () => {
  const { steps, sent, settled, awaiting } = taking();
  const [a, b, c] = [step('a', {}, { path: 'ok' }), step('b'), { name: 'c', step: { expect: { path: 'hello' } } }];
  const done = settled(steps.add([a!, b!, c]));
  await settle();
  assert.deepEqual(
    [steps.withdraw(a!), steps.withdraw(b!), steps.withdraw(b!), steps.withdraw(c)],
    [false, true, false, true],
  );
  assert.equal(steps.consumes(frame('{"hello":1}')), false);
  steps.consumes(frame('{"ok":1}'));
  await settle();
  assert.deepEqual([sent, done(), awaiting.at(-1)], [['a'], 'done', false]);
});

test('a server that speaks first is met before its turn, too', async () => {
  const { steps, sent, settled, awaiting } = taking();
  const done = settled(steps.add([step('a', {}, { path: 'ok' }), { name: 'c', step: { expect: { path: 'hello' } } }]));
  assert.equal(awaiting.at(-1), true);
  assert.equal(steps.consumes(frame('{"hello":1}')), true);
  await settle();
  assert.deepEqual([sent, done()], [['a'], 'open']);
  steps.consumes(frame('{"ok":1}'));
  await settle();
  assert.deepEqual([done(), awaiting.at(-1)], ['done', false]);
});

test('when the connection is over nothing is sent or settled any more, and who waits hears that it was dropped', async () => {
  const { steps, sent, settled, clock, awaiting } = taking({ throttleMs: 50 });
  const dropped: string[] = [];
  const named = ['a', 'b', 'c'].map((name) => step(name, { dropped: () => dropped.push(name) }, { path: name }));
  const done = settled(steps.add(named));
  await settle();
  steps.consumes(frame('{"a":1}'));
  await clock.advance(50);
  assert.deepEqual(sent, ['a', 'b']);
  steps.stop();
  await clock.advance(1_000_000);
  assert.deepEqual([sent.length, dropped, done(), clock.pending, awaiting.at(-1)], [2, ['b', 'c'], 'open', 0, false]);
});

test('when the connection is over, the time that throttling asks for is waited for no longer', async () => {
  const { steps, sent, clock } = taking({ throttleMs: 50 });
  void steps.add([step('a'), step('b')]);
  await settle();
  assert.equal(clock.pending, 1);
  steps.stop();
  assert.equal(clock.pending, 0);
  await clock.advance(50);
  assert.deepEqual(sent, ['a']);
});

test('while the socket is held nobody is late, also with a step that is sent meanwhile', async () => {
  const { steps, sent, settled, clock } = taking();
  const done = settled(steps.add([step('a', {}, { path: 'a' }), step('b', {}, { path: 'b' })]));
  await settle();
  steps.pause();
  steps.consumes(frame('{"a":1}'));
  await clock.advance(100_000);
  assert.deepEqual([sent, done(), clock.pending], [['a', 'b'], 'open', 0]);
  steps.resume();
  await clock.advance(9_999);
  assert.equal(done(), 'open');
  await clock.advance(1);
  assert.deepEqual([(done() as SubscribeError).reason, clock.pending], ['unanswered', 0]);
});

function taking(more: Partial<SubscribeStepsParts> = {}) {
  const clock = createFakeClock();
  const sent: string[] = [];
  const awaiting: boolean[] = [];
  const steps = new SubscribeSteps({
    clock,
    url: 'ws://x',
    throttleMs: undefined,
    make: ({ send }) => String(send),
    hide: (text) => text.replaceAll('hush', '***'),
    send: async (message) => void sent.push(String(message)),
    onAwaiting: (isAwaiting) => void awaiting.push(isAwaiting),
    ...more,
  });
  const settled = (work: Promise<void>): (() => unknown) => {
    let outcome: unknown = 'open';
    work.then(
      () => (outcome = 'done'),
      (error: unknown) => (outcome = error),
    );
    return () => outcome;
  };
  return { steps, clock, sent, awaiting, settled };
}
