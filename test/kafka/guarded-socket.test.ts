import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { guardSocket } from '../../lib/kafka/guarded-socket.js';

test('each answer is told once, however many chunks it comes in, and the client gets all bytes', () => {
  const { socket, counts, given, failures } = guarded();
  const bytes = Buffer.concat([answer(20), answer(4), answer(9)]);
  // The second begins in the second chunk, and the third in the fourth.
  for (const [from, to] of [
    [0, 10],
    [10, 30],
    [30, 32],
    [32, 42],
    [42, bytes.length],
  ] as const)
    socket.emit('data', bytes.subarray(from, to));
  assert.deepEqual(counts, [1, 2, 3]);
  assert.deepEqual([Buffer.concat(given), failures], [bytes, []]);
});

test('a client that throws over an answer is told as such, and is given nothing further', async () => {
  const { socket, given, failures } = guarded(() => {
    throw new TypeError('of the client');
  });
  const closed = new Promise<Error>((resolve) => socket.once('error', resolve));
  socket.emit('data', answer(8));
  socket.emit('data', answer(8));
  assert.deepEqual([failures.length, given.length], [1, 1]);
  assert.match(failures[0]!, /127\.0\.0\.1:9092/);
  assert.equal(((await closed).cause as Error).message, 'of the client');
});

/** A socket that a client listens to, and that is guarded. */
function guarded(onData: () => void = () => {}) {
  const socket = new Socket();
  const [counts, given, failures]: [number[], Buffer[], string[]] = [[], [], []];
  socket.on('data', (chunk: Buffer) => {
    given.push(chunk);
    onData();
  });
  guardSocket(socket, '127.0.0.1:9092', {
    onAnswer: (count) => void counts.push(count),
    onForeign: ({ reason }) => void failures.push(reason),
  });
  return { socket, counts, given, failures };
}

/** An answer of so many bytes behind its length. */
function answer(length: number): Buffer {
  const bytes = Buffer.alloc(4 + length, 1);
  bytes.writeInt32BE(length);
  return bytes;
}
