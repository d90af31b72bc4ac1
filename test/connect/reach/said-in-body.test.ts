import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { saidInBody } from '../../../lib/connect/reach/said-in-body.js';

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html; charset=utf-8' };

for (const [what, body, said] of [
  ['a message', { message: 'No such feed' }, 'No such feed'],
  ['a message beside its code', { code: -1003, msg: 'Too many requests' }, 'Too many requests (-1003)'],
  ['an error of OAuth', { error: 'invalid_grant', error_description: 'It expired' }, 'It expired (invalid_grant)'],
  ['an error inside an error', { error: { code: 'IP_BANNED', message: 'Banned' } }, 'Banned (IP_BANNED)'],
  ['the first of several', { errors: [{ detail: 'One' }, { detail: 'Two' }] }, 'One'],
  ['problem details', { type: 'about:blank', title: 'Gone fishing', status: 503 }, 'Gone fishing'],
  ['text alone', 'Just text', 'Just text'],
  ['no name that is known', { n: 1, ok: false }, '{"n":1,"ok":false}'],
  ['line breaks', { message: 'one\n\ttwo' }, 'one two'],
  ['nothing but empty ones', { message: '', error: ' ' }, '{"message":"","error":" "}'],
] as const) {
  test(`JSON with ${what} says that`, () => {
    assert.equal(saidInBody(400, json, Buffer.from(JSON.stringify(body))), said);
  });
}

for (const [what, headers, body, said] of [
  ['plain text', { 'content-type': 'text/plain' }, ' No entry \r\n for you\n', 'No entry for you'],
  ['text without a type', {}, 'No entry', 'No entry'],
  ['JSON without a type', {}, '{"message":"No entry"}', 'No entry'],
  ['JSON that was cut', json, '{"message":"No en', '{"message":"No en'],
  [
    'a page',
    html,
    '<!doctype html><html><head><title>Oops</title><style>b{}</style><script>let a = "<b>";</script></head><body><!-- no --><h1>Blocked &amp; logged</h1>by&nbsp;&#39;us&#x27;</body></html>',
    "Blocked & logged by 'us'",
  ],
  [
    'a page with characters by their names',
    html,
    '<p>&lt;a&gt; &quot;b&quot; &apos;c&apos; &unknown;</p>',
    `<a> "b" 'c' &unknown;`,
  ],
  ['a page of a title alone', html, '<html><title>Blocked</title></html>', 'Blocked'],
  ['a page that was cut', html, '<p>Blocked</p><script>var a', 'Blocked'],
  ['a page without a type', {}, '<html><body>Blocked</body></html>', 'Blocked'],
  ['XML', { 'content-type': 'application/xml' }, '<Error><Code>AccessDenied</Code></Error>', 'AccessDenied'],
  ['Latin-1', { 'content-type': 'text/plain; charset=ISO-8859-1' }, Buffer.from([0x6e, 0xe9]), 'né'],
  ['a character that was cut', {}, Buffer.from('né').subarray(0, 2), 'n'],
  ['gzip', { 'content-encoding': 'gzip' }, gzipSync('No entry'), 'No entry'],
  ['gzip that was cut', { 'content-encoding': 'x-gzip' }, gzipSync('No entry').subarray(0, -8), 'No entry'],
  ['deflate', { 'content-encoding': 'deflate' }, deflateSync('No entry'), 'No entry'],
  ['brotli', { 'content-encoding': 'br' }, brotliCompressSync('No entry'), 'No entry'],
] as const) {
  test(`${what} says what it says`, () => {
    assert.equal(saidInBody(403, headers, Buffer.from(body)), said);
  });
}

for (const [what, headers, body] of [
  ['nothing', {}, ''],
  ['bytes', { 'content-type': 'image/png' }, Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
  ['bytes that could be text', {}, Buffer.from([0, 1, 2])],
  ['an encoding that nobody asked for', { 'content-encoding': 'zstd' }, 'No entry'],
  ['gzip that is none', { 'content-encoding': 'gzip' }, 'No entry'],
  ['a bomb', { 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(10_000_000, 'a'))],
  ['a charset that nobody knows', { 'content-type': 'text/plain; charset=nonsense' }, 'No entry'],
  ['the status once more', {}, '403 Forbidden\n'],
  [
    'the status as a page',
    html,
    '<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>',
  ],
  ['the status as JSON', json, '{"error":"Forbidden"}'],
  ['an empty object', json, '{ }'],
  ['an empty array', json, '[]'],
  ['an escape sequence', {}, '\x1b[2Jgone'],
] as const) {
  test(`${what} says nothing`, () => {
    assert.equal(saidInBody(403, headers, Buffer.from(body)), undefined);
  });
}

test('no bytes of a body are a failure, and what is said of them stands on one line', () => {
  const headers = fc.constantFrom<Record<string, string>>({}, json, html, { 'content-encoding': 'gzip' });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string(), fc.json()), headers, (body, given) => {
      const said = saidInBody(400, given, Buffer.from(body as string));
      assert.ok(said === undefined || (said !== '' && !/[\n\r\x00-\x08]/.test(said)), said);
    }),
  );
});
