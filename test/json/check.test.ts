import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, it } from 'node:test';
import { JsonCheck, MAX_DEPTH } from '../../lib/json/check.js';

const VALID: Record<string, string[]> = {
  literals: ['true', 'false', 'null'],
  integers: ['0', '-0', '1', '-1', '12', '123', '1234', '12345', '9007199254740993', `1${'0'.repeat(400)}`],
  fractions: ['0.0', '-0.0', '0.5', '1.25', '12.3456789012345678', `0.${'0'.repeat(50)}1`],
  exponents: ['1e1', '1E1', '1e+1', '1E-1', '0e0', '0E+00', '1.5e300', '-1.5E-0400', '1e999'],
  strings: ['""', '"a"', '"abc"', '"abcdefghijklmnopqrstuvwxyz0123456789"', '"\x7f"', '"/"', '"\'"', '"{}[],:"'],
  'every escape': ['"\\""', '"\\\\"', '"\\/"', '"\\b\\f\\n\\r\\t"', '"\\u0000"', '"\\uabCD\\uEF01"', '"\\u0022"'],
  'escapes of surrogates, paired and alone': ['"\\ud83d\\ude00"', '"\\ud800"', '"\\udfff\\ud800"', '"\\udc00x"'],
  'characters past ASCII': ['"é"', '"日本語"', '"😀"', '"\u2028\u2029"', '"\ufeff"', '"\uffff"', '"\u00a0"'],
  arrays: ['[]', '[ ]', '[1]', '[1,2,3]', '[[],[[]],{}]', '[ 1 , 2 ]', '["a",null,true,-1.5e2]'],
  objects: ['{}', '{ }', '{"a":1}', '{"":""}', '{"a":{"b":{}}}', '{ "a" : 1 , "b" : [ ] }', '{"a":1,"a":2}'],
  'keys of any kind': ['{"\\u0061":1}', '{"é":1}', '{"__proto__":null}', '{"a b.c":1}', `{"${'k'.repeat(300)}":1}`],
  'all four kinds of whitespace': ['[\t1\n,\r2 ]', '{\r\n\t"a"\r\n\t:\r\n\t1\r\n}', '[ \t\n\r \t\n\r]'],
};

