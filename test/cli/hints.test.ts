import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { noZstd, zstdCompress } from '../support/zstd.js';
import { jsonLines, pipelineFile } from './cli.js';
import { warmSpillway } from './warm.js';

const TRADE = '{"symbol":"BTC","price":1.10}';
const MESSAGEPACK = Buffer.from('83a673796d626f6ca3425443a57072696365cb3ff199999999999aa473697a6503', 'hex');
const PROTOBUF = Buffer.from('0a07425443555344541109d7a3703df4f840180320c0c4d0e8f62f', 'hex');

describe('frames that are not what the configuration says', { concurrency: 2 }, () => {
  for (const [what, frame, hint] of [
    ['gzip', gzipSync(TRADE), /It is gzip that holds JSON: set `decompress: gzip`\./],
    ['zlib', deflateSync(TRADE), /It is zlib that holds JSON: set `decompress: deflate`\./],
    ['raw deflate', deflateRawSync(TRADE), /It is raw deflate that holds JSON: set `decompress: deflate_raw`\./],
    ['brotli', brotliCompressSync(TRADE), /It is brotli that holds JSON: set `decompress: brotli`\./],
    ...(zstdCompress === undefined ? [] : ([['zstd', zstdCompress(TRADE), /set `decompress: zstd`\./]] as const)),
    ['MessagePack', MESSAGEPACK, /It looks like MessagePack: set `message_format: binary`, .*by `decode` of/],
    ['Protocol Buffers', PROTOBUF, /It looks like Protocol Buffers: set `message_format: binary`/],
    ['JSON with U+001E', Buffer.from(`${TRADE}\u001e${TRADE}\u001e`), /set `split: \{ on: "\\u001e" \}`\./],
  ] as const) {
    it(`are told by doctor and preview as ${what}, with the key to set`, async (t) => {
      const server = await feed(t, sendsThenWaits(frame));
      const [doctor, preview] = await Promise.all([
        warmSpillway(t, ['doctor', server.url, '--json']),
        warmSpillway(t, ['preview', server.url, '--json']),
      ]);
      const look = jsonLines(doctor.stdout).find(({ name }) => name === 'first frame');
      assert.match(String(look?.['advice']), hint);
      const error = jsonLines(preview.stderr).find(({ type }) => type === 'error');
      assert.match(String(error?.['message']), hint);
      assert.deepEqual([doctor.status, preview.status], [1, 1]);
    });
  }

  it('make a warning of doctor when they are stored as text, and none as base64', async (t) => {
    const server = await feed(t, sendsThenWaits(gzipSync(TRADE)));
    for (const [format, status] of [
      ['raw_string', 'warning'],
      ['binary', 'ok'],
    ] as const) {
      const { file } = await pipelineFile(t, { url: server.url, unbounded: true, message_format: format });
      const { stdout } = await warmSpillway(t, ['doctor', file, '--json']);
      const look = jsonLines(stdout).find(({ name }) => name === 'first frame');
      assert.equal(look?.['status'], status);
      assert.match(`${look?.['detail']} ${look?.['advice']}`, /gzip that holds JSON: set `decompress: gzip`/);
    }
  });

  it('that are not compressed at all are told so where decompress is set', async (t) => {
    const server = await feed(t, sends(Buffer.from(TRADE)));
    const { status, stderr } = await warmSpillway(t, ['capture', server.url, '--decompress', 'gzip']);
    assert.match(stderr, /It is not compressed: set `decompress: auto`, or leave it out\./);
    assert.equal(status, 1);
  });
});

it('decompress: zstd is refused by validate where this Node has none, with line and column', async (t) => {
  if (noZstd === false) return t.skip('this Node has zstd');
  const { file } = await pipelineFile(t, { url: 'ws://a', unbounded: true, decompress: 'zstd' });
  const { status, stdout, stderr } = await warmSpillway(t, ['validate', file]);
  assert.match(
    stdout + stderr,
    /:1:\d+: pipeline\.source\.config\.decompress: Node \S+ has no zstd; Node 22\.15, .* Run spillway with one of them\./,
  );
  assert.equal(status, 2);
});
