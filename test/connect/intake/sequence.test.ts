import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ARRANGEMENTS, gapsOf, run } from '../../support/arrangements.js';
import { feed, hasRead, sends } from '../../support/feed.js';

for (const arrangement of ARRANGEMENTS) {
  test(`sequence: a hole is a gap before the frame behind it (${arrangement})`, async (t) => {
    const server = await feed(t, sends('{"s":"A","u":1}', '{"s":"B","u":7}', '{"s":"A","u":4}', '{"s":"B","u":8}'));
    const config = { url: server.url, unbounded: true, sequence: { path: 'u', key: 's' }, gaps: 'records' } as const;
    const outcome = await run(arrangement, config);
    const [gap, ...more] = gapsOf(outcome);
    assert.deepEqual(more, []);
    const { cause, key, missing, afterSequence, beforeSequence, dropped } = gap!;
    assert.deepEqual([cause, key, missing, afterSequence, beforeSequence, dropped], ['sequence', 'A', 2, 1, 4, 0]);
    assert.deepEqual([outcome.stats.gaps, outcome.stats.sequence?.missing, outcome.stats.gapMs], [1, 2, 0]);
    assert.equal(outcome.texts.length, 5);
    assert.match(
      outcome.texts[2]!,
      /^\{"gap":\{"cause":"sequence","connection":1,"code":null,.*"after_sequence":1,"before_sequence":4,"dropped":0,"missing":2,"key":"A"\}\}$/,
    );
    assert.equal(outcome.stats.records, 4);
  });

  test(`sequence: numbers past 2^53 are exact in the output, too (${arrangement})`, async (t) => {
    const server = await feed(t, sends('{"u":9007199254740993}', '{"u":"9007199254740995"}'));
    const config = { url: server.url, unbounded: true, sequence: { path: 'u' }, gaps: 'records' } as const;
    const { texts } = await run(arrangement, config);
    assert.match(
      texts[1]!,
      /"after_sequence":9007199254740993,"before_sequence":9007199254740995,"dropped":0,"missing":1/,
    );
  });

  test(`sequence: what is missing after a reconnect is told after the gap that it belongs to (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      if (client.number === 1) {
        await client.sendMany(['{"u":1}', '{"u":2}']);
        await hasRead(client);
        await client.drop();
      } else await client.sendMany(['{"u":5}', '{"u":6}']);
    });
    const outcome = await run(arrangement, {
      url: server.url,
      max_messages: 4,
      reconnect: true,
      reconnect_backoff: 0,
      sequence: { path: 'u', step: 1 },
    });
    assert.deepEqual(
      gapsOf(outcome).map((gap) => [gap.cause, gap.connection, gap.afterSequence, gap.beforeSequence, gap.missing]),
      [
        ['disconnected', 1, 1, 2, undefined],
        ['sequence', 2, 2, 5, 2],
      ],
    );
  });

  test(`dedupe: what is sent again after a reconnect is dropped and counted (${arrangement})`, async (t) => {
    for (const by of ['content', ['u']] as const) {
      const server = await feed(t, async (client) => {
        await client.sendMany(client.number === 1 ? ['{"u":1}', '{"u":2}'] : ['{"u":1}', '{"u":2}', '{"u":3}']);
        if (client.number === 1) await client.drop();
      });
      const { texts, stats } = await run(arrangement, {
        url: server.url,
        max_messages: 3,
        reconnect: true,
        reconnect_backoff: 0,
        dedupe: { by, window: '1m' },
        sequence: { path: 'u' },
      });
      assert.deepEqual(texts, ['{"u":1}', '{"u":2}', '{"u":3}']);
      assert.deepEqual([stats.duplicates, stats.frames, stats.gaps, stats.sequence?.missing], [2, 3, 1, 0]);
    }
  });
}
