import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PageBuffer } from '../../lib/batch/page-buffer.js';
import { PageMemory } from '../../lib/batch/page-memory.js';

test('memory is taken in buffers that double, so that a large page is not copied again and again', () => {
  const { buffer, taken } = counted();
  for (let n = 0; n < 10_000; n++) add(buffer, 'x'.repeat(99));
  assert.deepEqual(
    taken,
    Array.from({ length: 13 }, (_, doublings) => 256 * 2 ** doublings),
  );
  add(buffer, 'y'.repeat(5_000_000));
  assert.equal(taken.at(-1), 6_000_001);
  const { used, ends, buffer: bytes } = buffer.cut();
  assert.deepEqual([used, ends.length, bytes.length], [6_000_001, 10_001, 6_000_001]);
  assert.equal(bytes.toString('latin1', 0, 1_000_000), `${'x'.repeat(99)}\n`.repeat(10_000));
});

test('the next page has room for one as large as the last, and an eighth more', () => {
  const { buffer, taken } = counted();
  for (const [size, next] of [
    [80_000, 90_000],
    [1_000, 1_125],
    [8, 256],
  ] as const) {
    add(buffer, 'x'.repeat(size - 1));
    buffer.cut();
    assert.deepEqual([buffer.used, buffer.ends], [0, []]);
    buffer.reserve(0);
    assert.equal(taken.at(-1), next);
  }
});

test('a spare buffer is good for the next page where it holds one as large as the last', () => {
  const memory = new PageMemory();
  const buffer = new PageBuffer(memory);
  add(buffer, 'x'.repeat(9_999));
  const [exact, small] = [Buffer.alloc(10_000), Buffer.alloc(9_999)];
  memory.giveBack(exact);
  buffer.cut();
  assert.equal(buffer.reserve(9_999), exact);
  add(buffer, 'x'.repeat(9_999));
  memory.giveBack(small);
  buffer.cut();
  assert.notEqual(buffer.reserve(1), small);
});

// In a chunk a header stands before each.
test('texts that stand in a chunk are placed as they are, one behind another, whether they were staged or not', () => {
  const text = fc.record({ size: fc.constantFrom(0, 1, 10, 90, 700), skip: fc.constantFrom(2, 2, 4, 300) });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), fc.nat(60), fc.nat(6_000), (texts, count, before) => {
      const buffer = new PageBuffer(new PageMemory());
      add(buffer, 'b'.repeat(before));
      let expected = `${'b'.repeat(before)}\n`;
      const pieces = texts.map(({ size, skip }, n) => [
        '-'.repeat(skip),
        String.fromCharCode(97 + (n % 26)).repeat(size),
      ]);
      const chunk = Buffer.from(pieces.flat().join(''));
      buffer.stage(chunk, 0, count);
      let at = 0;
      for (const [skipped, own] of pieces) {
        at += skipped!.length;
        buffer.place(chunk, at, at + own!.length, false);
        at += own!.length;
        expected += `${own}\n`;
      }
      const { used, ends, buffer: bytes } = buffer.cut();
      assert.equal(bytes.toString('latin1', 0, used), expected);
      assert.equal(ends.length, texts.length + 1);
      assert.ok(ends.every((end) => bytes[end] === 0x0a));
    }),
  );
});

test('a chunk is copied at once where a few texts of it are wanted, and text by text where it is not worth it', () => {
  for (const [what, count, size, copies] of [
    ['many texts', 60, 60, 0],
    ['a few short ones', 5, 60, 5],
    ['those that are longer than the last page let expect', 20, 400, 14],
  ] as const) {
    const { copied } = placed(new PageBuffer(new PageMemory()), count, size);
    assert.equal(copied, copies, what);
  }
});

test('how much is copied at once goes by the texts of the last page', () => {
  const buffer = new PageBuffer(new PageMemory());
  placed(buffer, 40, 400);
  buffer.cut();
  const { copied, chunk, staged } = placed(buffer, 40, 400);
  assert.deepEqual([copied, staged], [0, [0, chunk.length]]);
  buffer.cut();
  // Of two texts, only what two are likely to take.
  assert.deepEqual(placed(buffer, 40, 400, 2).staged, [0, 0]);
  assert.deepEqual(placed(buffer, 40, 400, 3).staged, [0, 3 * 405]);
});

test('raw line breaks between tokens become blanks', () => {
  const buffer = new PageBuffer(new PageMemory());
  const chunk = Buffer.from('{"a":\n1}[\r\n2]');
  buffer.stage(chunk, 0, 2);
  buffer.place(chunk, 0, 8, true);
  buffer.place(chunk, 8, 13, true);
  const { buffer: bytes, used } = buffer.cut();
  assert.equal(bytes.toString('latin1', 0, used), '{"a": 1}\n[  2]\n');
});

/** Places so many texts of this size, of which each has a header of four bytes before it; how many were copied by themselves. */
function placed(buffer: PageBuffer, count: number, size: number, expected: number = count) {
  const chunk = Buffer.alloc(count * (size + 4), 'x');
  const copied = countedCalls(chunk, 'copy');
  const staged = countedCalls(chunk, 'subarray');
  buffer.stage(chunk, 0, expected);
  for (let n = 0; n < count; n++) buffer.place(chunk, n * (size + 4) + 4, (n + 1) * (size + 4), false);
  return { chunk, copied: copied.length, staged: staged[0] ?? [0, 0] };
}

function countedCalls(chunk: Buffer, name: 'copy' | 'subarray'): unknown[][] {
  const calls: unknown[][] = [];
  const own = chunk[name] as (...args: unknown[]) => unknown;
  Object.assign(chunk, {
    [name]: (...args: unknown[]) => {
      calls.push(args);
      return own.apply(chunk, args);
    },
  });
  return calls;
}

/** A buffer, and the sizes of what it took. */
function counted() {
  const taken: number[] = [];
  const memory = new PageMemory();
  const take = memory.take.bind(memory);
  memory.take = (size, least) => {
    taken.push(size);
    return take(size, least);
  };
  return { buffer: new PageBuffer(memory), taken };
}

function add(buffer: PageBuffer, text: string): void {
  const end = buffer.used + buffer.reserve(text.length).write(text, buffer.used, 'latin1');
  buffer.close(end);
}
