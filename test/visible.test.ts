import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { visible, visibleJson } from '../lib/visible.js';

/** Every kind of character that steers a terminal, turns text around, or is not seen. */
const HOSTILE: readonly (readonly [what: string, from: number, to: number])[] = [
  ['C0', 0, 0x1f],
  ['DEL and C1', 0x7f, 0x9f],
  ['a soft hyphen', 0xad, 0xad],
  ['a grapheme joiner', 0x34f, 0x34f],
  ['the mark of Arabic letters', 0x61c, 0x61c],
  ['Hangul fillers', 0x115f, 0x1160],
  ['the vowel separator of Mongolian', 0x180e, 0x180e],
  ['zero-width characters and marks of direction', 0x200b, 0x200f],
  ['line and paragraph separators, embeddings and overrides', 0x2028, 0x202e],
  ['a word joiner, invisible operators, isolates', 0x2060, 0x206f],
  ['halves of pairs', 0xd800, 0xdfff],
  ['selectors of variants', 0xfe00, 0xfe0f],
  ['the mark of byte order', 0xfeff, 0xfeff],
  ['marks of annotations', 0xfff9, 0xfffb],
  ['tags', 0xe0000, 0xe007f],
  ['more selectors of variants', 0xe0100, 0xe01ef],
];

describe('visible()', () => {
  for (const [what, from, to] of HOSTILE) {
    it(`shows ${what} as escapes of JSON`, () => {
      for (let point = from; point <= to; point += 1) {
        const shown = visible(`a${String.fromCodePoint(point)}b`);
        assert.match(shown, /^a(\\[btnfr]|\\u[0-9a-f]{4}|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})b$/);
        assert.equal(JSON.parse(`"${shown}"`), `a${String.fromCodePoint(point)}b`);
      }
    });
  }

  it('leaves what people write', () => {
    const written = [
      'plain, “quoted” – ½ é € \u00a0 \ufffd',
      'Zürich, Ελλάδα, Россия, 日本語, 한국어, עברית, العربية',
      // With joiners, and with selectors of variants.
      'می\u200cخواهم, क्\u200dष, 👩\u200d👩\u200d👧, ❤\ufe0f\u200d🔥, 👍🏽, 1\ufe0f\u20e3',
    ];
    for (const text of written) assert.equal(visible(text), text);
  });

  it('shows a joiner between letters that do not join', () => {
    assert.equal(visible('BTC\u200dUSD \u200c'), 'BTC\\u200dUSD \\u200c');
  });

  it('changes nothing the second time, and gives one line, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visible(text);
        assert.equal(visible(shown), shown);
        assert.doesNotMatch(shown, /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('visibleJson()', () => {
  it('keeps the value of any JSON text, and its lines', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const json = JSON.stringify(value, null, indent);
        const shown = visibleJson(json);
        assert.deepEqual(JSON.parse(shown), JSON.parse(json));
        assert.equal(shown.split('\n').length, json.split('\n').length);
        assert.doesNotMatch(shown, /[^\P{Cc}\n\t]|[\u202a-\u202e\u2028\u2029]/u);
      }),
    );
  });
});
