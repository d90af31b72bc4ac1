import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Numbered, Numbering, numbersOfHalves, sequenceAfter } from '../../../lib/kafka/produce/numbering.js';

test('batches are numbered one behind the other, and keep their numbers when they go again', () => {
  const numbering = started();
  const [a, b] = [batch(3), batch(2)];
  assert.deepEqual(send(numbering, a), { ...ME, sequence: 0 });
  assert.deepEqual(send(numbering, b), { ...ME, sequence: 3 });
  numbering.refused(a, false);
  assert.deepEqual(send(numbering, a), { ...ME, sequence: 0 });
  assert.deepEqual(send(numbering, batch(1)), { ...ME, sequence: 5 });
});

test('a new batch is not taken behind one that was refused before that comes again', () => {
  const numbering = started();
  const [a, b] = [batch(3), batch(2)];
  send(numbering, a);
  numbering.refused(a, false);
  assert.equal(numbering.take(b), false);
  assert.equal(b.number, undefined);
  send(numbering, a);
  assert.deepEqual(send(numbering, b), { ...ME, sequence: 3 });
});

test('within a transaction, what comes behind a batch that is given up has its number, under the same epoch', () => {
  const numbering = started();
  const [a, b, c] = [batch(3), batch(2), batch(1)];
  for (const one of [a, b, c]) send(numbering, one);
  numbering.stored(a);
  numbering.refused(b, false);
  numbering.refused(c, true);
  assert.equal(numbering.isLost, false);
  numbering.rewind(b);
  assert.deepEqual(send(numbering, c), { ...ME, sequence: 3 });
  assert.deepEqual(send(numbering, batch(2)), { ...ME, sequence: 4 });
});

test('what had its number before numbers began anew gets another one, however often they do', () => {
  const numbering = started();
  const [a, b, c] = [batch(3), batch(2), batch(1)];
  for (const one of [a, b, c]) send(numbering, one);
  numbering.forget(a);
  assert.deepEqual(send(numbering, b), { ...ME, epoch: 1, sequence: 0 });
  numbering.refused(b, false);
  numbering.rewind(b);
  assert.deepEqual(send(numbering, c), { ...ME, epoch: 1, sequence: 0 });
});

test('halves have the numbers of the whole, and batches behind it keep theirs', () => {
  const numbering = started();
  const [whole, next] = [batch(5), batch(1)];
  for (const one of [whole, next]) send(numbering, one);
  numbering.refused(whole, false);
  const halves = [batch(2), batch(3)] as const;
  [halves[0].number, halves[1].number] = numbersOfHalves(whole.number, 2);
  assert.deepEqual(
    [...halves, next].map((one) => send(numbering, one)?.sequence),
    [0, 2, 5],
  );
  assert.deepEqual(numbersOfHalves(undefined, 2), [undefined, undefined]);
});

test('a broker that misses what is on its way again changes nothing', () => {
  const numbering = started();
  const [a, b] = [batch(3), batch(2)];
  for (const one of [a, b]) send(numbering, one);
  numbering.refused(a, false);
  numbering.refused(b, true);
  assert.deepEqual(send(numbering, a), { ...ME, sequence: 0 });
  assert.deepEqual(send(numbering, b), { ...ME, sequence: 3 });
});

test('a broker that misses what it had acknowledged gets all anew, under the next epoch', () => {
  const numbering = started();
  const [a, b, c] = [batch(3), batch(2), batch(1)];
  for (const one of [a, b, c]) send(numbering, one);
  numbering.stored(a);
  numbering.refused(b, true);
  numbering.refused(c, true);
  assert.deepEqual(send(numbering, b), { ...ME, epoch: 1, sequence: 0 });
  // What is said of another one behind it is of the old epoch.
  numbering.stored(c);
  assert.deepEqual(send(numbering, c), { ...ME, epoch: 1, sequence: 2 });
  numbering.refused(b, true);
  assert.deepEqual(send(numbering, b), { ...ME, epoch: 2, sequence: 0 });
});

test('a batch that will not come is waited for by nobody', () => {
  const numbering = started();
  const [a, b] = [batch(1), batch(2)];
  for (const one of [a, b]) send(numbering, one);
  for (const one of [a, b]) numbering.refused(one, one === b);
  numbering.forget(a);
  assert.deepEqual(send(numbering, b), { ...ME, epoch: 1, sequence: 0 });
  numbering.refused(b, false);
  numbering.forget(batch(1));
  assert.equal(numbering.identity?.epoch, 1);
  assert.deepEqual(send(numbering, batch(1)), { ...ME, epoch: 1, sequence: 2 });
});

test('behind the last of its epochs a producer is somebody else', () => {
  const numbering = new Numbering();
  assert.equal(numbering.identity, undefined);
  numbering.identify({ producerId: 7n, epoch: 32_766 });
  const one = batch(1);
  send(numbering, one);
  numbering.refused(one, true);
  assert.deepEqual(send(numbering, one), { producerId: 7n, epoch: 32_767, sequence: 0 });
  assert.equal(numbering.hasUsedUp(ME), false);
  numbering.refused(one, true);
  assert.ok(numbering.take(one));
  assert.equal(numbering.identity, undefined);
  assert.deepEqual([numbering.hasUsedUp(ME), numbering.hasUsedUp({ ...ME, producerId: 8n })], [true, false]);
  numbering.identify({ producerId: 8n, epoch: 0 });
  assert.deepEqual(send(numbering, one), { producerId: 8n, epoch: 0, sequence: 0 });
});

test('behind the largest number comes 0, as Kafka counts', () => {
  assert.equal(sequenceAfter(2 ** 31 - 2, 1), 2 ** 31 - 1);
  assert.equal(sequenceAfter(2 ** 31 - 1, 1), 0);
  const sequence = fc.nat({ max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(sequence, fc.nat({ max: 1_000_000 }), fc.nat({ max: 1_000_000 }), (from, one, other) => {
      const after = sequenceAfter(from, one);
      assert.equal(after, (from + one) % 2 ** 31);
      assert.equal(sequenceAfter(after, other), sequenceAfter(from, one + other));
    }),
  );
});

function started(): Numbering {
  const numbering = new Numbering();
  numbering.identify(ME);
  return numbering;
}

function send(numbering: Numbering, one: Numbered) {
  assert.ok(numbering.take(one));
  return numbering.headOf(one);
}

function batch(length: number): Numbered {
  return { length, number: undefined };
}

const ME = { producerId: 7n, epoch: 0 };
