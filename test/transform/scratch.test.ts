import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scratch } from '../../lib/transform/scratch.js';

test('what is added stands one behind another, however much it is, until it begins anew', () => {
  const scratch = new Scratch();
  const written = (): string => scratch.bytes.toString('latin1', 0, scratch.length);
  scratch.add(Buffer.from('abc'));
  scratch.add(Buffer.from('-def-'), 1, 4);
  assert.equal(written(), 'abcdef');
  scratch.add(Buffer.alloc(5_000, 'x'));
  scratch.add(Buffer.from('!'));
  assert.equal(written(), `abcdef${'x'.repeat(5_000)}!`);
  scratch.begin();
  assert.equal(scratch.length, 0);
  scratch.add(Buffer.from('z'));
  assert.equal(written(), 'z');
});

test('the memory of records is used again, but that of a very large one is let go of', () => {
  const scratch = new Scratch();
  scratch.add(Buffer.alloc(10_000));
  const { bytes } = scratch;
  scratch.begin();
  assert.equal(scratch.bytes, bytes);
  scratch.add(Buffer.alloc(2 * 1024 * 1024));
  scratch.begin();
  assert.equal(scratch.bytes.length, 4_096);
});
