import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Answers, MAX_ANSWER_BYTES } from '../../lib/kafka/answers.js';

const lengths = fc.array(fc.integer({ min: 4, max: 300 }), { maxLength: 20 });
const cuts = fc.array(fc.nat({ max: 7_000 }), { maxLength: 30 });

test('what brokers send passes whole, however it was cut into chunks', () => {
  fc.assert(
    fc.property(lengths, cuts, (sizes, at) => {
      const answers = new Answers();
      const chunks = cut(Buffer.concat(sizes.map(answer)), at);
      assert.deepEqual(
        chunks.map((chunk) => answers.sound(chunk)),
        chunks.map(({ length }) => length),
      );
      assert.equal(answers.begun, sizes.length);
      assert.equal(answers.foreign, undefined);
    }),
  );
});

test('nothing passes from a length on that no answer has, but the bytes of it that came before one knew', () => {
  const wrong = fc.oneof(fc.integer({ max: 3 }), fc.integer({ min: MAX_ANSWER_BYTES + 1, max: 2 ** 31 - 1 }));
  fc.assert(
    fc.property(lengths, cuts, wrong, (sizes, at, length) => {
      const sound = Buffer.concat(sizes.map(answer));
      const bytes = Buffer.concat([sound, header(length), Buffer.alloc(100, 'x')]);
      const answers = new Answers();
      let passed = 0;
      for (const chunk of cut(bytes, at)) {
        passed += answers.sound(chunk);
        if (answers.foreign !== undefined) break;
      }
      assert.ok(passed >= sound.length && passed < sound.length + 4, `${passed} of ${sound.length} passed`);
      assert.equal(answers.foreign?.readInt32BE(0), length);
    }),
  );
});

test('the largest answer passes', () => {
  const answers = new Answers();
  assert.equal(answers.sound(header(MAX_ANSWER_BYTES)), 4);
  assert.equal(answers.foreign, undefined);
});

function answer(length: number): Buffer {
  return Buffer.concat([header(length), Buffer.alloc(length, 0xff)]);
}

function header(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(length);
  return bytes;
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...new Set(at.filter((end) => end > 0 && end < bytes.length)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, n) => bytes.subarray(n === 0 ? 0 : ends[n - 1], end));
}
