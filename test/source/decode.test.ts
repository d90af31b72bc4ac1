import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { decode as fromCbor, encode as toCbor } from 'cborg';
import { createSource, type Decode } from '../../lib/index.js';
import { readText, temporaryFolder } from '../sink/files.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed, sends } from '../support/feed.js';

const decode: Decode = (data) => fromCbor(data);
const packed = (value: unknown): Buffer => Buffer.from(toCbor(value));
const BAD = Buffer.from([0x1f]);

for (const arrangement of ARRANGEMENTS) {
  const received = async (t: TestContext, config: object, ...frames: (string | Buffer)[]) => {
    const server = await feed(t, sends(...frames));
    return await run(arrangement, { url: server.url, unbounded: true, ...config }, { decode });
  };

  test(`a decoder gives the records of a source (${arrangement})`, async (t) => {
    const { texts, error } = await received(t, {}, packed({ id: 2n ** 60n, price: 1.5 }), packed([1]), packed(null));
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['{"id":1152921504606846976,"price":1.5}', '[1]', 'null']);
  });

  test(`what a decoder gives goes through every stage (${arrangement})`, async (t) => {
    const config = {
      record_schema: { type: 'object', required: ['p'] },
      on_invalid_record: 'skip',
      records_path: '$',
      select: ['p'],
      envelope: true,
      transforms: [{ type: 'drop', config: { fields: ['received_at', 'url'] } }],
    };
    const { texts, error, stats } = await received(t, config, packed([{ p: 1, q: 2 }, { q: 3 }]), packed([]));
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['{"data":{"p":1}}']);
    assert.deepEqual([stats.records, stats.skipped, stats.frames], [1, 1, 2]);
  });

  test(`a frame that the decoder cannot read ends the run, after what came before (${arrangement})`, async (t) => {
    const { texts, error } = await received(t, {}, packed(1), packed(2), BAD, packed(3));
    assert.deepEqual(texts, ['1', '2']);
    assert.equal((error as NodeJS.ErrnoException).code, 'ERR_PARSE');
    assert.match(error!.message, /Frame 2 of connection 1 cannot be parsed: `decode` failed: CBOR decode error/);
    assert.ok(error!.cause instanceof Error);
  });

  test(`a frame that the decoder cannot read is dropped with on_parse_error: skip (${arrangement})`, async (t) => {
    const { texts, error, stats } = await received(t, { on_parse_error: 'skip' }, packed(1), BAD, packed(3));
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1', '3']);
    assert.equal(stats.skipped, 1);
  });

  test(`a frame that the decoder cannot read is a dead letter (${arrangement})`, async (t) => {
    const path = join(temporaryFolder(t), 'refused.jsonl');
    const { texts, stats } = await received(t, { dead_letter: path }, BAD, packed(1));
    assert.deepEqual(texts, ['1']);
    assert.equal(stats.deadLetters, 1);
    const letter = JSON.parse(readText(path)) as Record<string, unknown>;
    const { data, encoding, code, offset } = letter;
    assert.deepEqual(
      { data, encoding, code, offset },
      { data: '\u001f', encoding: 'utf8', code: 'ERR_PARSE', offset: null },
    );
  });

  test(`a decoder that returns what cannot be used ends the run, after what came before (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1', '2', '3'));
    const wrong: Decode = (data) => (data.toString() === '3' ? undefined : data);
    const { texts, error } = await run(arrangement, { url: server.url, unbounded: true }, { decode: wrong });
    assert.deepEqual(texts, ['1', '2']);
    assert.equal((error as NodeJS.ErrnoException).code, 'ERR_CONFIG');
    assert.match(error!.message, /^parse\.decode: The function returned undefined\./);
  });
}

test('a decoder does not go with what says otherwise what a frame is, and nothing is connected', () => {
  const url = 'ws://127.0.0.1:9';
  const given = { url, unbounded: true };
  for (const [config, sentence] of [
    [{ message_format: 'binary' }, /`format: 'binary'` \(`message_format`\)/],
    [{ split: 'lines' }, /`split` cuts text/],
  ] as const) {
    assert.throws(() => createSource({ ...given, ...config }, { decode }), { code: 'ERR_CONFIG', message: sentence });
  }
  assert.throws(() => createSource(given, { decode: 'cbor' as never }), {
    code: 'ERR_CONFIG',
    message: /Expected a function/,
  });
});

test('check() says whether the decoder can read the first frame, and fails where it returns what cannot be used', async (t) => {
  const of = async (frame: Buffer, by: Decode) => {
    const server = await feed(t, sends(frame));
    return createSource({ url: server.url, unbounded: true }, { decode: by }).check();
  };
  assert.equal((await of(packed(1), decode)).firstFrame?.error, undefined);
  assert.equal((await of(BAD, decode)).firstFrame?.error?.code, 'ERR_PARSE');
  await assert.rejects(
    of(packed(1), () => undefined),
    { code: 'ERR_CONFIG' },
  );
});