const INVALID: Record<string, string[]> = {
  'nothing but whitespace': ['', ' ', '\n', ' \t\r\n '],
  'misspelt literals': [
    ...['t', 'tr', 'tru', 'ture', 'truE', 'True', 'TRUE', 'truee', 'true1', 'tru\0', 'f', 'fals', 'falze', 'False'],
    ...[
      'falsee',
      'n',
      'nul',
      'nulll',
      'Null',
      'nil',
      'undefined',
      'NaN',
      'Infinity',
      '-Infinity',
      '-true',
      'truefalse',
    ],
  ],
  'numbers that begin badly': [
    '+1',
    '.5',
    '-',
    '--1',
    '-.5',
    '01',
    '00',
    '-01',
    '-00',
    '0123',
    '1a',
    '0x10',
    '0b1',
    '1_000',
  ],
  'numbers that end badly': [
    '1.',
    '-1.',
    '0.',
    '1.e1',
    '1e',
    '1E',
    '1e+',
    '1e-',
    '1.5e',
    '1.5E+',
    '1e1.5',
    '1ee1',
    '1.1.1',
    '1e++1',
    '1,000',
    '1n',
  ],
  'strings that are not closed': ['"', '"a', '"abcdefghijklmnopqrstuvwxyz', '"\\"', '"a\\\\\\"', 'a"'],
  'strings in other quotes': ["'a'", '`a`', '“a”', "{'a':1}"],
  'bad escapes': ['"\\x41"', '"\\a"', '"\\0"', '"\\\'"', '"\\ "', '"\\U0041"', '"\\\n"', '"\\é"', '"\\'],
  'bad \\u escapes': [
    '"\\u"',
    '"\\u1"',
    '"\\u12"',
    '"\\u123"',
    '"\\u123g"',
    '"\\ug123"',
    '"\\u 123"',
    '"\\u+123"',
    '"\\u{61}"',
    '"\\u/000"',
    '"\\u:000"',
    '"\\u@000"',
    '"\\u`000"',
    '"\\u00G0"',
  ],
  'raw control characters in strings': ['"\0"', '"\t"', '"\n"', '"\r"', '"\x1f"', '"a\x01b"', '{"a\nb":1}'],
  'arrays that are not well formed': [
    '[',
    ']',
    '[1',
    '[1,',
    '[1,]',
    '[,]',
    '[,1]',
    '[1,,2]',
    '[1 2]',
    '[1;2]',
    '[1:2]',
    '[1}',
    '[[]',
    '[]]',
    '["a":1]',
    '[...]',
  ],
  'objects that are not well formed': [
    ...[
      '{',
      '}',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,',
      '{"a":1,}',
      '{,}',
      '{,"a":1}',
      '{"a":1,,"b":2}',
      '{"a" 1}',
      '{"a"}',
    ],
    ...[
      '{"a":}',
      '{:1}',
      '{1:2}',
      '{a:1}',
      '{null:1}',
      '{"a":1 "b":2}',
      '{"a"::1}',
      '{"a",1}',
      '{"a":1]',
      '{{}}',
      '{[]:1}',
      '{"a":1}}',
      '{"a":1;"b":2}',
    ],
  ],
  'whitespace of other kinds': [
    '\v1',
    '\f1',
    '\0',
    '1\0',
    '\u00a01',
    '1\u00a0',
    '\u20281',
    '1\u2029',
    '\u30001',
    '\u16801',
    '[1,\v2]',
    '{\f}',
    '[\x1f]',
    '[1\x01]',
    '\x85',
  ],
  comments: ['//', '1//', '/**/1', '[1/*,*/]', '#', '{"a":1/**/}', '<!-- -->'],
  'anything after the value': [
    '1 2',
    '{}{}',
    '[][]',
    '""""',
    'null null',
    '1,',
    '{},',
    '[];',
    '"a"b',
    'true,false',
    '{}\n{}',
  ],
  'what is no value': [',', ':', '\\', '/', '(1)', '<a>', '@', '*', '?', '=', 'x', 'é', '日'],
};

const REASONS: [text: string, offset: number, reason: string][] = [
  ['', 0, 'expected a value, but the text ends'],
  ['  ', 2, 'expected a value, but the text ends'],
  ['x', 0, 'expected a value'],
  ['[1,]', 3, 'expected a value'],
  ['{"a":}', 5, 'expected a value'],
  ['{"a":', 5, 'expected a value, but the text ends'],
  ['{a', 1, 'expected a key or "}"'],
  ['{', 1, 'expected a key or "}", but the text ends'],
  ['{"a":1, }', 8, 'expected a key'],
  ['{"a" 1}', 5, 'expected ":"'],
  ['{"a"', 4, 'expected ":", but the text ends'],
  ['{"a":1]', 6, 'expected "," or "}"'],
  ['[1 2]', 3, 'expected "," or "]"'],
  ['[1', 2, 'expected "," or "]", but the text ends'],
  ['-x', 1, 'expected a digit'],
  ['1.', 2, 'expected a digit, but the text ends'],
  ['1.e5', 2, 'expected a digit'],
  ['1e+', 3, 'expected a digit, but the text ends'],
  ['-012', 2, 'a number must not begin with a needless zero'],
  ['00', 1, 'a number must not begin with a needless zero'],
  ['trux', 3, 'expected "true"'],
  ['[fa]', 3, 'expected "false"'],
  ['nul', 3, 'expected "null", but the text ends'],
  ['"abc', 4, 'a string is not closed'],
  ['"abc\\', 5, 'a string is not closed'],
  ['"abc\\u12', 8, 'a string is not closed'],
  ['"a\nb"', 2, 'a control character in a string must be escaped'],
  ['"ab\\q"', 3, 'a backslash in a string must begin an escape such as "\\n" or "\\u000a"'],
  ['"\\u12x4"', 1, '"\\u" must be followed by four hexadecimal digits'],
  ['"a\xff"', 2, 'the bytes are not UTF-8'],
  ['[\xff]', 1, 'the bytes are not UTF-8'],
  ['[\xc3\xa9]', 1, 'expected a value'],
  ['\xef\xbb\xbf{}', 0, 'a byte-order mark is not part of JSON'],
  ['\xef\xbb', 0, 'the bytes are not UTF-8'],
  ['{} {}', 3, 'there is something after the value'],
];

