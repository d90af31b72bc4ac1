import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AuthError,
  ConfigError,
  ConnectError,
  createSource,
  DisconnectedError,
  InvalidRecordError,
  MessageTooLargeError,
  ParseError,
  ReconnectExhaustedError,
  type SourceConfig,
} from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { passingWaits } from '../support/time.js';

for (const arrangement of ARRANGEMENTS) {
  test(`url: a placeholder is filled from the context (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1'));
    const config = { url: `${server.url}/{pair}?n={n}&x={unknown}`, idle_timeout: 60 };
    const { texts } = await run(arrangement, config, { context: { pair: '{n}', n: 7 } });
    assert.deepEqual(texts, ['1']);
    assert.equal(server.requests[0]?.url, '/%7Bn%7D?n=7&x={unknown}');
  });

  test(`url: an address where nobody listens gives ERR_CONNECT and no crash (${arrangement})`, async () => {
    const { error, texts } = await run(arrangement, { url: 'ws://127.0.0.1:1', idle_timeout: 60 });
    assert.ok(error instanceof ConnectError);
    assert.match(error.message, /ECONNREFUSED/);
    assert.deepEqual(texts, []);
  });

  test(`auth: bearer, basic and custom credentials go out with the upgrade request (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1'));
    const base = { url: server.url, idle_timeout: 60 };
    await run(arrangement, { ...base, auth: { type: 'bearer', config: { token: 'abc' } } });
    await run(arrangement, { ...base, auth: { type: 'basic', config: { username: 'u', password: 'p:q' } } });
    await run(arrangement, { ...base, auth: { type: 'custom', config: { headers: { 'X-Key': 'k' } } } });
    assert.equal(server.requests[0]?.headers.authorization, 'Bearer abc');
    assert.equal(server.requests[1]?.headers.authorization, `Basic ${Buffer.from('u:p:q').toString('base64')}`);
    assert.equal(server.requests[2]?.headers['x-key'], 'k');
  });

  test(`auth: a named provider is asked again after a drop (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      if (client.number < 3) await client.drop();
      else await client.close(1000);
    });
    let asked = 0;
    const { texts, error } = await run(
      arrangement,
      { url: server.url, max_messages: 3, reconnect: true, reconnect_backoff: 0, auth: { ref: 'exchange' } },
      { credentials: { exchange: async () => ({ type: 'bearer', token: `t${++asked}` }) } },
    );
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1', '2', '3']);
    assert.deepEqual(
      server.requests.map((request) => request.headers.authorization),
      ['Bearer t1', 'Bearer t2', 'Bearer t3'],
    );
  });

  test(`auth: a provider that fails gives ERR_AUTH, and nothing is connected (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1'));
    const { error } = await run(
      arrangement,
      { url: server.url, idle_timeout: 60, auth: { ref: 'vault' } },
      { credentials: { vault: () => Promise.reject(new Error('the vault is sealed')) } },
    );
    assert.ok(error instanceof AuthError);
    assert.match(error.message, /the vault is sealed/);
    assert.equal(server.requests.length, 0);
  });

  test(`auth: refused credentials give ERR_AUTH with the status (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1'), { requireHeader: { authorization: 'Bearer right' } });
    const auth = { type: 'bearer', config: { token: 'wrong-secret' } } as const;
    const { error } = await run(arrangement, { url: server.url, idle_timeout: 60, auth });
    assert.ok(error instanceof AuthError);
    assert.equal(error.status, 401);
    assert.doesNotMatch(error.message, /wrong-secret/);
  });

  test(`subscribe_messages: they are sent in order on every connect (${arrangement})`, async (t) => {
    const subscriptions: unknown[] = [];
    const server = await feed(t, async (client) => {
      subscriptions.push([await client.receive(), await client.receive()]);
      await client.send(`${client.number}`);
      await client.drop();
    });
    const { texts } = await run(arrangement, {
      url: server.url,
      max_messages: 2,
      subscribe_messages: ['{"a":1}', '{"b":2}'],
      reconnect: true,
      reconnect_backoff: 0,
    });
    assert.deepEqual(texts, ['1', '2']);
    assert.deepEqual(subscriptions, [
      ['{"a":1}', '{"b":2}'],
      ['{"a":1}', '{"b":2}'],
    ]);
  });

  test(`message_format json: the bytes are stored as they arrived (${arrangement})`, async (t) => {
    const odd = '{ "b" : 1.10, "a":12345678901234567890, "é":"\\u00e9", "b":2 }';
    const server = await feed(t, sends(odd, ' null ', Buffer.from('[1]'), '{"a":\r\n1}'));
    const { texts, values } = await run(arrangement, { url: server.url, idle_timeout: 60 });
    assert.deepEqual(texts, [odd, 'null', '[1]', '{"a":  1}']);
    assert.deepEqual(values, [JSON.parse(odd), null, [1], { a: 1 }]);
  });

  test(`message_format raw_string: a frame becomes a string, bad bytes replaced (${arrangement})`, async (t) => {
    const server = await feed(t, sends('a "b"\n', Buffer.from([0x66, 0xff, 0x6f])));
    const { values } = await run(arrangement, { url: server.url, idle_timeout: 60, message_format: 'raw_string' });
    assert.deepEqual(values, ['a "b"\n', 'f\ufffdo']);
  });

  test(`message_format binary: a frame becomes base64, text too (${arrangement})`, async (t) => {
    const server = await feed(t, sends(Buffer.from([0, 1, 2, 255]), 'hi', ''));
    const { values } = await run(arrangement, { url: server.url, idle_timeout: 60, message_format: 'binary' });
    assert.deepEqual(values, ['AAEC/w==', 'aGk=', '']);
  });

  test(`on_parse_error fail: what came before is delivered, then ERR_PARSE (${arrangement})`, async (t) => {
    const server = await feed(t, sends('{"n":1}', '{"n":2}', '{"n":', '{"n":4}'));
    const { texts, error } = await run(arrangement, { url: server.url, idle_timeout: 60 });
    assert.deepEqual(texts, ['{"n":1}', '{"n":2}']);
    assert.ok(error instanceof ParseError);
    assert.deepEqual([error.offset, error.sequence, error.connection], [5, 2, 1]);
  });

  test(`on_parse_error skip: bad frames are counted and dropped (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1', 'nope', Buffer.from([0x22, 0xff, 0x22]), '2'));
    const { texts, stats, error } = await run(arrangement, {
      url: server.url,
      idle_timeout: 60,
      on_parse_error: 'skip',
    });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1', '2']);
    assert.equal(stats.skipped, 2);
    assert.equal(stats.frames, 4);
  });

  test(`envelope: the record has data, received_at and url, with its query and without user info (${arrangement})`, async (t) => {
    const server = await feed(t, sends('{"n":1.0}'));
    const clock = createFakeClock(1_700_000_000_000);
    const url = `${server.url.replace('ws://', 'ws://user:secret@')}/?channel=a&token=b`;
    const { texts, values } = await run(arrangement, { url, idle_timeout: 60, envelope: true }, { clock });
    const shown = `${server.url}/?channel=a&token=b`;
    assert.equal(texts[0], `{"data":{"n":1.0},"received_at":1700000000000,"url":"${shown}"}`);
    assert.deepEqual(values, [{ data: { n: 1 }, received_at: 1_700_000_000_000, url: shown }]);
  });

  test(`ping_interval: the server sees pings (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('1');
      await client.nextPing();
      await client.nextPing();
      await client.close(1000);
    });
    const { texts, error } = await run(arrangement, { url: server.url, unbounded: true, ping_interval: '10ms' });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1']);
  });

  test(`max_messages: 3 of 3, and nothing after (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('1', '2', '3', '4', '5'));
    const { texts, error, events } = await run(arrangement, { url: server.url, max_messages: 3 });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1', '2', '3']);
    assert.deepEqual(events.at(-1), { name: 'ended', payload: { cause: 'max_messages', error: undefined } });
    assert.equal((await server.clients[0]?.closed)?.code, 1000);
  });

  test(`max_messages: skipped frames do not count (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('1', 'x', 'y', '2', '3'));
    const config = { url: server.url, max_messages: 2, on_parse_error: 'skip' } as const;
    const { texts, stats } = await run(arrangement, config);
    assert.deepEqual(texts, ['1', '2']);
    assert.equal(stats.skipped, 2);
  });

  test(`idle_timeout: 2 records, then silence, end the run successfully (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, sendsThenWaits('1', '2'));
    const config = { url: server.url, idle_timeout: 30, batch_size: 2 };
    const { texts, error, events } = await run(arrangement, config, {
      clock,
      onPage: () => void clock.advance(30_001),
    });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1', '2']);
    assert.deepEqual(events.at(-1), { name: 'ended', payload: { cause: 'idle_timeout', error: undefined } });
  });

  test(`idle_timeout: a skipped frame and a pong keep the run alive (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send('1');
      await client.ping();
      await client.nextPong();
      for (const ping of [false, true, false]) {
        await clock.advance(20_000);
        if (ping) await client.ping();
        else await client.send('not json');
        // The pong tells that the client has seen what came before it.
        await client.ping();
        await client.nextPong();
        if (ping) await client.nextPong();
      }
      await client.send('2');
      await client.close(1000);
    });
    const config = { url: server.url, idle_timeout: 30, on_parse_error: 'skip' } as const;
    const { texts, stats, events } = await run(arrangement, config, { clock });
    assert.deepEqual(texts, ['1', '2']);
    assert.equal(stats.skipped, 2);
    assert.deepEqual(events.at(-1), { name: 'ended', payload: { cause: 'closed', error: undefined } });
  });

  test(`idle_timeout: it caps an outage (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send('1');
      await client.drop();
      await server.close();
      void clock.advance(60_000);
    });
    const config = { url: server.url, idle_timeout: 30, reconnect: true, reconnect_backoff: 7 };
    const { texts, error, events } = await run(arrangement, config, { clock });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1']);
    assert.deepEqual(events.at(-1), { name: 'ended', payload: { cause: 'idle_timeout', error: undefined } });
  });

  test(`reconnect false: a clean close with 1000 ends the run successfully (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1'));
    const { error, events } = await run(arrangement, { url: server.url, unbounded: true });
    assert.equal(error, undefined);
    assert.deepEqual(events.at(-1), { name: 'ended', payload: { cause: 'closed', error: undefined } });
  });

  for (const code of [1001, 1005, 1011, 1012, 3000, 4999]) {
    test(`reconnect false: a close with ${code} is ERR_DISCONNECTED, after every record (${arrangement})`, async (t) => {
      const server = await feed(t, async (client) => {
        await client.send('1');
        await client.close(code, 'because');
      });
      const { error, texts } = await run(arrangement, { url: server.url, unbounded: true });
      assert.ok(error instanceof DisconnectedError);
      const mayBeClean = code === 1005 || code === 4999;
      assert.equal(/if that is how it ends well, add it to `cleanCodes`/.test(error.message), mayBeClean);
      assert.equal(error.closeCode, code);
      assert.equal(error.reason, code === 1005 ? '' : 'because');
      assert.equal(error.frames, 1);
      assert.deepEqual(texts, ['1']);
    });
  }

  for (const code of [1001, 1005, 3000, 4999]) {
    test(`clean_codes: a close with ${code} ends the run successfully, and only then (${arrangement})`, async (t) => {
      const server = await feed(t, async (client) => {
        await client.send('1');
        await client.close(client.number === 1 ? code : 1000);
      });
      const config = { url: server.url, unbounded: true, clean_codes: [code] } as const;
      const { error, texts, events } = await run(arrangement, config);
      assert.deepEqual([error, texts], [undefined, ['1']]);
      assert.deepEqual(events.at(-1), { name: 'ended', payload: { cause: 'closed', error: undefined } });
      const other = await run(arrangement, config);
      assert.ok(other.error instanceof DisconnectedError && other.error.closeCode === 1000);
    });
  }

  test(`clean_codes: with reconnect it changes nothing (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      if (client.number === 1) await client.close(1005);
    });
    const config = { url: server.url, reconnect: true, reconnect_backoff: 0, max_messages: 2, clean_codes: [1005] };
    const { error, texts } = await run(arrangement, config);
    assert.deepEqual([error, texts], [undefined, ['1', '2']]);
  });

  for (const end of ['drop', 'reset', 'sendGarbage'] as const) {
    test(`reconnect false: a ${end} is ERR_DISCONNECTED, never a clean end (${arrangement})`, async (t) => {
      const server = await feed(t, async (client) => {
        await client.send('1');
        await client.nextPing();
        await client[end]();
      });
      const config = { url: server.url, unbounded: true, ping_interval: '10ms' };
      const { error, texts } = await run(arrangement, config);
      assert.ok(error instanceof DisconnectedError);
      assert.deepEqual(texts, ['1']);
    });
  }

  test(`reconnect true: the run goes on after a drop and after a close (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      if (client.number === 1) await client.drop();
      else await client.close(client.number === 2 ? 1000 : 1012);
    });
    const { texts, error, stats, pages } = await run(arrangement, {
      url: server.url,
      max_messages: 4,
      reconnect: true,
      reconnect_backoff: 0,
    });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1', '2', '3', '4']);
    assert.equal(stats.reconnects, 3);
    assert.deepEqual(
      pages.flatMap((page) => page.messages.map(({ frame }) => [frame.connection, frame.sequence])),
      [
        [1, 0],
        [2, 1],
        [3, 2],
        [4, 3],
      ],
    );
  });

  test(`reconnect_backoff: the wait between attempts is fixed, one second by default (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('1');
      await client.drop();
    });
    for (const [reconnect_backoff, expected] of [
      [undefined, 1000],
      ['250ms', 250],
    ] as const) {
      const clock = createFakeClock();
      const { events } = await run(
        arrangement,
        { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff },
        { clock, onEvent: passingWaits(clock) },
      );
      const delays = events.filter((event) => event.name === 'reconnecting').map((event) => event.payload);
      assert.deepEqual(delays, [{ attempt: 1, delayMs: expected }]);
    }
  });

  test(`max_reconnect_attempts: consecutive failures are capped, a data frame resets the count (${arrangement})`, async (t) => {
    const server = await feed(
      t,
      async (client) => {
        await client.send(`${client.number}`);
        await client.drop();
      },
      { refuse: (_request, attempt) => (attempt === 2 || attempt > 3 ? { status: 503 } : undefined) },
    );
    const { texts, error, events } = await run(arrangement, {
      url: server.url,
      unbounded: true,
      reconnect: true,
      reconnect_backoff: 0,
      max_reconnect_attempts: 3,
    });
    assert.deepEqual(texts, ['1', '2']);
    assert.ok(error instanceof ReconnectExhaustedError);
    assert.equal(error.attempts, 3);
    assert.ok(error.cause instanceof ConnectError);
    assert.equal(error.cause.status, 503);
    assert.deepEqual(
      events
        .filter((event) => event.name === 'reconnecting')
        .map((event) => (event.payload as { attempt: number }).attempt),
      [1, 2, 1, 2, 3],
    );
  });

  test(`max_message_bytes: a larger message is ERR_MESSAGE_TOO_LARGE, after every record (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('"1234"', '"12345"'));
    const { texts, error } = await run(arrangement, { url: server.url, unbounded: true, max_message_bytes: 6 });
    assert.deepEqual(texts, ['"1234"']);
    assert.ok(error instanceof MessageTooLargeError);
    assert.equal(error.limit, 6);
    assert.equal((await server.clients[0]?.closed)?.code, 1009);
  });

  test(`batch_size: pages of 2, 2, 1 for five records at 2, and one of five at 0 (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1', '2', '3', '4', '5'));
    const sizes = async (config: Partial<SourceConfig>) =>
      (await run(arrangement, { url: server.url, idle_timeout: 60, linger: 'none', ...config })).pages.map(
        (page) => page.length,
      );
    assert.deepEqual(await sizes({ batch_size: 2 }), [2, 2, 1]);
    assert.deepEqual(await sizes({ batch_size: 0 }), [5]);
    assert.deepEqual(await sizes({ batch_size: 0, page_bytes: 1 }), [5]);
  });

  test(`unbounded: a run without a limit goes on until it is stopped (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('1', '2'));
    const config = { url: server.url, unbounded: true, batch_size: 1 };
    const { texts, error, events } = await run(arrangement, config, {
      onPage: (page, source) => page.text(0).toString() === '2' && source.stop(),
    });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1', '2']);
    assert.deepEqual(events.at(-1), { name: 'ended', payload: { cause: 'stopped', error: undefined } });
  });

  test(`linger: a partly filled page goes out by age (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send('1');
      await client.ping();
      await client.nextPong();
      await clock.advance(2_000);
      await client.send('2');
      await client.close(1000);
    });
    const { pages } = await run(arrangement, { url: server.url, unbounded: true, linger: 2 }, { clock });
    assert.deepEqual(
      pages.map((page) => page.length),
      [1, 1],
    );
  });

  test(`linger: without it a page goes out after 100 ms, but one for the whole run at its end (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      for (const text of ['1', '2', '3']) {
        await client.send(text);
        await client.ping();
        await client.nextPong();
        await clock.advance(100);
      }
      await client.close(1000);
    });
    for (const [config, lengths] of [
      [{}, [1, 1, 1]],
      [{ batch_size: 0 }, [3]],
      [{ lingerMs: 'none' }, [3]],
      [{ lingerMs: 150 }, [2, 1]],
    ] as const) {
      const given = { url: server.url, unbounded: true, linger: undefined, ...config } as unknown as SourceConfig;
      const { pages } = await run(arrangement, given, { clock });
      assert.deepEqual(
        pages.map((page) => page.length),
        lengths,
      );
    }
  });

  test(`page_bytes: a page goes out when it holds that many bytes (${arrangement})`, async (t) => {
    const server = await feed(t, sends('"1234"', '"5678"', '"9"'));
    const { pages } = await run(arrangement, { url: server.url, unbounded: true, linger: 'none', page_bytes: 14 });
    assert.deepEqual(
      pages.map((page) => page.length),
      [2, 1],
    );
  });

  test(`split lines: a frame holds a record a line, blank lines do not count (${arrangement})`, async (t) => {
    const server = await feed(t, sends('{"n":1}\n{"n":2}\r\n\n  \n{"n":3}', '4\n', ''));
    const { texts } = await run(arrangement, { url: server.url, unbounded: true, split: 'lines' });
    assert.deepEqual(texts, ['{"n":1}', '{"n":2}', '{"n":3}', '4']);
  });

  test(`split lines: only the bad line is skipped (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1\nx\n2'));
    const config = { url: server.url, unbounded: true, split: 'lines', on_parse_error: 'skip' } as const;
    const { texts, stats } = await run(arrangement, config);
    assert.deepEqual(texts, ['1', '2']);
    assert.equal(stats.skipped, 1);
  });

  test(`split on: a frame holds records with a separator of the feed's own, text and binary (${arrangement})`, async (t) => {
    const server = await feed(
      t,
      sends('{"n":1.10}\u001e{"n":2}\u001e\u001e', Buffer.from('3\u001e 4 \u001e\n'), '\u001e', '5'),
    );
    const { texts } = await run(arrangement, { url: server.url, unbounded: true, split: { on: '\u001e' } });
    assert.deepEqual(texts, ['{"n":1.10}', '{"n":2}', '3', '4', '5']);
  });

  test(`split on: only the bad piece is skipped, and max_messages counts pieces (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1\0x\x002\x003'));
    const config = { url: server.url, split: { on: '\0' }, on_parse_error: 'skip', max_messages: 2 } as const;
    const { texts, stats } = await run(arrangement, config);
    assert.deepEqual([texts, stats.skipped], [['1', '2'], 1]);
  });

  test(`records_path: the elements of the array are the records, as bytes (${arrangement})`, async (t) => {
    const server = await feed(
      t,
      sends('{"data":{"t":[ {"p":1.10} , 2,[] ]}}', '{"data":{"t":[]}}', '{"data":1}', '{"data":{"t":[7]}}'),
    );
    const config = { url: server.url, unbounded: true, records_path: 'data.t', on_parse_error: 'skip' } as const;
    const { texts, stats } = await run(arrangement, config);
    assert.deepEqual(texts, ['{"p":1.10}', '2', '[]', '7']);
    assert.equal(stats.skipped, 1);
  });

  test(`records_path: max_messages may end the run within a frame (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('[1,2,3,4]'));
    const { texts } = await run(arrangement, { url: server.url, max_messages: 2, records_path: '' });
    assert.deepEqual(texts, ['1', '2']);
  });

  test(`big_integers: integers past 2^53 appear as asked for, their text is kept (${arrangement})`, async (t) => {
    const server = await feed(t, sends('{"id":12345678901234567890}'));
    for (const [big_integers, id] of [
      ['number', 12345678901234567000],
      ['bigint', 12345678901234567890n],
      ['string', '12345678901234567890'],
    ] as const) {
      const { values, texts } = await run(arrangement, { url: server.url, unbounded: true, big_integers });
      assert.deepEqual(values, [{ id }]);
      assert.deepEqual(texts, ['{"id":12345678901234567890}']);
    }
  });

  test(`record_schema: a record that breaks it is ERR_INVALID_RECORD, or skipped (${arrangement})`, async (t) => {
    const server = await feed(t, sends('{"p":1}', '{"p":"x"}', '{"p":2}'));
    const record_schema = { type: 'object', properties: { p: { type: 'number' } } };
    const failed = await run(arrangement, { url: server.url, unbounded: true, record_schema });
    assert.deepEqual(failed.texts, ['{"p":1}']);
    assert.ok(failed.error instanceof InvalidRecordError);
    assert.deepEqual(failed.error.problems, [{ instancePath: '/p', keyword: 'type', message: 'must be number' }]);
    const config = { url: server.url, unbounded: true, record_schema, on_invalid_record: 'skip' } as const;
    const skipped = await run(arrangement, config);
    assert.deepEqual(skipped.texts, ['{"p":1}', '{"p":2}']);
    assert.equal(skipped.stats.skipped, 1);
  });

  test(`headers and protocols go out with the upgrade request (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1'), { protocols: ['v2'] });
    await run(arrangement, { url: server.url, unbounded: true, headers: { 'X-A': 'b' }, protocols: ['v1', 'v2'] });
    assert.equal(server.requests[0]?.headers['x-a'], 'b');
    assert.deepEqual(server.requests[0]?.protocols, ['v1', 'v2']);
  });

  test(`handshake_timeout: an upgrade that is never answered is ERR_CONNECT (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, () => {}, {
      handshakeDelay: () => {
        void clock.advance(3_000);
        return new Promise(() => {});
      },
    });
    const { error } = await run(arrangement, { url: server.url, unbounded: true, handshake_timeout: 3 }, { clock });
    assert.ok(error instanceof ConnectError);
    assert.match(error.message, /within 3000 ms: the upgrade took too long/);
  });

  test(`per_message_deflate: it is offered only when asked for (${arrangement})`, async (t) => {
    const server = await feed(t, sends('{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}'), { perMessageDeflate: true });
    const { texts } = await run(arrangement, { url: server.url, unbounded: true, per_message_deflate: true });
    await run(arrangement, { url: server.url, unbounded: true });
    assert.deepEqual(texts, ['{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}']);
    assert.match(String(server.requests[0]?.headers['sec-websocket-extensions']), /permessage-deflate/);
    assert.equal(server.requests[1]?.headers['sec-websocket-extensions'], undefined);
  });

  test(`signal: an abort ends the run with an AbortError, after every record (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('1', '2'));
    const abort = new AbortController();
    const { texts, error } = await run(
      arrangement,
      { url: server.url, unbounded: true, batch_size: 1 },
      { signal: abort.signal, onPage: (page) => page.text(0).toString() === '2' && abort.abort() },
    );
    assert.equal(error?.name, 'AbortError');
    assert.deepEqual(texts, ['1', '2']);
  });

  test(`an error reaches a slow sink only after every record received before it (${arrangement})`, async (t) => {
    const server = await feed(t, sends(...Array.from({ length: 50 }, (_, n) => `${n}`), 'bad'));
    const { texts, error } = await run(
      arrangement,
      { url: server.url, unbounded: true, batch_size: 3 },
      { onPage: () => new Promise((resolve) => setImmediate(resolve)) },
    );
    assert.ok(error instanceof ParseError);
    assert.deepEqual(
      texts,
      Array.from({ length: 50 }, (_, n) => `${n}`),
    );
  });
}

test('a configuration with neither limit, an empty URL, https://, a batch size over the cap or an unknown ref is refused', () => {
  const url = 'ws://127.0.0.1:1';
  const refused = (config: object, pattern: RegExp) =>
    assert.throws(
      () => createSource(config as never),
      (error) => error instanceof ConfigError && pattern.test(error.message),
    );
  refused({ url }, /max_messages.*idle_timeout.*unbounded/s);
  refused({ url: '', max_messages: 1 }, /url/);
  refused({ url: 'https://example.com', max_messages: 1 }, /wss?:\/\//);
  refused({ url, max_messages: 1, batch_size: 1_000_001 }, /batch_size/);
  refused({ url, max_messages: 1, auth: { ref: 'nobody' } }, /auth\.ref/);
  refused({ url, max_messages: 1, max_mesages: 1 }, /Did you mean `max_messages`/);
});
