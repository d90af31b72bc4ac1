import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PendingStep } from '../../lib/testing/pending-step.js';
import { within } from '../support/until.js';

const never = new Promise<string>(() => {});

test('a step is waited for until it is there, or all is stopped, also when that was before', async () => {
  const stop = new AbortController();
  const pending = new PendingStep(stop.signal, async () => {});
  const settle = (step: PromiseLike<string>) => within(() => 'a step to be settled', pending.settle(step, false));
  assert.equal(await settle(Promise.resolve('a')), 'a');
  const late = settle(never);
  stop.abort();
  assert.equal(await late, undefined);
  assert.equal(await settle(never), undefined);
});
