import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSource, type Ended, type SourceConfig, WebSocketReadable } from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { ARRANGEMENTS, type Outcome, payloadsOf, run } from '../support/arrangements.js';
import { feed, hasRead, sends, sendsThenWaits } from '../support/feed.js';
import { until } from '../support/until.js';
import { WATCHDOG } from '../support/watchdog.js';

const NUMBERS = Array.from({ length: 300 }, (_, n) => `${n}`);

for (const arrangement of ARRANGEMENTS) {
  test(`max_duration ends a run that is open, with all that was received (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.sendMany(['1', '2', '3']);
      await hasRead(client);
      await clock.advance(599_999);
      await client.send('4');
      await hasRead(client);
      void clock.advance(1);
    });
    const outcome = await run(arrangement, { url: server.url, max_duration: '10m', batch_size: 2 }, { clock });
    assert.deepEqual(
      [outcome.error, outcome.texts, causeOf(outcome)],
      [undefined, ['1', '2', '3', '4'], 'max_duration'],
    );
    assert.equal(clock.pending, 0);
  });

  test(`max_duration counts from the start of the run, over reconnects and their waits, and cuts a wait short (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      await hasRead(client);
      await client.drop();
    });
    let waits = 0;
    const outcome = await run(
      arrangement,
      { url: server.url, max_duration: 25, reconnect: true, reconnect_backoff: 10 },
      {
        clock,
        onEvent: (name) => {
          if (name === 'reconnecting') void clock.advance(++waits === 3 ? 5_000 : 10_000);
        },
      },
    );
    assert.deepEqual([outcome.error, outcome.texts], [undefined, ['1', '2', '3']]);
    assert.equal(causeOf(outcome), 'max_duration');
    assert.deepEqual([clock.monotonic(), clock.pending], [25_000, 0]);
  });

  test(`max_duration ends a run that is still connecting (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, () => {}, {
      refuse: () => {
        void clock.advance(5_000);
        return new Promise(() => {}) as never;
      },
    });
    const config = { url: server.url, max_duration: 5, handshake_timeout: 60 };
    const outcome = await run(arrangement, config, { clock });
    assert.deepEqual([outcome.error, outcome.texts, causeOf(outcome)], [undefined, [], 'max_duration']);
    assert.equal(clock.pending, 0);
  });

  test(`max_duration runs on while a slow sink holds the socket, and what was received is stored (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    let goOn: () => void = () => {};
    const stalled = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let source: ReturnType<typeof createSource> | undefined;
    const server = await feed(t, async (client) => {
      await client.sendMany(NUMBERS);
      await until(() => source?.stats.paused === true);
      await clock.advance(60_000);
      assert.equal(source?.stats.state, 'ended');
      goOn();
    });
    const outcome = await run(
      arrangement,
      { url: server.url, max_duration: 60, max_buffered_bytes: 1, batch_size: 1 },
      { clock, onPage: () => stalled, onStart: (started) => (source = started) },
    );
    assert.equal(causeOf(outcome), 'max_duration');
    assert.equal(outcome.texts.length, outcome.stats.frames);
    assert.deepEqual(outcome.texts, NUMBERS.slice(0, outcome.texts.length));
  });

  test(`max_duration may be longer than a timer can hold (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send('1');
      await hasRead(client);
      await clock.advance(59 * 86_400_000);
      await client.send('2');
      await hasRead(client);
      void clock.advance(86_400_000);
    });
    const outcome = await run(arrangement, { url: server.url, max_duration: '60d' }, { clock });
    assert.deepEqual([outcome.texts, causeOf(outcome)], [['1', '2'], 'max_duration']);
  });

  test(`max_bytes: the record that reaches it is the last, whole, and counted with its line feed (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits(' "12"', '"34" ', '"56"', '"78"'));
    for (const [bytes, count] of [
      [1, 1],
      [5, 1],
      [6, 2],
      [10, 2],
      [11, 3],
    ] as const) {
      const outcome = await run(arrangement, { url: server.url, max_bytes: bytes });
      assert.deepEqual([outcome.texts.length, causeOf(outcome)], [count, 'max_bytes']);
    }
  });

  test(`max_bytes counts records as they are stored: envelope, select and gaps (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('{"a":1,"b":2}', '{"a":3,"b":4}', '{"a":5}'));
    const { texts } = await run(arrangement, { url: server.url, max_bytes: 9, select: ['a'] });
    assert.deepEqual(texts, ['{"a":1}', '{"a":3}']);
    const enveloped = await run(arrangement, { url: server.url, max_bytes: 20, envelope: true });
    assert.equal(enveloped.texts.length, 1);
  });

  test(`max_bytes counts over reconnects, and a gap's line is none of it (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send(`"${client.number}"`);
      await hasRead(client);
      if (client.number < 3) await client.drop();
    });
    const outcome = await run(arrangement, {
      url: server.url,
      max_bytes: 12,
      reconnect: true,
      reconnect_backoff: 0,
      gaps: 'records',
    });
    assert.deepEqual(
      outcome.texts.filter((text) => !text.startsWith('{"gap"')),
      ['"1"', '"2"', '"3"'],
    );
    assert.equal(causeOf(outcome), 'max_bytes');
  });

  for (const [what, match, frames, expected] of [
    ['a value', { path: 'e', equals: 'end' }, ['{"e":"x"}', '{"e":"end","n":1.10}', '{"n":2}'], 2],
    ['a value, however it is escaped', { path: 'e', equals: 'end' }, ['{"e":"\\u0065nd"}', '{"n":2}'], 1],
    ['a number, however it is written', { path: 'n', equals: 1 }, ['{"n":"1"}', '{"n":1.0}', '{"n":2}'], 2],
    ['null', { path: 'a.b', equals: null }, ['{"a":{}}', '{"a":{"b":null}}', '{"n":2}'], 2],
    ['a field that is there', { path: 'done' }, ['{"n":1}', '{"done":false}', '{"n":2}'], 2],
    ['a text', { text: '"END"' }, ['"END "', '"END"', '"x"'], 2],
  ] as const) {
    test(`stop_when: ${what} ends the run with that record (${arrangement})`, async (t) => {
      const server = await feed(t, sendsThenWaits(...frames));
      const outcome = await run(arrangement, { url: server.url, stop_when: match });
      assert.deepEqual([outcome.error, outcome.texts], [undefined, frames.slice(0, expected)]);
      assert.equal(causeOf(outcome), 'stop_when');
    });
  }

  for (const [what, config, frames, expected] of [
    ['of lines', { split: 'lines' }, ['{"n":1}\n{"end":1}\n{"n":2}'], ['{"n":1}', '{"end":1}']],
    ['of elements', { records_path: 'd' }, ['{"end":0,"d":[{"n":1},{"end":1},{"n":2}]}'], ['{"n":1}', '{"end":1}']],
    ['before select', { select: ['n'] }, ['{"n":1}', '{"end":1,"n":2}', '{"n":3}'], ['{"n":1}', '{"n":2}']],
    [
      'also one that its schema drops',
      { record_schema: { required: ['n'] }, on_invalid_record: 'skip' },
      ['{"n":1}', '{"end":1}', '{"n":2}'],
      ['{"n":1}'],
    ],
    [
      'before transforms, all of what comes of it',
      {
        transforms: [
          { type: 'explode', config: { path: 'd' } },
          { type: 'filter', config: { path: 'd', op: 'ne', value: 2 } },
        ],
      },
      ['{"d":[0]}', '{"end":1,"d":[1,3,2]}', '{"d":[4]}'],
      ['{"d":0}', '{"end":1,"d":1}', '{"end":1,"d":3}'],
    ],
  ] as const) {
    test(`stop_when looks at the records ${what} (${arrangement})`, async (t) => {
      const server = await feed(t, sendsThenWaits(...frames));
      const settings = { url: server.url, stop_when: { path: 'end' }, ...config } as SourceConfig;
      const outcome = await run(arrangement, settings);
      assert.deepEqual([outcome.error, outcome.texts, causeOf(outcome)], [undefined, expected, 'stop_when']);
    });
  }

  test(`stop_when goes into an envelope with its record, and into raw strings by their text (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('go on', 'the "end"', 'more'));
    const config = { url: server.url, stop_when: { text: 'the "end"' }, message_format: 'raw_string' } as const;
    const plain = await run(arrangement, config);
    assert.deepEqual(plain.texts, ['"go on"', '"the \\"end\\""']);
    const { values } = await run(arrangement, { ...config, envelope: true });
    assert.deepEqual(
      values.map((value) => (value as { data: string }).data),
      ['go on', 'the "end"'],
    );
  });

  for (const overflow of ['drop_oldest', 'drop_newest'] as const) {
    test(`with overflow: ${overflow} the limits are exact, too (${arrangement})`, async (t) => {
      const server = await feed(t, (client) => void client.sendMany(NUMBERS));
      const outcome = await run(arrangement, { url: server.url, overflow, stop_when: { text: '7' }, batch_size: 1 });
      assert.deepEqual([outcome.texts, causeOf(outcome)], [NUMBERS.slice(0, 8), 'stop_when']);
    });
  }

  test(`a limit that is reached during a rotation ends it (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      await hasRead(client);
      if (client.number === 1) void clock.advance(60_000);
      else await client.send('"end"');
    });
    const config = { url: server.url, max_connection_age: 60, stop_when: { text: '"end"' } };
    const outcome = await run(arrangement, config, { clock });
    assert.deepEqual([outcome.texts, causeOf(outcome)], [['1', '2', '"end"'], 'stop_when']);
    assert.equal(clock.pending, 0);
  });
}

