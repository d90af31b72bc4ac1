import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamedStep } from '../../../lib/connect/session/subscribe-steps.js';
import { Subscriptions } from '../../../lib/connect/session/subscriptions.js';
import { SubscribeError } from '../../../lib/errors.js';

const STEP = { send: 'sub' };

test('a connection has to send the messages, the steps, and what came at run time, in this order', () => {
  const { subscriptions } = subscribed([], [{ send: 'planned' }]);
  void subscriptions.add('late', { send: 'late' });
  assert.deepEqual(
    subscriptions.plan(['first']).map(({ name, step }) => [name, step.send]),
    [
      ['Message 1 of `subscribe_messages`', 'first'],
      ['Step 1 of `subscribe`', 'planned'],
      ['The subscription "late"', 'late'],
    ],
  );
});

test('what is taken back that nobody has subscribed to is nothing that a server is told', async () => {
  const connection = talking();
  const { subscriptions } = subscribed([connection]);
  await subscriptions.remove('unknown', { send: 'unsub' });
  assert.deepEqual(connection.steps, []);
});

test('a subscription that still waits is withdrawn, and its server is told nothing; one that was sent is taken back', async () => {
  for (const isSent of [false, true]) {
    const connection = talking(isSent);
    const { subscriptions } = subscribed([connection]);
    const confirmed = subscriptions.add('a', STEP);
    const removed = subscriptions.remove('a', { send: 'unsub' });
    await assert.rejects(confirmed, {
      code: 'ERR_SUBSCRIBE',
      message: /The subscription "a" was removed before it was/,
    });
    if (isSent) connection.steps[1]!.confirmed!();
    await removed;
    assert.deepEqual(
      connection.steps.map(({ step }) => step.send),
      isSent ? ['sub', 'unsub'] : ['sub'],
    );
    assert.deepEqual(subscriptions.plan([]), []);
  }
});

test('one that is taken back on a connection that ends is as good as gone', async () => {
  const connection = talking(true);
  const { subscriptions } = subscribed([connection]);
  subscriptions.add('a', STEP).catch(() => {});
  const removed = subscriptions.remove('a', { send: 'unsub' });
  connection.steps[1]!.dropped!();
  await removed;
});

test('one that fails is told, and sent no more', async () => {
  const connection = talking(true);
  const { subscriptions, failed } = subscribed([connection]);
  const confirmed = subscriptions.add('a', STEP);
  assert.equal(connection.steps[0]!.failed!(failure('unanswered')), true);
  await assert.rejects(confirmed, { code: 'ERR_SUBSCRIBE' });
  assert.deepEqual([failed, subscriptions.plan([])], [['a'], []]);
});

test('one that was confirmed before is kept when it is not answered later, and not when the server says no', async () => {
  const connection = talking(true);
  const { subscriptions, failed } = subscribed([connection]);
  const confirmed = subscriptions.add('a', STEP);
  const [step] = connection.steps as [NamedStep];
  step.confirmed!();
  await confirmed;
  assert.equal(step.failed!(failure('unanswered')), false);
  assert.deepEqual([failed, subscriptions.plan([]).length], [[], 1]);
  assert.equal(step.failed!(failure('rejected')), true);
  assert.deepEqual([failed, subscriptions.plan([]).length], [['a'], 0]);
});

test('the failure of one that was taken back meanwhile is told to nobody, and leaves its successor', async () => {
  const connection = talking(true);
  const { subscriptions, failed } = subscribed([connection]);
  subscriptions.add('a', STEP).catch(() => {});
  void subscriptions.remove('a', undefined);
  subscriptions.add('a', STEP).catch(() => {});
  assert.equal(connection.steps[0]!.failed!(failure('rejected')), true);
  assert.deepEqual([failed, subscriptions.plan([]).length], [[], 1]);
});

test('names are used once, steps are steps, and no more than 10,000 are kept', () => {
  const { subscriptions } = subscribed([]);
  subscriptions.add('0', STEP).catch(() => {});
  assert.throws(() => subscriptions.add('0', STEP), {
    code: 'ERR_CONFIG',
    message: /of the name "0"\. Remove it first/,
  });
  for (const wrong of [{}, undefined, 'sub']) {
    assert.throws(() => subscriptions.add('x', wrong as never), {
      message: /addSubscription: Expected a step: \{ send/,
    });
    if (wrong !== undefined) {
      assert.throws(() => subscriptions.remove('0', wrong as never), {
        message: /removeSubscription: Expected a step/,
      });
    }
  }
  for (let n = 1; n < 10_000; n++) subscriptions.add(`${n}`, STEP).catch(() => {});
  assert.throws(() => subscriptions.add('one more', STEP), {
    message: /There are 10000 subscriptions, and no more are/,
  });
  assert.equal(subscriptions.plan([]).length, 10_000);
});

test('what was not confirmed before the run ended never will be', async () => {
  const { subscriptions } = subscribed([]);
  const confirmed = subscriptions.add('a', STEP);
  subscriptions.end();
  await assert.rejects(confirmed, { message: /The subscription "a" was not confirmed before the run ended/ });
  assert.deepEqual(subscriptions.plan([]), []);
});

/** A connection, and the steps that it was given: they wait there, or are sent. */
function talking(isSent = false) {
  const steps: NamedStep[] = [];
  return {
    steps,
    subscribe: (step: NamedStep): boolean => steps.push(step) > 0,
    withdraw: (): boolean => !isSent,
  };
}

function subscribed(connections: ReturnType<typeof talking>[], planned: { readonly send: string }[] = []) {
  const failed: string[] = [];
  const subscriptions = new Subscriptions(
    planned,
    () => connections,
    (name) => void failed.push(name),
  );
  return { subscriptions, failed };
}

function failure(reason: 'unanswered' | 'rejected'): SubscribeError {
  return new SubscribeError({ what: 'It', reason, how: 'failed' });
}
