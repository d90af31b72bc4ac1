import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { createFeedServer, type ReadFramesOptions, readFrames } from '../../lib/testing/index.js';
import { messagesOf } from './plain-client.js';

describe('readFrames', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spillway-frames-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function frames(name: string, content: string | Buffer, options?: ReadFramesOptions): Promise<string[]> {
    const path = join(folder, name);
    await writeFile(path, content);
    const texts: string[] = [];
    for await (const frame of readFrames(path, options)) {
      assert.ok(Buffer.isBuffer(frame));
      texts.push(frame.toString());
    }
    return texts;
  }

  it('reads lines as they stand, without empty ones, with or without a last line feed', async () => {
    assert.deepEqual(await frames('a.jsonl', '{"a": 1.10}\r\n\n["é"]\n'), ['{"a": 1.10}', '["é"]']);
    assert.deepEqual(await frames('b.ndjson', '1\n2'), ['1', '2']);
    assert.deepEqual(await frames('c.jsonl', ''), []);
  });

  it('inflates what ends in .gz', async () => {
    assert.deepEqual(await frames('a.jsonl.gz', gzipSync('{"a":1}\n{"b":2}\n')), ['{"a":1}', '{"b":2}']);
    assert.deepEqual(await frames('a.json.gz', gzipSync('[1,{"b":2}]')), ['1', '{"b":2}']);
  });

  it('names the line that is not JSON, after the frames before it, and serves it when check is off', async () => {
    await assert.rejects(frames('bad.jsonl', '1\n\nnope\n'), {
      code: 'ERR_CONFIG',
      message: /bad\.jsonl:3: The line is not JSON/,
    });
    assert.deepEqual(await frames('bad.jsonl', '1\n\nnope\n', { check: false }), ['1', 'nope']);
  });

  it('reads the elements of an array, at the top or inside, with their digits and in their order of keys', async () => {
    const array = '[ {"b":1.10,"a":[{},[],"\\u0041",null,true,false]} , 12345678901234567890, "s" ]';
    const expected = ['{"b":1.10,"a":[{},[],"A",null,true,false]}', '12345678901234567890', '"s"'];
    assert.deepEqual(await frames('d.json', array), expected);
    assert.deepEqual(
      await frames('e.json', `{"x":[1],"data":{"trades":${array}},"y":2}`, { recordsPath: 'data.trades' }),
      expected,
    );
    assert.deepEqual(await frames('f.txt', array, { format: 'document' }), expected);
    assert.deepEqual(await frames('g.json', '[]'), []);
    assert.deepEqual(await frames('h.json', '{"a":[1],"a":[2]}', { recordsPath: 'a' }), ['1']);
  });

  it('gives back any array of JSON values, element by element', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.boolean(), async (values, isIndented) => {
        const text = JSON.stringify({ r: values }, undefined, isIndented ? 2 : undefined);
        assert.deepEqual(
          await frames('any.json', text, { recordsPath: 'r' }),
          values.map((value) => JSON.stringify(value)),
        );
      }),
      { numRuns: 50 },
    );
  });

  const faults: [content: string, options: ReadFramesOptions, message: RegExp][] = [
    ['[1,\n2,\nx]', {}, /fault\.json:3:1: The document is not JSON: expected a value/],
    ['[1,\n2', {}, /fault\.json:2:2: The document is not JSON/],
    ['', {}, /The document is not JSON: expected a value/],
    ['[1] 2', {}, /fault\.json:1:5: The document is not JSON/],
    ['{"a":[1]}', {}, /The document is no array\. Name the array's place/],
    ['{"a":"b"}', { recordsPath: 'a' }, /What stands at a is no array/],
    ['{"a":[1]}', { recordsPath: 'b' }, /There is nothing at b/],
  ];
  for (const [content, options, message] of faults) {
    it(`says what is wrong with the document ${JSON.stringify(content)}`, async () => {
      await assert.rejects(frames('fault.json', content, options), { code: 'ERR_CONFIG', message });
    });
  }

  it('says that a file is not there, or cannot be inflated', async () => {
    const none = readFrames(join(folder, 'none.jsonl'))[Symbol.asyncIterator]();
    await assert.rejects(none.next(), {
      code: 'ERR_CONFIG',
      message: /none\.jsonl: The file cannot be read \(ENOENT\)/,
    });
    const whole = gzipSync('{"a":1}\n'.repeat(100));
    await assert.rejects(frames('cut.jsonl.gz', whole.subarray(0, -9)), {
      code: 'ERR_CONFIG',
      message: /cannot be inflated/,
    });
    await assert.rejects(frames('cut.json.gz', Buffer.from('[1]')), {
      code: 'ERR_CONFIG',
      message: /cannot be inflated/,
    });
  });

  it('refuses options that it does not know', () => {
    // @ts-expect-error a misspelt option
    assert.throws(() => readFrames('x.json', { recordPath: 'a' }), { code: 'ERR_CONFIG', message: /recordsPath/ });
  });

  it('can be served as a feed, and left early', async () => {
    const path = join(folder, 'served.jsonl');
    const lines = Array.from({ length: 5_000 }, (_, i) => `{"n":${i}}`);
    await writeFile(path, lines.join('\n'));
    await using server = await createFeedServer({
      onConnection: async (client) => {
        await client.sendMany(readFrames(path));
        await client.close(1000);
      },
    });
    assert.deepEqual(await messagesOf(new WebSocket(server.url)), lines);
    for await (const frame of readFrames(path)) {
      assert.equal(frame.toString(), '{"n":0}');
      break;
    }
  });
});
