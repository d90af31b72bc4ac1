import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RunPlaces } from '../../../lib/connect/resume/run-places.js';
import { encodeFrame, OPCODES } from '../../../lib/testing/index.js';

test('the places of frames that stand one behind another are those of their data', () => {
  const sizes = fc.array(fc.oneof(fc.nat(200), fc.constantFrom(125, 126, 127, 65_535)), {
    minLength: 1,
    maxLength: 60,
  });
  const places = new RunPlaces();
  fc.assert(
    fc.property(sizes, fc.nat(9), (lengths, offset) => {
      const texts = lengths.map((length, index) => String.fromCharCode(97 + (index % 26)).repeat(length));
      const frames = texts.map((payload) => encodeFrame({ opcode: OPCODES.text, payload }));
      const chunk = Buffer.concat([Buffer.alloc(offset), ...frames, Buffer.alloc(3)]);
      const end = chunk.length - 3;
      places.walk(chunk, offset, end);
      const found = texts.map((_, index) => chunk.toString('latin1', places.start(index), places.end(index)));
      assert.equal(places.count, texts.length);
      assert.deepEqual(found, texts);
    }),
    { numRuns: 50 },
  );
});

test('there is room for any number of them', () => {
  const frame = encodeFrame({ opcode: OPCODES.text, payload: '1' });
  const chunk = Buffer.concat(Array.from({ length: 5_000 }, () => frame));
  const places = new RunPlaces();
  places.walk(chunk, 0, chunk.length);
  assert.equal(places.count, 5_000);
  assert.equal(places.end(4_999), chunk.length);
});
