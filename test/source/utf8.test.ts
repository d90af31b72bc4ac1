import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParseError, parse } from '../../lib/index.js';
import { encodeFrame, OPCODES } from '../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed } from '../support/feed.js';
import { refuses } from '../support/refusals.js';

const { text, binary, continuation } = OPCODES;
const BAD = Buffer.from([0x61, 0xc3, 0x28, 0x62]);
const GOOD = Buffer.from('né');

for (const arrangement of ARRANGEMENTS) {
  /** What becomes of these frames, whole ones and such as the receiver reads. */
  const received = async (t: Parameters<typeof feed>[0], config: object, ...frames: readonly Uint8Array[]) => {
    const server = await feed(t, async (client) => {
      for (const bytes of frames) await client.sendRaw(bytes);
      await client.close(1000);
    });
    return await run(arrangement, { url: server.url, unbounded: true, ...config });
  };
  const frame = (opcode: number, payload: Buffer): Uint8Array => encodeFrame({ opcode, payload });
  const inTwo = Buffer.concat([
    encodeFrame({ opcode: text, payload: BAD.subarray(0, 2), fin: false }),
    encodeFrame({ opcode: continuation, payload: BAD.subarray(2) }),
  ]);

  for (const [what, bytes] of [
    ['a text', frame(text, BAD)],
    ['a text in fragments', inTwo],
    ['a binary frame', frame(binary, BAD)],
  ] as const) {
    test(`utf8: ${what} that is not UTF-8 has its bytes replaced by raw_string (${arrangement})`, async (t) => {
      const { texts, error } = await received(t, { message_format: 'raw_string' }, frame(text, GOOD), bytes);
      assert.equal(error, undefined);
      assert.deepEqual(texts, ['"né"', '"a\ufffd(b"']);
    });

    test(`utf8: fail ends the run at ${what} that is not UTF-8, after what came before (${arrangement})`, async (t) => {
      const config = { message_format: 'raw_string', utf8: 'fail' };
      const { texts, error } = await received(t, config, frame(text, GOOD), bytes, frame(text, GOOD));
      assert.deepEqual(texts, ['"né"']);
      assert.ok(error instanceof ParseError);
      assert.equal(error.offset, 1);
      assert.match(error.message, /is not UTF-8, as `utf8: fail` asks for, at byte 1, .*`utf8: replace`/);
    });

    test(`utf8: fail drops ${what} that is not UTF-8 with on_parse_error: skip (${arrangement})`, async (t) => {
      const config = { message_format: 'raw_string', utf8: 'fail', on_parse_error: 'skip' };
      const { texts, error, stats } = await received(t, config, bytes, frame(text, GOOD));
      assert.equal(error, undefined);
      assert.deepEqual([texts, stats.skipped], [['"né"'], 1]);
    });
  }

  test(`utf8: fail looks at each piece by itself (${arrangement})`, async (t) => {
    const lines = Buffer.concat([GOOD, Buffer.from('\n'), BAD, Buffer.from('\n'), GOOD]);
    const config = { message_format: 'raw_string', utf8: 'fail', split: 'lines', on_parse_error: 'skip' };
    const { texts, stats } = await received(t, config, frame(text, lines));
    assert.deepEqual([texts, stats.skipped], [['"né"', '"né"'], 1]);
  });

  test(`utf8: JSON is refused when a string of it is not UTF-8, in binary frames and lines, too (${arrangement})`, async (t) => {
    const bad = Buffer.concat([Buffer.from('{"s":"'), BAD, Buffer.from('"}')]);
    for (const bytes of [frame(text, bad), frame(binary, bad)]) {
      const { texts, error } = await received(t, {}, frame(binary, Buffer.from('{"s":"né"}')), bytes);
      assert.deepEqual(texts, ['{"s":"né"}']);
      assert.ok(error instanceof ParseError);
      assert.equal(error.offset, 7);
    }
    const lines = Buffer.concat([Buffer.from('1\n'), bad, Buffer.from('\n2')]);
    const { texts, stats } = await received(t, { split: 'lines', on_parse_error: 'skip' }, frame(text, lines));
    assert.deepEqual([texts, stats.skipped], [['1', '2'], 1]);
  });
}

const NEEDS =
  '`utf8: fail` looks at text, so it needs `message_format: raw_string`; JSON that is not UTF-8 is refused in any case.';
refuses([
  [{ utf8: 'fail' }, 'utf8', NEEDS],
  [{ utf8: 'fail', message_format: 'binary' }, 'utf8', NEEDS],
]);

test('utf8 with another format is refused in code, too', () => {
  assert.throws(() => parse({ utf8: 'fail' }), /parse\.utf8: `utf8: 'fail'` looks at text/);
});
