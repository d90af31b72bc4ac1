import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Patience } from '../../../lib/sink/file/patience.js';

test('what is waited for comes, and nobody waits any more', async () => {
  const patience = new Patience();
  assert.deepEqual([patience.isWaiting, patience.isOver], [false, false]);
  for (const tries of [1, 20, 21]) {
    const wait = patience.wait(tries);
    assert.equal(patience.isWaiting, true);
    await wait;
    assert.equal(patience.isWaiting, false);
  }
  assert.equal(await patience.during(Promise.resolve(7)), 7);
  await assert.rejects(patience.during(Promise.reject(new Error('why'))), { message: 'why' });
  assert.equal(patience.isWaiting, false);
});

test('waits that are called off end at once, and so do those that come later', async () => {
  const patience = new Patience();
  const waits = [patience.wait(1_000), patience.during(new Promise(() => {}))];
  assert.equal(patience.isWaiting, true);
  patience.end();
  assert.equal(patience.isOver, true);
  for (const wait of [...waits, patience.wait(1), patience.wait(1_000), patience.during(new Promise(() => {}))]) {
    await assert.rejects(wait, { code: 'LATE', message: 'nobody takes it' });
  }
  assert.equal(patience.isWaiting, false);
});
