import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import {
  batch,
  createSource,
  envelope,
  type Frame,
  filter,
  jsonlFile,
  map,
  parse,
  stdout,
  validate,
  WebSocketReadable,
} from '../../../lib/index.js';
import { createFakeClock, type FeedClient } from '../../../lib/testing/index.js';
import { readText, temporaryFolder } from '../../sink/files.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { feed, hasRead } from '../../support/feed.js';

/** Sends `1`, drops, and on the second connection sends `2` and `3`. */
async function dropsOnce(client: FeedClient): Promise<void> {
  if (client.number === 1) {
    await client.send('{"n":1}');
    await hasRead(client);
    await client.drop();
  } else await client.sendMany(['{"n":2}', '{"n":3}']);
}

const RECONNECTS = { reconnect: true, reconnect_backoff: 0 } as const;

for (const arrangement of ARRANGEMENTS) {
  test(`gaps records: a gap is a line at its place, and counts for no record (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, dropsOnce);
    const { texts, stats, pages } = await run(
      arrangement,
      { url: server.url, gaps: 'records', max_messages: 3, reconnect: true, reconnect_backoff: 2, linger: 'none' },
      { clock, onEvent: (name) => name === 'reconnecting' && clock.advance(2_000) },
    );
    const at = Date.UTC(2026, 0, 1);
    assert.deepEqual(texts, [
      '{"n":1}',
      `{"gap":{"cause":"disconnected","connection":1,"code":1006,"from":${at},"to":${at + 2_000},"duration_ms":2000,"after_sequence":0,"before_sequence":1,"dropped":0}}`,
      '{"n":2}',
      '{"n":3}',
    ]);
    assert.equal(stats.records, 3);
    assert.deepEqual(
      pages.map((page) => [page.length, page.recordsAmong(), page.recordsAmong(2)]),
      [[4, 3, 1]],
    );
    const [page] = pages;
    assert.deepEqual(
      page?.messages.map((message) => [message.isGap, message.frame.gap?.cause, message.frame.sequence]),
      [
        [false, undefined, 0],
        [true, 'disconnected', 1],
        [false, undefined, 1],
        [false, undefined, 2],
      ],
    );
  });

  test(`gaps records: envelope, record_schema, select, split and records_path leave a gap alone (${arrangement})`, async (t) => {
    const config = { gaps: 'records', max_messages: 3, ...RECONNECTS } as const;
    const url = async (): Promise<string> => (await feed(t, dropsOnce)).url;
    const record_schema = { type: 'object', required: ['n'] };
    const enveloped = await run(arrangement, { ...config, url: await url(), envelope: true, record_schema });
    assert.deepEqual(
      enveloped.values.map((value) => Object.keys(value as object)[0]),
      ['data', 'gap', 'data', 'data'],
    );
    assert.equal(enveloped.stats.skipped, 0);
    const selected = await run(arrangement, { ...config, url: await url(), select: ['n'] });
    assert.match(selected.texts[1]!, /^\{"gap":\{"cause":"disconnected"/);
    const lines = await run(arrangement, { ...config, url: await url(), split: 'lines' });
    assert.match(lines.texts[1]!, /^\{"gap":\{"cause":"disconnected"/);
    const raw = await run(arrangement, { ...config, url: await url(), message_format: 'raw_string' });
    assert.match(raw.texts[1]!, /^\{"gap":\{"cause":"disconnected"/);
    const arrays = await feed(t, async (client) => {
      if (client.number === 1) {
        await client.send('{"a":[1]}');
        await client.drop();
      } else await client.send('{"a":[2,3]}');
    });
    const elements = await run(arrangement, { ...config, url: arrays.url, records_path: 'a' });
    assert.deepEqual([elements.texts.length, elements.texts[0], elements.texts[3]], [4, '1', '3']);
  });

  test(`gaps records: a gap that is open at the end is the last line, with the feed's name (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      if (client.number === 1) await client.send('1');
      await client.close(1001);
    });
    const config = { url: server.url, gaps: 'records', unbounded: true, ...RECONNECTS } as const;
    const { values, error, stats } = await run(
      arrangement,
      { ...config, max_reconnect_attempts: 1 },
      { feed: 'btc "trades"' },
    );
    assert.ok(error !== undefined);
    const [one, last] = values as [number, { gap: Record<string, unknown> }];
    assert.deepEqual([one, values.length, stats.records], [1, 2, 1]);
    const { cause, feed: name, code, before_sequence } = last.gap;
    assert.deepEqual([cause, name, code, before_sequence], ['disconnected', 'btc "trades"', 1001, null]);
  });

  test(`gaps events: nothing but records is in the output (${arrangement})`, async (t) => {
    const server = await feed(t, dropsOnce);
    const { texts, stats } = await run(arrangement, { url: server.url, max_messages: 3, ...RECONNECTS });
    assert.deepEqual(texts, ['{"n":1}', '{"n":2}', '{"n":3}']);
    assert.equal(stats.gaps, 1);
  });
}

test('a gap passes every stage by hand as it is, and map() and filter() do not see it', async (t) => {
  const server = await feed(t, dropsOnce);
  const path = join(temporaryFolder(t), 'out.jsonl');
  const file = jsonlFile(path);
  await pipeline(
    new WebSocketReadable(server.url, { gaps: 'records', maxFrames: 3, reconnect: true, reconnectBackoff: 0 }),
    parse(),
    validate({ type: 'object', required: ['n'] }),
    filter((message) => (message.value as { n: number }).n !== 2),
    map((message) => ({ ...(message.value as object), mapped: true })),
    envelope(),
    batch(),
    file,
  );
  const [first, gap, last, ...more] = readText(path).trimEnd().split('\n');
  assert.match(first!, /^\{"data":\{"n":1,"mapped":true\}/);
  assert.match(gap!, /^\{"gap":\{"cause":"disconnected","connection":1,"code":1006,/);
  assert.match(last!, /^\{"data":\{"n":3,"mapped":true\}/);
  assert.deepEqual([more, file.stats.records], [[], 2]);
});

test('a sink counts records, and no gaps, also when it writes them in another form', async (t) => {
  const config = { gaps: 'records', max_messages: 3, ...RECONNECTS } as const;
  const pages = async () => createSource({ ...config, url: (await feed(t, dropsOnce)).url }).pages();
  const pretty = jsonlFile(join(temporaryFolder(t), 'pretty.jsonl'), { pretty: true });
  await pipeline(await pages(), pretty);
  assert.equal(pretty.stats.records, 3);
  const output = stdout({ stream: new PassThrough().resume() });
  await pipeline(await pages(), output);
  assert.equal(output.stats.records, 3);
});

test('a Readable of frames has a frame with a `gap` at its place, and counts it for none', async (t) => {
  const server = await feed(t, dropsOnce);
  const options = { gaps: 'records', maxFrames: 3, reconnect: true, reconnectBackoff: 0 } as const;
  const frames = (await new WebSocketReadable(server.url, options).toArray()) as Frame[];
  assert.deepEqual(
    frames.map(({ gap, connection, sequence }) => [gap?.cause, connection, sequence]),
    [
      [undefined, 1, 0],
      ['disconnected', 1, 1],
      [undefined, 2, 1],
      [undefined, 2, 2],
    ],
  );
});
