import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSplitOn, type Split } from '../../lib/internal/split.js';
import { PieceReader } from '../../lib/parse/pieces.js';

const SEPARATORS = ['\u001e', '\0', '\r', '\r\n', 'ab', 'aba', 'é', '\u2028', '😀', '\n--\n'];
/** Texts in which separators, their beginnings and blanks come often. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...SEPARATORS, 'a', 'b', ' ', '\t', '\n', '\r', 'Ã', '©'),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    ),
  )
  .map((parts) => parts.join(''));

test('the pieces are those that String.split finds, without the blank ones', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(...SEPARATORS), (given, on) => {
      const data = Buffer.from(given);
      const expected = data
        .toString()
        .split(on)
        .filter((piece) => /[^ \t\r\n]/.test(piece));
      assert.deepEqual(piecesOf({ on }, data), expected);
    }),
  );
});

test('the lines are those between LF and CR LF, without the blank ones', () => {
  fc.assert(
    fc.property(text, (given) => {
      const data = Buffer.from(given);
      const lines = data.toString().split(/\r?\n/);
      // A carriage return at the end of a last line that no line feed ends is cut off, too.
      lines.push(lines.pop()!.replace(/\r$/, ''));
      const expected = lines.filter((piece) => /[^ \t\r\n]/.test(piece));
      assert.deepEqual(piecesOf('lines', data), expected);
    }),
    // Its last line is blank, but for a carriage return.
    { examples: [['!\r\r\n\r']] },
  );
});

for (const on of ['\u001e', '\0', 'ab', 'é', 'x'.repeat(100)]) {
  test(`${JSON.stringify(on)} is a separator`, () => assert.equal(isSplitOn({ on }), true));
}

for (const given of [
  undefined,
  null,
  'lines',
  {},
  { on: '' },
  { on: 7 },
  { on: 'x'.repeat(101) },
  { on: '\ud800' },
  { on: 'a', at: 1 },
]) {
  test(`${JSON.stringify(given)} has no separator`, () => assert.equal(isSplitOn(given), false));
}

function piecesOf(split: Split, data: Buffer): string[] {
  const reader = new PieceReader(split);
  reader.open(data);
  const pieces: string[] = [];
  while (reader.next()) pieces.push(data.toString('utf8', reader.start, reader.end));
  return pieces;
}
