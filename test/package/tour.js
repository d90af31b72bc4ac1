// A program for whatever runtime: what a feed does to a client, against a server in the same process. It names each part that is not as
// in Node.js, and says `as in Node.js` at its end when there is none.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { batch, createSource, envelope, jsonlFile, map, parse, validate, WebSocketReadable } from 'spillway';
import { createFeedServer } from 'spillway/testing';

const TEXTS = Array.from({ length: 1000 }, (_, n) => `{"n":${n},"p":1.10}`);
const LINES = `${TEXTS.join('\n')}\n`;

const sends =
  (texts, code = 1000, reason = '') =>
  async (client) => {
    await client.sendMany(texts);
    await client.close(code, reason);
  };

const PARTS = {
  'pages into a file, and after what is there': async () => {
    await withFeed(sends(TEXTS), async ({ url }) => {
      await pipeline(createSource({ url, unbounded: true }).pages(), jsonlFile('a.jsonl'));
      assert.equal(readFileSync('a.jsonl', 'utf8'), LINES);
      const again = createSource({ url, unbounded: true }, { reusePages: true });
      await pipeline(again.pages(), jsonlFile('a.jsonl', { append: true }));
      assert.equal(readFileSync('a.jsonl', 'utf8'), LINES + LINES);
    });
  },
  'a gzip file': async () => {
    await withFeed(sends(TEXTS), ({ url }) =>
      pipeline(createSource({ url, unbounded: true }).pages(), jsonlFile('b.jsonl.gz')),
    );
    assert.equal(String(gunzipSync(readFileSync('b.jsonl.gz'))), LINES);
  },
  'stages by hand, a schema, an envelope': async () => {
    await withFeed(sends(TEXTS), ({ url }) =>
      pipeline(
        new WebSocketReadable(url),
        parse(),
        validate({ type: 'object', required: ['n'] }),
        map(({ value }) => value.n),
        envelope(),
        batch(),
        jsonlFile('c.jsonl'),
      ),
    );
    assert.match(readFileSync('c.jsonl', 'utf8'), /^{"data":0,"received_at":\d+,"url":"ws:[^\n]+\n{"data":1,/);
  },
  'big integers': async () => {
    await withFeed(sends(['{"n":9007199254740993}']), async ({ url }) => {
      const source = createSource({ url, unbounded: true, big_integers: 'bigint' });
      assert.deepEqual(await source.fetchAll(), [{ n: 9007199254740993n }]);
    });
  },
  'subscribing again after a drop': async () => {
    const script = async (client) => {
      await client.expectMessages(['subscribe']);
      await client.send('1');
      await client.drop();
    };
    const config = { subscribe_messages: ['subscribe'], reconnect: true, reconnect_backoff: '10ms', max_messages: 3 };
    await withFeed(script, async ({ url }) => {
      assert.deepEqual(await createSource({ url, ...config }).fetchAll(), [1, 1, 1]);
    });
  },
  'a drop, after what came before it': () => failsAfterOne((client) => client.drop(), 'ERR_DISCONNECTED', /1006/),
  'a close code': () => failsAfterOne((client) => client.close(1011, 'broken'), 'ERR_DISCONNECTED', /1011.*broken/),
  'bytes that are no frame': () => failsAfterOne((client) => client.sendGarbage(), 'ERR_DISCONNECTED'),
  'a frame that is no JSON': () => failsAfterOne((client) => client.send('{oops'), 'ERR_PARSE'),
  'a frame that is too large': () =>
    failsAfterOne((client) => client.send(`"${'x'.repeat(2000)}"`), 'ERR_MESSAGE_TOO_LARGE'),
  'nobody listens': async () => {
    const source = createSource({ url: 'ws://127.0.0.1:1', unbounded: true });
    await assert.rejects(source.fetchAll(), { code: 'ERR_CONNECT' });
  },
  'refused credentials': async () => {
    await withServer({ refuse: () => ({ status: 401 }) }, async (server) => {
      const auth = { type: 'bearer', config: { token: 'secret' } };
      await assert.rejects(createSource({ url: server.url, unbounded: true, auth }).fetchAll(), { code: 'ERR_AUTH' });
      assert.equal(server.requests[0].headers.authorization, 'Bearer secret');
    });
  },
  'compressed frames': async () => {
    await withServer({ perMessageDeflate: true, onConnection: sends(TEXTS) }, async ({ url }) => {
      const source = createSource({ url, unbounded: true, per_message_deflate: true });
      assert.equal((await source.fetchAll()).length, TEXTS.length);
    });
  },
  'pings, both ways': async () => {
    const script = async (client) => {
      await client.ping('are you there');
      assert.equal(String(await client.nextPong()), 'are you there');
      await client.nextPing();
      await sends(['1'])(client);
    };
    await withFeed(script, async ({ url }) => {
      const config = { url, unbounded: true, ping_interval: '10ms', pong_timeout: '10s' };
      assert.deepEqual(await createSource(config).fetchAll(), [1]);
    });
  },
  'silence ends a run in good order': async () => {
    const script = async (client) => {
      await client.send('1');
      await client.closed;
    };
    await withFeed(script, async ({ url, clients }) => {
      assert.deepEqual(await createSource({ url, idle_timeout: '100ms' }).fetchAll(), [1]);
      assert.equal((await clients[0].closed).code, 1000);
    });
  },
  'a slow sink pauses the socket, and nothing is lost': slowSink,
};

async function failsAfterOne(fault, code, message = /./) {
  const script = async (client) => {
    await client.send('1');
    await fault(client);
    await client.closed;
  };
  await withFeed(script, async ({ url }) => {
    const got = [];
    const run = async () => {
      const source = createSource({ url, unbounded: true, max_message_bytes: 1000 });
      for await (const page of source.pages()) got.push(...page.records);
    };
    await assert.rejects(run(), (error) => error.code === code && message.test(error.message));
    assert.deepEqual(got, [1]);
  });
}

/** More than all buffers on the way hold is sent before the sink has stored its first page: so it waits in the socket. */
async function slowSink() {
  const text = JSON.stringify('x'.repeat(1000));
  let sent = 0;
  let stored = 0;
  const script = async (client) => {
    for (; sent < SLOW; sent++) await client.send(text);
    await client.close(1000);
  };
  await withFeed(script, async ({ url }) => {
    const sink = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(page, _encoding, callback) {
        const isFirst = stored === 0;
        stored += page.length;
        if (isFirst) whenStill(() => sent, callback);
        else callback();
      },
    });
    await pipeline(createSource({ url, unbounded: true }).pages(), sink);
    assert.equal(stored, SLOW);
  });
  function whenStill(count, then, before = -1, times = 0) {
    const now = count();
    if (now === before && times === 20) {
      assert.ok(now < SLOW, 'all was taken from the socket');
      then();
    } else {
      setTimeout(whenStill, 20, count, then, now, now === before ? times + 1 : 0);
    }
  }
}
const SLOW = 60_000;

function withFeed(onConnection, use) {
  return withServer({ onConnection }, use);
}

async function withServer(options, use) {
  const server = await createFeedServer(options);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

let failed = 0;
for (const [name, part] of Object.entries(PARTS)) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('It takes longer than 30 s')), 30_000);
  });
  try {
    await Promise.race([part(), late]);
  } catch (error) {
    failed++;
    console.log(`Not as in Node.js: ${name}: ${error.stack}`);
  }
  clearTimeout(timer);
}
if (failed === 0) console.log('as in Node.js');
