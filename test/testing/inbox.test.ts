import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Inbox } from '../../lib/testing/inbox.js';

const END = new Error('the end');

describe('Inbox', () => {
  it('keeps as many items as it may, and counts all of them', () => {
    const inbox = new Inbox<number>({ count: 3, option: 'x' });
    for (const item of [1, 2, 3, 4]) inbox.push(item);
    assert.deepEqual([inbox.items, inbox.total], [[2, 3, 4], 4]);
  });

  it('keeps as many bytes as it may, and the latest item even where that alone is larger', () => {
    const inbox = new Inbox<string>({ count: 9, bytes: 5, sizeOf: (item) => item.length, option: 'x' });
    const kept = ['aa', 'bbb', 'c', 'dddddddd', 'e', 'ffff', 'g'].map((item) => {
      inbox.push(item);
      return inbox.items.join(' ');
    });
    assert.deepEqual(kept, ['aa', 'aa bbb', 'bbb c', 'dddddddd', 'e', 'e ffff', 'ffff g']);
  });

  it('gives each item once, those that wait first', async () => {
    const inbox = new Inbox<number>({ count: 9, option: 'x' });
    const [first, second] = [inbox.shift(), inbox.shift()];
    inbox.push(1);
    inbox.push(2);
    inbox.push(3);
    assert.deepEqual([await first, await second, await inbox.shift()], [1, 2, 3]);
    assert.deepEqual(inbox.items, [1, 2, 3]);
  });

  it('says how many were lost, and then gives what is left', async () => {
    const inbox = new Inbox<number>({ count: 2, option: 'the.limit' });
    for (const item of [1, 2, 3, 4, 5]) inbox.push(item);
    await assert.rejects(inbox.shift(), {
      code: 'ERR_CONFIG',
      message: 'the.limit: 3 were dropped before they were taken. Raise it, or take them sooner.',
    });
    assert.deepEqual([await inbox.shift(), await inbox.shift()], [4, 5]);
  });

  it('gives what came before its end, then the first reason of its end', async () => {
    const inbox = new Inbox<number>({ count: 9, option: 'x' });
    const [first, second] = [inbox.shift(), inbox.shift()];
    inbox.push(1);
    inbox.end(END);
    inbox.end(new Error('another'));
    assert.equal(await first, 1);
    await assert.rejects(second, END);
    await assert.rejects(inbox.shift(), END);
  });

  it('takes nothing for a signal that is aborted, before or meanwhile', async () => {
    const inbox = new Inbox<number>({ count: 9, option: 'x' });
    await assert.rejects(inbox.shift(AbortSignal.abort()), { name: 'AbortError' });
    const controller = new AbortController();
    const waiting = inbox.shift(controller.signal);
    controller.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    inbox.push(1);
    assert.equal(await inbox.shift(), 1);
  });
});
