import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { envelope, type Message, parse, select } from '../../lib/index.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed, sends } from '../support/feed.js';
import { WATCHDOG } from '../support/watchdog.js';

/** The texts, as a file would have them, of what a stage makes of frames. */
async function selected(paths: readonly string[], frames: readonly (string | Buffer)[]): Promise<string[]> {
  const texts: string[] = [];
  await pipeline(Readable.from(frames), parse(), select(paths), async (messages: AsyncIterable<Message>) => {
    for await (const message of messages) texts.push(lineOf(message));
  });
  return texts;
}

function lineOf(message: Message): string {
  const line = Buffer.alloc(message.byteLength);
  return line.toString('utf8', 0, message.copyTo(line, 0));
}

describe('select', () => {
  const cases: [title: string, paths: string[], record: string, expected: string][] = [
    [
      'fields at any depth, in the order given',
      ['data.price', 'symbol'],
      '{"symbol":"B","data":{"price":1}}',
      '{"data.price":1,"symbol":"B"}',
    ],
    ['the bytes that arrived', ['a', 'b'], '{"a":1.10,"b":"\\u0041"}', '{"a":1.10,"b":"\\u0041"}'],
    ['integers past 2^53', ['a'], '{"a":12345678901234567890}', '{"a":12345678901234567890}'],
    ['objects and arrays as they are', ['a', 'b'], '{"a":{"x":[1, 2]},"b":[]}', '{"a":{"x":[1, 2]},"b":[]}'],
    ['elements of arrays', ['a[1].x', 'a.0'], '{"a":[1,{"x":2}]}', '{"a[1].x":2,"a.0":1}'],
    ['null where null was sent, and nothing where nothing was', ['a', 'b'], '{"a":null}', '{"a":null}'],
    ['nothing of a record that has none of them', ['a'], '{"b":1}', '{}'],
    ['nothing of a scalar', ['a'], '1', '{}'],
    ['of duplicate keys the last', ['a'], '{"a":1,"a":2}', '{"a":2}'],
    ['keys that need quotes', ['["a.b"].c'], '{"a.b":{"c":1}}', '{"[\\"a.b\\"].c":1}'],
  ];
  for (const [title, paths, record, expected] of cases) {
    it(`keeps ${title}`, async () => assert.deepEqual(await selected(paths, [record]), [expected]));
  }

  it('makes a line of a value with line breaks in it', async () => {
    assert.deepEqual(await selected(['a'], ['{"a":[1,\r\n2]}']), ['{"a":[1,  2]}']);
  });

  it('gives what walking the value gives', async () => {
    const record = fc.dictionary(fc.stringMatching(/^[a-z]{1,2}$/), fc.jsonValue(), { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 5 }), async (records) => {
        const texts = await selected(
          ['a', 'b', 'zz'],
          records.map((one) => JSON.stringify(one)),
        );
        const expected = records.map((one) =>
          Object.fromEntries(['a', 'b', 'zz'].filter((k) => k in one).map((k) => [k, one[k]])),
        );
        assert.deepEqual(
          texts,
          expected.map((one) => JSON.stringify(one)),
        );
      }),
      { ...WATCHDOG, numRuns: 50 },
    );
  });

  it('can follow an envelope', async () => {
    const texts: string[] = [];
    const frames = [
      { data: Buffer.from('{"p":1}'), receivedAt: 5, url: 'ws://x', isBinary: false, connection: 1, sequence: 0 },
    ];
    const stages = [Readable.from(frames), parse(), envelope(), select(['data.p', 'received_at'])] as const;
    await pipeline(...stages, async (messages: AsyncIterable<Message>) => {
      for await (const message of messages) texts.push(lineOf(message));
    });
    assert.deepEqual(texts, ['{"data.p":1,"received_at":5}']);
  });

  it('refuses paths that cannot be read, are empty, or stand there twice', () => {
    for (const [paths, message] of [
      [[], /^select: Expected a list of 1 to 1000 paths/],
      [['a', 'a'], /^select\[1\]: This path stands there twice/],
      [['a..b'], /^select\[0\]: The path "a\.\.b" cannot be read/],
      [[''], /^select\[0\]: .*not an empty one/],
      ['a', /^select: Expected a list/],
    ] as [readonly string[] | string, RegExp][]) {
      assert.throws(() => select(paths as string[]), { code: 'ERR_CONFIG', message });
    }
  });

  it('fails with ERR_CONFIG for what is no message', async () => {
    const failing = pipeline(Readable.from([{}]), select(['a']), async (messages: AsyncIterable<Message>) => {
      for await (const _ of messages);
    });
    await assert.rejects(failing, { code: 'ERR_CONFIG', message: /parse\(\)/ });
  });
});

for (const arrangement of ARRANGEMENTS) {
  describe(`select in a configuration (${arrangement})`, () => {
    it('is applied after the check of the record, and within the envelope', async (t) => {
      const server = await feed(t, sends('{"a":1.0,"b":2}', '{"a":3}', '{"a":4,"b":{"c":5}}'));
      const { texts, values, stats } = await run(arrangement, {
        url: server.url,
        unbounded: true,
        select: ['b', 'a'],
        record_schema: { type: 'object', required: ['b'] },
        on_invalid_record: 'skip',
        envelope: true,
      });
      assert.deepEqual(
        values.map((value) => (value as { data: unknown }).data),
        [
          { b: 2, a: 1 },
          { b: { c: 5 }, a: 4 },
        ],
      );
      assert.match(texts[0]!, /^\{"data":\{"b":2,"a":1\.0\},"received_at":/);
      assert.deepEqual([stats.records, stats.skipped], [2, 1]);
    });

    it('needs message_format: json', async () => {
      const config = { url: 'ws://x', unbounded: true, select: ['a'], message_format: 'binary' } as const;
      await assert.rejects(run(arrangement, config), { code: 'ERR_CONFIG', message: /`select` looks into JSON/ });
    });
  });
}
