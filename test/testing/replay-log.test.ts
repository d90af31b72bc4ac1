import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFeedServer } from '../../lib/testing/index.js';
import { ReplayLog, type ReplayOptions, resolveReplayOptions } from '../../lib/testing/replay-log.js';

/** The records that such a log begins with, of ten, for this cursor. */
async function first(options: Partial<ReplayOptions>, cursor: string | undefined, count = 2): Promise<unknown[]> {
  const log = new ReplayLog(resolveReplayOptions({ path: 'n', ...options }));
  for (let n = 0; n < 10; n++) log.publish(`{"n":${n * 10}}`);
  const reading = log.read(cursor);
  const records: unknown[] = [];
  const begun = reading.next();
  log.publish('{"n":100}');
  records.push(JSON.parse((await begun).value as string).n);
  log.publish('{"n":110}');
  while (records.length < count) records.push(JSON.parse((await reading.next()).value as string).n);
  return records;
}

test('a log goes on behind a cursor, with its record where it is inclusive, and without one with what comes next', async () => {
  assert.deepEqual(await first({}, '70'), [80, 90]);
  assert.deepEqual(await first({}, '75'), [80, 90]);
  assert.deepEqual(await first({ inclusive: true }, '70'), [70, 80]);
  assert.deepEqual(await first({ inclusive: true }, '75'), [80, 90]);
  assert.deepEqual(await first({}, undefined), [100, 110]);
  assert.deepEqual(await first({}, '90'), [100, 110]);
});

test('what it does with a cursor that is forgotten is asked for', async () => {
  // What is published meanwhile is in the way of a reader that is slow.
  assert.deepEqual(await first({ window: 3 }, '20'), [70, 90]);
  assert.deepEqual(await first({ window: 3 }, '80'), [90, 100]);
  assert.deepEqual(await first({ window: 3, forgotten: 'live' }, '20'), [100, 110]);
  const log = new ReplayLog(resolveReplayOptions({ path: 'n', window: 2, forgotten: 'refuse' }));
  for (const n of [1, 2, 3]) log.publish(`{"n":${n}}`);
  assert.deepEqual(
    ['1', '2', '3'].map((cursor) => log.refuses(cursor)),
    [true, false, false],
  );
  assert.equal(log.refuses(undefined), false);
});

test('it takes no heed of cursors, or says a record two times, where that is asked for', async () => {
  assert.deepEqual(await first({ ignores: 'all' }, '70'), [0, 10]);
  assert.deepEqual(await first({ ignores: 'live' }, '70'), [100, 110]);
  assert.deepEqual(await first({ twice: true }, '70', 3), [80, 80, 90]);
});

test('a cursor may be a text that one record has, and numbers past 2^53 are exact', async () => {
  const log = new ReplayLog(resolveReplayOptions({ path: 'id' }));
  for (const id of ['a', 'b', 'c']) log.publish(`{"id":"${id}"}`);
  assert.equal((await log.read('b').next()).value, '{"id":"c"}');
  const large = new ReplayLog(resolveReplayOptions({ path: 'id' }));
  for (const id of ['18446744073709551614', '18446744073709551615']) large.publish(`{"id":${id}}`);
  assert.equal((await large.read('18446744073709551614').next()).value, '{"id":18446744073709551615}');
});

test('what has no cursor is not published, and only a server with a log publishes', async (t) => {
  const server = await createFeedServer({ replay: { path: 'id' } });
  t.after(() => server.close());
  assert.equal(server.publish('{"id":1}'), 1);
  assert.throws(() => server.publish('{}'), { code: 'ERR_CONFIG', message: /text at `id`/ });
  const plain = await createFeedServer();
  t.after(() => plain.close());
  assert.throws(() => plain.publish('{"id":1}'), { code: 'ERR_CONFIG', message: /set `replay`/ });
  await assert.rejects(createFeedServer({ replay: { path: '' } }), { code: 'ERR_CONFIG' });
});
