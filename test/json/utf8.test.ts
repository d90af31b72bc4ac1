import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetOfBadUtf8, openCharacterLength } from '../../lib/json/utf8.js';

const CHARACTERS = ['a', '\x7f', '\u0080', 'é', '\u07ff', '\u0800', '€', '\uffff', '😀', '\u{10ffff}'];

test('of a text that is cut within a character its bytes are the open ones, and of a whole one none', () => {
  for (const character of CHARACTERS) {
    const bytes = Buffer.from(`x${character}`);
    for (let length = 1; length < bytes.length; length++) {
      assert.equal(openCharacterLength(bytes.subarray(0, length)), length - 1, `${character}, ${length} bytes`);
      assert.equal(openCharacterLength(bytes.subarray(1, length)), length - 1);
    }
    assert.equal(openCharacterLength(bytes), 0, character);
  }
  assert.equal(openCharacterLength(Buffer.alloc(0)), 0);
  // No character has so many bytes behind its first.
  assert.equal(openCharacterLength(Buffer.from([0xf0, 0x80, 0x80, 0x80, 0x80])), 0);
});

test('the first byte that belongs to no character is found', () => {
  const whole = Buffer.from(CHARACTERS.join(''));
  assert.equal(offsetOfBadUtf8(whole, 0, whole.length), -1);
  let at = 0;
  for (const character of CHARACTERS) {
    const bad = Buffer.concat([whole.subarray(0, at), Buffer.from([0x80]), whole.subarray(at)]);
    assert.equal(offsetOfBadUtf8(bad, 0, bad.length), at);
    const size = Buffer.byteLength(character);
    if (size > 1) assert.equal(offsetOfBadUtf8(whole, 0, at + size - 1), at, character);
    assert.equal(offsetOfBadUtf8(bad, at + 1, bad.length), -1);
    at += size;
  }
});
