import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchMemory } from '../../../lib/kafka/batch/batch-memory.js';

test('a buffer that was given back is used again, by whatever of it was given back', () => {
  const memory = new BatchMemory();
  const first = memory.take(100_000);
  assert.ok(first.length >= 100_000);
  assert.notEqual(memory.take(100_000).buffer, first.buffer);
  memory.giveBack(first.subarray(10, 20));
  const again = memory.take(first.length);
  assert.equal(again.buffer, first.buffer);
  assert.equal(again.length, first.length);
});

test('a buffer that is too small for what comes now makes room for one that is not', () => {
  const memory = new BatchMemory();
  for (const one of Array.from({ length: 5 }, () => memory.take(1_000))) memory.giveBack(one);
  const large = memory.take(1_000_000);
  memory.giveBack(large);
  assert.equal(memory.take(1_000_000).buffer, large.buffer);
});

test('no more is kept than batches under way need, and nothing of many megabytes', () => {
  const memory = new BatchMemory();
  const taken = Array.from({ length: 8 }, () => memory.take(1_000));
  for (const one of taken) memory.giveBack(one);
  const known = new Set(taken.map(({ buffer }) => buffer));
  assert.equal(Array.from({ length: 8 }, () => memory.take(1_000)).filter(({ buffer }) => known.has(buffer)).length, 5);
  const large = memory.take(30 * 1024 * 1024);
  memory.giveBack(large);
  assert.notEqual(memory.take(30 * 1024 * 1024).buffer, large.buffer);
});
