import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { hintFor, hintForNotInflated } from '../../../lib/parse/look/hint.js';
import { lookAt } from '../../../lib/parse/look/look.js';
import { noZstd, zstdCompress } from '../../support/zstd.js';

const JSON_TEXT = '{"symbol":"BTC-USD","price":1.10,"size":3}';
/** The examples of the formats' own specifications, and trades as their libraries write them. */
const MESSAGEPACK = {
  'the map of msgpack.org': '82a7636f6d70616374c3a6736368656d6100',
  'a trade with a float': '83a673796d626f6ca742544355534454a57072696365cb40f8f4a3d70a3d71a473697a6503',
  'an array of numbers': '93010203',
  'a map with an array, a nil and bytes': '83a16193c0c2c3a162c403010203a163d1fb2e',
  'a map of 16 pairs': `de0010${Array.from({ length: 16 }, (_, n) => `a1${(97 + n).toString(16)}${n.toString(16).padStart(2, '0')}`).join('')}`,
  'an extension type for a time': '81a174d6ff5c1f2a00',
} as const;
const CBOR = {
  'the map of RFC 8949, appendix A': 'a26161016162820203',
  'an array that has no length': '9f018202039f0405ffff',
  'a map with text, a float and a tag':
    'a36673796d626f6c6742544355534454657072696365fb3ff199999999999a6274c11a514b67b0',
  'with the tag that says that it is CBOR': 'd9d9f7a1616101',
  'a map in a map with numbers as keys': 'bf01a10203ff',
} as const;
const PROTOBUF = {
  'the number of the encoding guide': '089601',
  'the text of the encoding guide': '120774657374696e67',
  'the message in a message of the encoding guide': '1a03089601',
  'a trade with a double and a time': '0a07425443555344541109d7a3703df4f840180320c0c4d0e8f62f',
  'packed numbers and a float': '3206038e029ea7053d0000803f',
} as const;

for (const [kind, samples] of Object.entries({ messagepack: MESSAGEPACK, cbor: CBOR, protobuf: PROTOBUF })) {
  for (const [what, hex] of Object.entries(samples)) {
    test(`${what} looks like ${kind}`, () => {
      assert.deepEqual(lookAt(Buffer.from(hex, 'hex')), { codec: undefined, content: { kind } });
    });

    test(`${what} in gzip looks like gzip that holds ${kind}`, () => {
      assert.deepEqual(lookAt(gzipSync(Buffer.from(hex, 'hex'))), { codec: 'gzip', content: { kind } });
    });
  }
}

for (const [codec, compress] of [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate_raw', deflateRawSync],
  ['brotli', brotliCompressSync],
  ...(zstdCompress === undefined ? [] : ([['zstd', zstdCompress]] as const)),
] as const) {
  for (const [what, text, kind] of [
    ['a JSON text', JSON_TEXT, 'json'],
    [
      'a large JSON text',
      JSON.stringify(Array.from({ length: 5_000 }, (_, n) => ({ n, text: `number ${n}` }))),
      'json',
    ],
    ['lines of JSON', `${JSON_TEXT}\n${JSON_TEXT}\n`, 'pieces'],
    ['text', 'heartbeat of the feed, nothing more', 'text'],
  ] as const) {
    test(`${codec} is found by ${what} in it`, () => {
      const look = lookAt(compress(Buffer.from(text)));
      assert.deepEqual([look.codec, look.content.kind], [codec, kind]);
    });
  }

  test(`${codec} is what the hint says, with the key to set`, () => {
    assert.match(
      hintFor(lookAt(compress(Buffer.from(JSON_TEXT)))) ?? '',
      new RegExp(`holds JSON: set \`decompress: ${codec}\`\\.`),
    );
  });
}

test('zstd is found where this Node has none, and the hint says which Node has it', (t) => {
  if (noZstd === false) return t.skip('this Node has zstd');
  // What Node 24 makes of `{"n":1}`.
  const look = lookAt(Buffer.from('28b52ffd20073900007b226e223a317d', 'hex'));
  assert.equal(look.codec, 'zstd');
  assert.match(hintFor(look) ?? '', /^It is zstd: set `decompress: zstd`\. Node \S+ has no zstd; Node 22\.15/);
});