/** One instance for all tests: what one call leaves behind must not disturb the next. */
const check = new JsonCheck();

describe('JsonCheck', () => {
  for (const [production, texts] of Object.entries(VALID)) {
    it(`accepts ${production}`, () => {
      for (const text of texts) {
        assert.doesNotThrow(() => JSON.parse(text), `JSON.parse accepts ${text}`);
        for (const wrapped of inEveryPlace(text)) assert.equal(run(wrapped), true, `${wrapped}: ${check.reason}`);
      }
    });
  }

  for (const [fault, texts] of Object.entries(INVALID)) {
    it(`refuses ${fault}`, () => {
      for (const text of texts) {
        assert.throws(() => JSON.parse(text), SyntaxError, `JSON.parse refuses ${text}`);
        for (const wrapped of inEveryPlace(text)) {
          assert.equal(run(wrapped), isJson(wrapped), `${JSON.stringify(wrapped)}`);
        }
        assert.equal(run(text), false, JSON.stringify(text));
      }
    });
  }

  for (const [text, offset, reason] of REASONS) {
    it(`says of ${JSON.stringify(text)} that ${reason} at byte ${offset}`, () => {
      const bytes = Buffer.concat([Buffer.from('\xff[', 'latin1'), Buffer.from(text, 'latin1'), Buffer.from(']"}')]);
      assert.equal(check.check(bytes, 2, 2 + text.length), false);
      assert.deepEqual([check.errorOffset - 2, check.reason], [offset, reason]);
    });
  }

  it('gives the range of the value, without the whitespace around it', () => {
    const bytes = Buffer.from(' \t\r\n {"a": 1} \n');
    assert.equal(check.check(bytes, 0, bytes.length), true);
    assert.equal(bytes.toString('utf8', check.start, check.end), '{"a": 1}');
    for (const scalar of ['1', '-0', '""', 'true', 'false', 'null', '[]', '{}', '1.5e3']) {
      for (const [before, after] of [['', ''] as const, [' ', ' '] as const, ['\n', '\t\r\n'] as const]) {
        const padded = Buffer.from(before + scalar + after);
        assert.equal(check.check(padded, 0, padded.length), true);
        assert.equal(padded.toString('utf8', check.start, check.end), scalar);
        assert.equal(check.hasLineBreaks, false, 'line breaks around a value are not line breaks in it');
      }
    }
  });

  it('tells whether a raw CR or LF stands between tokens', () => {
    for (const text of [
      '{\n}',
      '[\r]',
      '{"a"\n:1}',
      '{"a":\r1}',
      '{"a":1\n}',
      '[1\n,2]',
      '[1,\r\n2]',
      '{"a":1,\n"b":2}',
      '[[\n1]]',
    ]) {
      assert.equal(run(text), true);
      assert.equal(check.hasLineBreaks, true, JSON.stringify(text));
    }
    for (const text of ['\n{}\n', '["\\n\\r"]', '{ "a" :\t1 }', '\r\n1\r\n', '[ ]', '"\\u000a"']) {
      assert.equal(run(text), true);
      assert.equal(check.hasLineBreaks, false, JSON.stringify(text));
    }
  });

  it('accepts nesting at the limit and refuses it one past, at the byte that goes too deep', () => {
    const shapes = [
      ['[', ']'],
      ['{"a":', '}'],
      [' [ \n', ' ] '],
    ] as const;
    for (const [open, close] of shapes) {
      const inner = open.startsWith('{') ? '1' : '';
      assert.equal(run(open.repeat(MAX_DEPTH) + inner + close.repeat(MAX_DEPTH)), true);
      assert.equal(run(open.repeat(MAX_DEPTH + 1) + inner + close.repeat(MAX_DEPTH + 1)), false);
      assert.equal(check.reason, 'nesting is deeper than 1000');
      assert.equal(check.errorOffset, MAX_DEPTH * open.length + open.search(/[[{]/));
    }
    assert.equal(run('[]'), true, 'a refusal leaves nothing behind');
  });

  it('takes the limit that it is given', () => {
    const shallow = new JsonCheck(2);
    const verdict = (text: string): boolean => shallow.check(Buffer.from(text), 0, text.length);
    assert.equal(verdict('[[1],{"a":2},[]]'), true);
    assert.equal(verdict('[[[]]]'), false);
    assert.equal(shallow.reason, 'nesting is deeper than 2');
    const flat = new JsonCheck(0);
    assert.equal(flat.check(Buffer.from('12'), 0, 2), true);
    assert.equal(flat.check(Buffer.from('[]'), 0, 2), false);
  });

  it('counts depth, not containers', () => {
    assert.equal(run(`[${'[[]],{"a":{}},'.repeat(5000)}0]`), true);
  });

  it('closes containers in the order in which they were opened', () => {
    for (let pattern = 0; pattern < 256; pattern++) {
      const kinds = Array.from({ length: 8 }, (_, bit) => (pattern >> bit) & 1);
      const open = kinds.map((kind) => (kind === 1 ? '{"k":' : '[')).join('');
      const close = kinds.map((kind) => (kind === 1 ? '}' : ']')).reverse();
      assert.equal(run(`${open}0${close.join('')}`), true);
      for (let at = 0; at < close.length; at++) {
        const wrong = close.with(at, close[at] === '}' ? ']' : '}');
        assert.equal(run(`${open}0${wrong.join('')}`), false);
        assert.equal(check.errorOffset, open.length + 1 + at);
      }
    }
  });

  it('refuses a rich sample cut off at any byte, and says that it goes wrong there', () => {
    const bytes = Buffer.from(SAMPLE);
    assert.equal(check.check(bytes, 0, bytes.length), true, check.reason);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(check.check(bytes, 0, length), false, `cut to ${length} bytes`);
      // A cut inside a character makes the bytes bad from that character's first byte on.
      const cutCharacter = !isUtf8(bytes.subarray(0, length));
      if (cutCharacter) assert.equal(check.reason, 'the bytes are not UTF-8');
      else assert.equal(check.errorOffset, length, `cut to ${length} bytes: ${check.reason}`);
    }
  });

  it('refuses a rich sample with any one byte missing or doubled exactly where JSON.parse does', () => {
    const bytes = Buffer.from(SAMPLE);
    for (let at = 0; at < bytes.length; at++) {
      for (const changed of [
        Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
        Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)]),
      ]) {
        const expected = isUtf8(changed) && isJson(changed.toString());
        assert.equal(check.check(changed, 0, changed.length), expected, changed.toString());
      }
    }
  });

  it('judges every single byte and every pair of bytes as JSON.parse does', () => {
    for (let first = 0; first < 256; first++) {
      assert.equal(check.check(Buffer.of(first), 0, 1), first < 0x80 && isJson(String.fromCharCode(first)));
      for (let second = 0; second < 256; second++) {
        const bytes = Buffer.of(first, second);
        assert.equal(check.check(bytes, 0, 2), isUtf8(bytes) && isJson(bytes.toString()), bytes.toString('hex'));
      }
    }
  });

  it('judges every byte after every beginning as JSON.parse does', () => {
    for (const beginning of BEGINNINGS) {
      for (let c = 0; c < 256; c++) {
        for (const ending of ['', '"', '0', '}', ']', '"}', '":1}', 'e"']) {
          const bytes = Buffer.concat([Buffer.from(beginning), Buffer.of(c), Buffer.from(ending)]);
          const expected = isUtf8(bytes) && isJson(bytes.toString());
          assert.equal(check.check(bytes, 0, bytes.length), expected, bytes.toString('latin1'));
        }
      }
    }
  });

  it('refuses raw control characters in strings and keys, at every length of string', () => {
    for (let c = 0; c < 0x20; c++) {
      for (const length of [0, 1, 3, 4, 7, 8, 15, 16, 23, 24, 25, 31, 32, 33, 64]) {
        for (const prefix of ['"', '{"']) {
          const bytes = Buffer.from(`${prefix}${'x'.repeat(length)}${String.fromCharCode(c)}"`);
          assert.equal(check.check(bytes, 0, bytes.length), false);
          assert.equal(check.errorOffset, prefix.length + length);
          assert.equal(check.reason, 'a control character in a string must be escaped');
        }
      }
    }
  });

  it('finds the end of strings of every length, with what is special in them at every place', () => {
    for (let length = 0; length < 70; length++) {
      assert.equal(run(`["${'x'.repeat(length)}"]`), true);
      for (let at = 0; at <= length; at++) {
        const [before, after] = ['x'.repeat(at), 'y'.repeat(length - at)];
        for (const special of ['\\"', '\\u00e9', '\\\\', 'é', '日', '😀', '\x7f']) {
          assert.equal(run(`{"${before}${special}${after}":"${before}${special}${after}"}`), true, check.reason);
        }
        for (const special of ['\\', '"', '\\x', '\\u12', '\n', '\x1f']) {
          const text = `["${before}${special}${after}"]`;
          assert.equal(run(text), isJson(text), JSON.stringify(text));
        }
      }
    }
  });

  it('refuses each class of bytes that are not UTF-8: in a string, a key, and outside, in short texts and in long', () => {
    for (const [what, hex] of NOT_UTF8) {
      const bad = Buffer.from(hex, 'hex');
      assert.equal(isUtf8(bad), false, what);
      for (const padding of ['', 'x'.repeat(40), 'é'.repeat(400)]) {
        for (const [before, after] of [
          [`"${padding}`, `${padding}"`],
          [`{"${padding}`, `${padding}":1}`],
          [`["${padding}","`, `"]`],
          [`["${padding}",`, ']'],
          [`["${padding}"]`, ''],
        ] as const) {
          const bytes = Buffer.concat([Buffer.from(before), bad, Buffer.from(after)]);
          assert.equal(check.check(bytes, 0, bytes.length), false, `${what}: ${before}`);
          // Outside a string a good character is a fault too, and the first one.
          const isOutside = /[,\]]$/.test(before);
          if (!isOutside || !GOOD_FIRST.test(hex))
            assert.equal(check.reason, 'the bytes are not UTF-8', `${what}: ${before}`);
          assert.equal(isUtf8(bytes.subarray(0, check.errorOffset)), true, 'what stands before is UTF-8');
          assert.ok(check.errorOffset >= Buffer.byteLength(before), 'it is not blamed on what stands before');
        }
      }
    }
  });

  it('accepts the first and last character of each length of UTF-8', () => {
    for (const point of [
      0x20, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xcfff, 0xd000, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x3ffff, 0x40000,
      0xfffff, 0x100000, 0x10ffff,
    ]) {
      const character = String.fromCodePoint(point);
      for (const count of [1, 2, 9, 300]) {
        assert.equal(run(JSON.stringify({ [character.repeat(count)]: character.repeat(count) })), true);
      }
    }
  });

  it('judges every sequence of two bytes in a string as Node judges its UTF-8', () => {
    const bytes = Buffer.from('"xx"');
    for (let first = 0x80; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        bytes[1] = first;
        bytes[2] = second;
        const expected = isUtf8(bytes) && isJson(bytes.toString());
        assert.equal(check.check(bytes, 0, 4), expected, bytes.toString('hex'));
      }
    }
  });

  it('judges sequences of three and four bytes in a string as Node judges their UTF-8', () => {
    const edges = [0x00, 0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe0, 0xff];
    for (let lead = 0xe0; lead < 256; lead++) {
      for (const second of edges) {
        for (const third of edges) {
          for (const fourth of [0x78, 0x80, 0xbf, 0xc0]) {
            const bytes = Buffer.of(0x22, lead, second, third, fourth, 0x22);
            const expected = isUtf8(bytes) && isJson(bytes.toString());
            assert.equal(check.check(bytes, 0, 6), expected, bytes.toString('hex'));
          }
        }
      }
    }
  });

  it('does not take bytes outside strings for UTF-8 that was found good in a long text', () => {
    for (const stray of ['é', '\xa0', '\u2028', '\ufeff', '日']) {
      assert.equal(run(`["${'é'.repeat(1000)}",${stray}1]`), false);
      assert.equal(run(`["${'é'.repeat(1000)}"${stray},1]`), false);
    }
    assert.equal(run(`["${'é'.repeat(1000)}"]`), true);
    const bad = Buffer.from(`["${'e'.repeat(1000)}\xff"]`, 'latin1');
    assert.equal(check.check(bad, 0, bad.length), false, 'what held for one text is not held for the next');
  });

  it('refuses a byte-order mark, and names it', () => {
    for (const text of ['\ufeff{}', ' \ufeff[1]', '[\ufeff1]', '{}\ufeff', '\ufeff']) {
      assert.equal(run(text), false);
      assert.equal(check.reason, 'a byte-order mark is not part of JSON');
      assert.equal(check.errorOffset, Buffer.byteLength(text.slice(0, text.indexOf('\ufeff'))));
    }
    assert.equal(run('"\ufeff"'), true, 'in a string it is a character like others');
  });

  it('reads nothing outside the range that it is given', () => {
    for (const text of [
      '1',
      '-',
      '1.',
      '1e',
      '12',
      'tru',
      'nul',
      'fals',
      '"a',
      '"\\',
      '"\\u00',
      '[',
      '{"a"',
      '{"a":',
      '[1',
      '[1,',
      '"é',
      ...Array.from({ length: 48 }, (_, length) => `"${'x'.repeat(length)}`),
    ]) {
      const inner = Buffer.from(text);
      for (const after of ['x', '0', '5"', 'e"', 'l', '"', '\\"', '0041"', ']', ':1}', '1}', '\x80"', ' ']) {
        const bytes = Buffer.concat([Buffer.from('["'), inner, Buffer.from(after, 'latin1')]);
        const touched = new Set<number>();
        const spy = new Proxy(bytes, {
          get(target, key) {
            const index = typeof key === 'string' ? Number(key) : Number.NaN;
            if (Number.isInteger(index)) touched.add(index);
            const value: unknown = Reflect.get(target, key, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
        assert.equal(check.check(spy, 2, 2 + inner.length), isJson(text), text);
        for (const index of touched)
          assert.ok(index >= 2 && index < 2 + inner.length, `${text}: read byte ${index - 2}`);
      }
    }
  });

  it('refuses an empty range', () => {
    assert.equal(check.check(Buffer.from('1'), 0, 0), false);
    assert.equal(check.check(Buffer.from('1'), 1, 1), false);
    assert.equal(check.errorOffset, 1);
    assert.equal(check.reason, 'expected a value, but the text ends');
    assert.equal(check.check(Buffer.from('[t'), 0, 1), false);
    assert.equal(
      check.reason,
      'expected a value, but the text ends',
      'the byte after the range does not rule the reason',
    );
  });

  it('refuses a range that goes past 2 GiB, and does not look at it', () => {
    assert.equal(check.check(Buffer.from('1'), 0, 2 ** 31), false);
    assert.equal(check.reason, 'the text goes past 2 GiB');
  });

  it('takes a Uint8Array as well as a Buffer, and does not change it', () => {
    const bytes = new TextEncoder().encode(SAMPLE);
    const copy = bytes.slice();
    assert.equal(check.check(bytes, 0, bytes.length), true);
    assert.deepEqual(bytes, copy);
  });
});

function run(text: string): boolean {
  const bytes = Buffer.from(text);
  return check.check(bytes, 0, bytes.length);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The text alone, with whitespace around it, and wherever a value can stand. */
function inEveryPlace(text: string): string[] {
  return [
    text,
    ` ${text}`,
    `${text}\n`,
    `[${text}]`,
    `[ ${text} ]`,
    `[0,${text}]`,
    `[${text},"x"]`,
    `{"k":${text}}`,
    `{"k" : ${text} }`,
    `{"k":${text},"l":[]}`,
    `[[{"k":[${text}]}]]`,
  ];
}

const SAMPLE =
  '{"e":"trade","E":1626993367388,"p":"31985.01","n":-0.5e+10,"z":[0,-0,1.25E-7,{}],"t":true,"f":false,"u":null,' +
  '"esc":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00","ключ":"日本語 😀 é",  "nested" : {\n"a" : [ [ ], [ 1 , 2 ] ]\r\n}, "long":"' +
  `${'The quick brown fox jumps over the lazy dog. '.repeat(4)}"}`;

/** One for each state that the check can be in. */
const BEGINNINGS = [
  ...[
    '',
    ' ',
    '"',
    '"a',
    '"\\',
    '"\\u',
    '"\\u0',
    '"\\u00',
    '"\\u004',
    '"\\u0041',
    '-',
    '0',
    '-0',
    '1',
    '12',
    '0.',
    '0.5',
  ],
  ...['1e', '1e+', '1e5', 't', 'tr', 'tru', 'true', 'f', 'fa', 'fal', 'fals', 'false', 'n', 'nu', 'nul', 'null'],
  ...[
    '[',
    '[ ',
    '[1',
    '[1,',
    '[1, ',
    '["a"',
    '[]',
    '{',
    '{ ',
    '{"',
    '{"a',
    '{"a"',
    '{"a" ',
    '{"a":',
    '{"a": ',
    '{"a":1',
  ],
  ...['{"a":1,', '{"a":1, ', '{}', '[{', '[[', '{"a":[', '{"a":{', '[{}', '{"a":[]', '"é', '"日'],
];

/** The sequences below that begin with a good character. */
const GOOD_FIRST = /^c3a9/;

const NOT_UTF8: [what: string, hex: string][] = [
  ['a continuation byte alone', '80'],
  ['the last continuation byte alone', 'bf'],
  ['two continuation bytes', '8080'],
  ['a lead of two without its second', 'c3'],
  ['a lead of two before ASCII', 'c341'],
  ['a lead of two before another lead', 'c3c3a9'],
  ['a lead of three cut after one', 'e6'],
  ['a lead of three cut after two', 'e697'],
  ['a lead of three with ASCII third', 'e69741'],
  ['a lead of three with ASCII second', 'e641a5'],
  ['a lead of four cut after one', 'f0'],
  ['a lead of four cut after two', 'f09f'],
  ['a lead of four cut after three', 'f09f98'],
  ['a lead of four with ASCII last', 'f09f9841'],
  ['a lead of four with ASCII third', 'f09f4180'],
  ['one continuation byte too many', 'c3a980'],
  ['an overlong NUL', 'c080'],
  ['an overlong slash in two', 'c0af'],
  ['the last overlong form in two', 'c1bf'],
  ['an overlong quote in two', 'c0a2'],
  ['an overlong slash in three', 'e080af'],
  ['the last overlong form in three', 'e09fbf'],
  ['an overlong slash in four', 'f08080af'],
  ['the last overlong form in four', 'f08fbfbf'],
  ['the first high surrogate', 'eda080'],
  ['the last high surrogate', 'edafbf'],
  ['the first low surrogate', 'edb080'],
  ['the last low surrogate', 'edbfbf'],
  ['a surrogate pair (CESU-8)', 'eda0bdedb880'],
  ['the first past U+10FFFF', 'f4908080'],
  ['far past U+10FFFF', 'f7bfbfbf'],
  ['a lead of five', 'f888808080'],
  ['a lead of six', 'fc8480808080'],
  ['fe', 'fe'],
  ['ff', 'ff'],
  ['UTF-16, big-endian mark', 'feff'],
  ['Latin-1', 'e9'],
];
