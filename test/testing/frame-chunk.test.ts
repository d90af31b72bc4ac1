import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CHUNK_BYTES, FrameChunk } from '../../lib/testing/frame-chunk.js';
import { encodeFrame, OPCODES } from '../../lib/testing/index.js';

const TEXT = 0x81;

it('FrameChunk writes what encodeFrame() writes, for texts and bytes around each length of a header', () => {
  const texts = [0, 1, 125, 126, 127, 200].map((length) => 'a'.repeat(length));
  // Their bytes are more than their characters, so the guess of their header may be too short.
  const wide = [1, 42, 62, 63, 125, 126].flatMap((length) => ['é', '€'].map((character) => character.repeat(length)));
  const payloads = [...texts, ...wide, Buffer.alloc(125, 1), Buffer.alloc(126, 2), Buffer.alloc(0)];
  const chunk = new FrameChunk();
  for (const payload of payloads) assert.equal(chunk.append(payload, TEXT), true);
  const expected = Buffer.concat(payloads.map((payload) => encodeFrame({ opcode: OPCODES.text, payload })));
  assert.ok(chunk.view().equals(expected));
  assert.equal(chunk.length, expected.length);
  chunk.reset();
  assert.equal(chunk.length, 0);
  assert.equal(chunk.append('b', TEXT), true);
  assert.equal(chunk.view().toString('hex'), '810162');
});

it('FrameChunk takes a frame as long as it fits for sure, and then no more', () => {
  for (const [payload, fits] of [
    [Buffer.alloc(CHUNK_BYTES - 10), true],
    [Buffer.alloc(CHUNK_BYTES - 9), false],
    ['a'.repeat(Math.floor((CHUNK_BYTES - 10) / 3)), true],
    ['a'.repeat(Math.floor((CHUNK_BYTES - 10) / 3) + 1), false],
    ['€'.repeat(Math.floor((CHUNK_BYTES - 10) / 3)), true],
  ] as const) {
    const chunk = new FrameChunk();
    assert.equal(chunk.append(payload, TEXT), fits);
    assert.ok(!fits || chunk.view().equals(encodeFrame({ opcode: OPCODES.text, payload })));
    assert.equal(chunk.length === 0, !fits);
  }
  const chunk = new FrameChunk();
  assert.equal(chunk.append(Buffer.alloc(CHUNK_BYTES - 20), TEXT), true);
  const { length } = chunk;
  assert.equal(chunk.append(Buffer.alloc(CHUNK_BYTES - length - 9), TEXT), false);
  assert.equal(chunk.append(Buffer.alloc(CHUNK_BYTES - length - 10), TEXT), true);
});
