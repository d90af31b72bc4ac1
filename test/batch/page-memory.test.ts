import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageMemory } from '../../lib/batch/page-memory.js';

const KIB = 1024;
const MIB = KIB * KIB;

for (const [what, size, given, kept] of [
  ['small ones are kept up to 4 MiB', 256 * KIB, 20, 16],
  ['of large ones eight are kept', MIB, 20, 8],
  ['few are all kept, whatever their size', 8 * MIB, 3, 3],
] as const) {
  test(`of the buffers that were given back, ${what}`, () => {
    const memory = new PageMemory();
    const buffers = Array.from({ length: given }, () => memory.take(size));
    assert.deepEqual([new Set(buffers).size, buffers[0]!.length], [given, size]);
    for (const buffer of buffers) memory.giveBack(buffer);
    // Twice, since what is taken out makes room.
    for (let round = 0; round < 2; round++) {
      const taken = buffers.map(() => memory.take(size));
      assert.equal(taken.filter((buffer) => buffers.includes(buffer)).length, kept);
      for (const buffer of taken.filter((one) => buffers.includes(one))) memory.giveBack(buffer);
    }
  });
}

test('a spare buffer is taken where it is as large as is needed at least, and goes where it is not', () => {
  const memory = new PageMemory();
  const small = memory.take(100);
  memory.giveBack(small);
  assert.equal(memory.take(200, 100), small);
  memory.giveBack(small);
  assert.equal(memory.take(200, 101).length, 200);
  assert.notEqual(memory.take(100), small);
  memory.giveBack(small);
  // Without a least size it is to be as large as was asked for.
  assert.equal(memory.take(101).length, 101);
});
