import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InflateQueue } from '../../../lib/connect/socket/inflate-queue.js';

test('frames are inflated in order, each when there is room for it', () => {
  const { queue, taken, add } = waiting();
  add('1', '2');
  assert.deepEqual([taken, queue.isOpen, queue.isWaiting], [['1', '2'], true, false]);
  queue.pause();
  add('3', '4', '5');
  assert.deepEqual([taken.length, queue.isOpen, queue.isWaiting], [2, false, true]);
  queue.resume();
  assert.deepEqual([taken, queue.isOpen, queue.isWaiting], [['1', '2', '3', '4', '5'], true, false]);
});

test('a frame may fill who takes it: the rest waits, and what comes waits behind it', () => {
  const { queue, taken, add } = waiting((text) => text === '2');
  queue.pause();
  add('1', '2', '3');
  queue.resume();
  assert.deepEqual([taken, queue.isWaiting], [['1', '2'], true]);
  add('4');
  queue.resume();
  assert.deepEqual([taken, queue.isWaiting], [['1', '2', '3', '4'], false]);
});

test('at the end of a run all that waits is taken, whether there is room or not', () => {
  const { queue, taken, add } = waiting(() => true);
  queue.pause();
  add('1', '2', '3');
  queue.inflateRest();
  assert.deepEqual([taken, queue.isWaiting], [['1', '2', '3'], false]);
});

test('where one cannot be inflated, or nobody takes any more, what waits is dropped', () => {
  const failing = waiting();
  failing.queue.pause();
  failing.add('1', 'bad', '3');
  failing.queue.resume();
  assert.deepEqual([failing.taken, failing.queue.isWaiting], [['1'], false]);
  const cleared = waiting((text) => {
    if (text === '2') cleared.queue.clear();
    return false;
  });
  cleared.queue.pause();
  cleared.add('1', '2', '3');
  cleared.queue.resume();
  assert.deepEqual([cleared.taken, cleared.queue.isWaiting], [['1', '2'], false]);
});

test('what a frame was is known when it is inflated, and when it is handed on', () => {
  const told: unknown[] = [];
  const queue = new InflateQueue({
    inflate: (data, isBinary, isDeflated) => {
      told.push(['inflate', data.toString(), isBinary, isDeflated]);
      return Buffer.from(`${data}!`);
    },
    onFrame: (data, isBinary) => told.push(['frame', data.toString(), isBinary]),
  });
  queue.add(Buffer.from('a'), true, false);
  queue.pause();
  queue.add(Buffer.from('b'), false, true);
  queue.resume();
  assert.deepEqual(told, [
    ['inflate', 'a', true, false],
    ['frame', 'a!', true],
    ['inflate', 'b', false, true],
    ['frame', 'b!', false],
  ]);
});

/** A queue, and what it hands on; it is paused by the frames that fill who takes them. */
function waiting(fills: (text: string) => boolean = () => false) {
  const taken: string[] = [];
  const queue = new InflateQueue({
    inflate: (data) => (data.toString() === 'bad' ? undefined : data),
    onFrame: (data) => {
      taken.push(data.toString());
      if (fills(data.toString())) queue.pause();
    },
  });
  const add = (...texts: string[]): void => {
    for (const text of texts) queue.add(Buffer.from(text), false, false);
  };
  return { queue, taken, add };
}