test('whatever comes, the records up to the limit are there, no other, and alike in both arrangements', async (t) => {
  const records = fc.array(fc.oneof(fc.integer(), fc.string({ maxLength: 5 }), fc.constant({ end: true })), {
    minLength: 1,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(
      records,
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 5 }),
      async (values, bytes, size) => {
        const texts = values.map((value) => JSON.stringify(value));
        const server = await feed(t, sends(...texts));
        for (const limit of [{ max_bytes: bytes }, { stop_when: { path: 'end' } }] as const) {
          const expected = upTo(texts, limit);
          for (const arrangement of ARRANGEMENTS) {
            const outcome = await run(arrangement, { url: server.url, batch_size: size, ...limit });
            assert.deepEqual(outcome.texts, expected);
            assert.equal(outcome.stats.records, expected.length);
          }
        }
        await server.close();
      },
    ),
    { ...WATCHDOG, numRuns: 15 },
  );
});

test('maxDurationMs ends a WebSocketReadable', async (t) => {
  const clock = createFakeClock();
  const server = await feed(t, async (client) => {
    await client.send('1');
    await hasRead(client);
    void clock.advance(1_000);
  });
  const readable = new WebSocketReadable(server.url, { maxDurationMs: 1_000, clock });
  const frames: string[] = [];
  let cause: string | undefined;
  readable.on('ended', (event) => {
    cause = event.cause;
  });
  for await (const frame of readable) frames.push(frame.data.toString());
  assert.deepEqual([frames, cause, clock.pending], [['1'], 'max_duration', 0]);
});

test('check() heeds no max_duration: it is about one frame', async (t) => {
  const server = await feed(t, sendsThenWaits('1'));
  assert.equal((await createSource({ url: server.url, max_duration: '1ms' }).check()).firstFrame?.bytes, 1);
});

function causeOf(outcome: Outcome): string | undefined {
  return payloadsOf<Ended>(outcome, 'ended')[0]?.cause;
}

/** What is stored of these. */
function upTo(texts: readonly string[], limit: { readonly max_bytes?: number }): string[] {
  let bytes = 0;
  const last = texts.findIndex((text) => {
    bytes += Buffer.byteLength(text) + 1;
    return limit.max_bytes === undefined ? text === '{"end":true}' : bytes >= limit.max_bytes;
  });
  return last === -1 ? [...texts] : texts.slice(0, last + 1);
}
