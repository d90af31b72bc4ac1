import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { isAsking, watchReads } from '../../lib/internal/asking.js';
import { settle } from '../support/resources.js';

test('a listener is at work on an item that it read until it asks for more, and is reminded of that once', async () => {
  const { stream, events } = heard();
  assert.equal(isAsking(stream), true);
  assert.equal(events(), 0);
  stream.push('a');
  stream.push('b');
  await settle();
  for (const item of ['a', 'b']) {
    const before = events();
    assert.equal(stream.read(), item);
    assert.deepEqual([isAsking(stream), isAsking(stream), events() - before], [false, false, 1]);
  }
});

test('one that has found nothing more to read is not called again for it', async () => {
  const { stream, events } = heard();
  stream.push('a');
  await settle();
  while (stream.read() !== null);
  await settle();
  const before = events();
  assert.deepEqual([isAsking(stream), isAsking(stream), events() - before], [true, true, 0]);
});

test('of a stream that is not watched, and of one that nobody has read, nobody is at work', () => {
  assert.equal(isAsking(Readable.from([1])), true);
  const stream = Readable.from([1]);
  watchReads(stream);
  assert.equal(isAsking(stream), true);
});

/** A stream that somebody listens to, and how often that was called. */
function heard() {
  const stream = new Readable({ objectMode: true, read() {} });
  watchReads(stream);
  let events = 0;
  stream.on('readable', () => void (events += 1));
  return { stream, events: () => events };
}