for (const [what, text, kind] of [
  ['nothing', '', 'text'],
  ['JSON', JSON_TEXT, 'json'],
  ['a number', '8', 'json'],
  ['JSON in lines', '{"a":1}\n{"a":2}\n', 'pieces'],
  ['JSON texts that end in U+001E', '{"type":6}\u001e{"type":1}\u001e', 'pieces'],
  ['one JSON text that ends in U+001E', '{}\u001e', 'pieces'],
  ['JSON texts that end in NUL', '{"a":1}\0', 'pieces'],
  ['JSON texts with carriage returns between them', '{"a":1}\r[2]\r', 'pieces'],
  ['JSON that is cut off', '{"a":', 'text'],
  ['JSON with a comma too many', '{"a":1,}', 'text'],
  ['plain text', 'pong', 'text'],
  ['lines of text', '8=FIX.4.4|35=A\n8=FIX.4.4|35=0\n', 'text'],
  ['text that begins as a header of zlib does', 'x^2 and 8', 'text'],
  ['text that begins with a brace of zstd', '(µ/ý', 'text'],
  ['text of other alphabets', 'Ωμέγα 取引 торговля 😀', 'text'],
  ['coloured text', '\u001b[32mok\u001b[0m', 'text'],
  ['XML', '<?xml version="1.0"?>\n<trade price="1.10"/>', 'text'],
  ['base64', 'gqdjb21wYWN0w6ZzY2hlbWEA', 'text'],
] as const) {
  test(`${what} is taken for nothing binary`, () => {
    for (const bytes of [Buffer.from(text), Buffer.from(text, 'utf8').subarray()]) {
      const look = lookAt(bytes);
      assert.deepEqual([look.codec, look.content.kind], [undefined, kind]);
    }
  });
}

test('no JSON text, and no text that a person writes, is taken for anything binary', () => {
  const pairs = fc.oneof(
    fc.json().map((text) => [text, 'json'] as const),
    fc.string({ unit: 'grapheme' }).map((text) => [text.replace(/[\0-\x1f\x7f]/g, ' '), 'text'] as const),
  );
  fc.assert(
    fc.property(pairs, ([text, kind]) => {
      const { codec, content } = lookAt(Buffer.from(text));
      assert.equal(codec, undefined);
      assert.ok(
        kind === 'json' ? content.kind === 'json' : ['text', 'json', 'pieces'].includes(content.kind),
        content.kind,
      );
    }),
  );
});

test('bytes by chance are looked at without an error, and are hardly ever compressed text', () => {
  let compressed = 0;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 200 }), (bytes) => {
      if (lookAt(Buffer.from(bytes)).codec !== undefined) compressed += 1;
    }),
    { numRuns: 2_000, seed: 7 },
  );
  assert.ok(compressed <= 2, `${compressed} of 2000`);
});

for (const bytes of [
  [1, 2, 3],
  [0],
  [0xff],
  [0xc1],
  [0x1f, 0x8b, 1],
  [0x78, 0x9c],
  [0x80, 0x80],
  [0x9f],
  [0xdd, 0xff, 0xff, 0xff, 0xff],
]) {
  test(`${JSON.stringify(bytes)} looks like nothing that is known`, () => {
    assert.deepEqual(lookAt(Buffer.from(bytes)), { codec: undefined, content: { kind: 'unknown' } });
  });
}

test('what is nested without an end is no format, and no stack overflows', () => {
  for (const byte of [0x91, 0x81, 0x9f, 0xc1, 0x0a]) {
    assert.equal(lookAt(Buffer.alloc(1_000_000, byte)).codec, undefined);
  }
});

for (const [what, bytes, hint] of [
  ['JSON', Buffer.from(JSON_TEXT), undefined],
  ['text', Buffer.from('pong'), undefined],
  ['bytes', Buffer.from([1, 2, 3]), undefined],
  ['lines', Buffer.from('1\n2\n'), 'It holds many lines of JSON: set `split: lines`.'],
  ['pieces', Buffer.from('1\u001e2'), 'It holds JSON texts with U+001E between them: set `split: { on: "\\u001e" }`.'],
  [
    'gzip of lines',
    gzipSync('1\n2'),
    'It is gzip that holds many lines of JSON: set `decompress: gzip` and `split: lines`.',
  ],
  [
    'zlib of text',
    deflateSync('pong'),
    'It is zlib that holds text: set `decompress: deflate` and `message_format: raw_string`.',
  ],
  ['gzip of bytes', gzipSync(Buffer.from([1, 2, 3])), 'It is gzip: set `decompress: gzip`.'],
  [
    'MessagePack',
    Buffer.from(MESSAGEPACK['an array of numbers'], 'hex'),
    'It looks like MessagePack: set `message_format: binary`, which stores frames as base64, or decode them in code, by `decode` of `createSource()` or `parse()`.',
  ],
  [
    'gzip of CBOR',
    gzipSync(Buffer.from(CBOR['with the tag that says that it is CBOR'], 'hex')),
    'It is gzip that holds what looks like CBOR: set `decompress: gzip` and `message_format: binary`, which stores frames as base64, or decode them in code, by `decode` of `createSource()` or `parse()`.',
  ],
] as const) {
  test(`the hint for ${what} is ${hint}`, () => assert.equal(hintFor(lookAt(bytes)), hint));
}

test('what was to be inflated and is not compressed is told so', () => {
  assert.match(
    hintForNotInflated(lookAt(Buffer.from(JSON_TEXT))) ?? '',
    /^It is not compressed: set `decompress: auto`/,
  );
  assert.match(hintForNotInflated(lookAt(deflateSync(JSON_TEXT))) ?? '', /set `decompress: deflate`/);
  assert.equal(hintForNotInflated(lookAt(Buffer.from([1, 2, 3]))), undefined);
});
