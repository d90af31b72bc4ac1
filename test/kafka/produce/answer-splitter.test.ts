import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AnswerSplitter, FIRST_NUMBER } from '../../../lib/kafka/produce/answer-splitter.js';

const answer = fc.record({
  number: fc.oneof(fc.integer({ min: -1, max: 1_000 }), fc.integer({ min: FIRST_NUMBER, max: 2 ** 31 - 1 })),
  body: fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
});

test('answers to our own requests come whole, and all others as they came, in whatever pieces they arrive', () => {
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 40 })), (answers, cuts) => {
      const ours: [number, string][] = [];
      const theirs: Buffer[] = [];
      const splitter = new AnswerSplitter({
        onOurs: (number, body) => ours.push([number, body.toString('hex')]),
        onTheirs: (bytes) => theirs.push(Buffer.from(bytes)),
      });
      let rest = Buffer.concat(answers.map(bytesOf));
      for (let n = 0; rest.length > 0; n++) {
        const size = cuts[n % Math.max(1, cuts.length)] ?? rest.length;
        splitter.add(rest.subarray(0, size));
        rest = rest.subarray(size);
      }
      const [own, others] = [answers.filter(isOurs), answers.filter((one) => !isOurs(one))];
      assert.deepEqual(
        ours,
        own.map(({ number, body }) => [number, body.toString('hex')]),
      );
      assert.deepEqual(Buffer.concat(theirs), Buffer.concat(others.map(bytesOf)));
    }),
  );
});

test('what is for others goes on before all of it is there', () => {
  const theirs: string[] = [];
  const splitter = new AnswerSplitter({ onOurs: assert.fail, onTheirs: (bytes) => theirs.push(String(bytes.length)) });
  const bytes = bytesOf({ number: 1, body: Buffer.alloc(1_000) });
  splitter.add(bytes.subarray(0, 7));
  splitter.add(bytes.subarray(7, 100));
  splitter.add(bytes.subarray(100));
  assert.deepEqual(theirs, ['100', '908']);
});

interface Answer {
  readonly number: number;
  readonly body: Buffer;
}

function bytesOf({ number, body }: Answer): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length, 0);
  head.writeInt32BE(number, 4);
  return Buffer.concat([head, body]);
}

function isOurs({ number }: Answer): boolean {
  return number >= FIRST_NUMBER;
}
