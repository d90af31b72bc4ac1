import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameRun } from '../../../lib/connect/socket/frame-run.js';
import { encodeFrame, OPCODES, type WireFrame } from '../../../lib/testing/index.js';

const text = (size: number, more: Partial<WireFrame> = {}): Buffer =>
  Buffer.from(encodeFrame({ opcode: OPCODES.text, payload: Buffer.alloc(size, 'x'), ...more }));

for (const size of [0, 1, 125, 126, 127, 255, 256, 65_534, 65_535]) {
  test(`a frame of ${size} bytes is one of the run, where all of it stands in the chunk`, () => {
    const frame = text(size);
    const start = 3 + (frame.length - size);
    const run = new FrameRun(1_000_000);
    assert.equal(run.begin(Buffer.concat([Buffer.from('...'), frame, Buffer.from('...')]), 3), true);
    assert.deepEqual([run.start, run.end, run.isBinary], [start, start + size, false]);
    assert.deepEqual([run.offset, run.frames, run.bytes], [3, 0, 0]);
    run.accept();
    assert.deepEqual([run.offset, run.frames, run.bytes, run.last], [start + size, 1, size, start]);
    for (let length = 0; length < frame.length; length += length < 5 ? 1 : 997) {
      assert.equal(run.begin(frame.subarray(0, length), 0), false, `the first ${length} bytes of it`);
    }
  });
}

for (const [what, frame, maxPayload = 1_000_000] of [
  ['a frame of 64 KiB', text(65_536)],
  ['a frame that is larger than messages may be', text(101), 100],
  ['a masked one', text(5, { mask: Buffer.from([1, 2, 3, 4]) })],
  ['the first fragment of several', text(5, { fin: false })],
  ['a compressed one', Buffer.concat([Buffer.from([0xc1]), text(5).subarray(1)])],
  ['a ping', Buffer.from(encodeFrame({ opcode: OPCODES.ping, payload: Buffer.from('x') }))],
  ['a close frame', Buffer.from(encodeFrame({ opcode: OPCODES.close, payload: Buffer.alloc(2) }))],
] as const) {
  test(`${what} is none of the run`, () => {
    assert.equal(new FrameRun(maxPayload).begin(frame, 0), false);
  });
}

test('a run is of one kind, goes on behind each frame that is accepted, and ends with the first that is something else', () => {
  const binary = Buffer.from(encodeFrame({ opcode: OPCODES.binary, payload: Buffer.from('bb') }));
  const run = new FrameRun(100);
  const chunk = Buffer.concat([text(1), text(100), binary, binary, text(2)]);
  const kinds: [isBinary: boolean, frames: number, bytes: number][] = [];
  for (let offset = 0; run.begin(chunk, offset); offset = run.offset) {
    do run.accept();
    while (run.next());
    kinds.push([run.isBinary, run.frames, run.bytes]);
  }
  assert.deepEqual(kinds, [
    [false, 2, 101],
    [true, 2, 4],
    [false, 1, 2],
  ]);
  assert.equal(run.offset, chunk.length);
});

test('a frame that is not accepted is looked at once more, and counting anew forgets the others', () => {
  const chunk = Buffer.concat([text(1), text(2)]);
  const run = new FrameRun(100);
  run.begin(chunk, 0);
  run.accept();
  for (let n = 0; n < 2; n++) {
    assert.equal(run.next(), true);
    assert.equal(run.end - run.start, 2);
  }
  run.restart(run.offset);
  assert.deepEqual([run.frames, run.bytes, run.offset], [0, 0, 3]);
  run.close();
  assert.equal(run.chunk.length, 0);
});
