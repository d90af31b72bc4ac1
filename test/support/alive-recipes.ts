import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FeedClient } from '../../lib/testing/index.js';
import { feed } from './feed.js';
import { httpProxy } from './http-proxy.js';
import { ROOT } from './readme.js';
import { workFolder } from './run-example.js';
import { tokenServer } from './token-server.js';

/** What each recipe of the page on keeping a feed alive must do. */
export const ALIVE_RECIPES: Readonly<Record<string, (t: TestContext) => Promise<void>>> = {
  'exchange-login.yaml': async (t) => {
    const confirm = async (client: FeedClient, ...early: string[]): Promise<void> => {
      await client.expectMessages(['{"op":"login","key":"k-1"}']);
      await client.send('{"event":"login"}');
      await client.expectMessages(['{"op":"subscribe","channel":"orders"}']);
      for (const order of early) await client.send(order);
      await client.send('{"event":"subscribe"}');
    };
    const orders = (folder: string): Promise<string> => readFile(join(folder, 'out/orders.jsonl'), 'utf8');
    const env = { API_KEY: 'k-1', MAX_MESSAGES: '4' };

    const cutting = await feed(t, async (client) => {
      await confirm(client, '{"order":"early"}');
      await client.send(`{"order":${client.number}}`);
      if (client.number === 1) await client.close(1001, 'your 24 hours are over');
    });
    assert.equal(
      await orders(await run(t, 'exchange-login.yaml', { ...env, FEED_URL: cutting.url })),
      '{"order":"early"}\n{"order":1}\n{"order":"early"}\n{"order":2}\n',
    );

    let first: FeedClient | undefined;
    const patient = await feed(t, async (client) => {
      if (client.number === 1) {
        first = client;
        await confirm(client, '{"order":1}');
        await client.send('{"order":2}');
      } else if (client.number === 2) {
        await first?.send('{"order":3}');
        await confirm(client, '{"order":3}');
        await first?.closed;
        await client.send('{"order":4}');
      }
    });
    assert.equal(
      await orders(await run(t, 'exchange-login.yaml', { ...env, FEED_URL: patient.url, MAX_AGE: '100ms' })),
      '{"order":1}\n{"order":2}\n{"order":3}\n{"order":4}\n',
    );
    assert.equal((await first?.closed)?.code, 1000);
  },
  'text-pings.yaml': async (t) => {
    const server = await feed(t, async (client) => {
      await client.expectMessages(['{"sub":"ticks"}']);
      await client.send(gzipSync('{"tick":1}'), { binary: true });
      await client.send(gzipSync('{"ping":1764000000}'), { binary: true });
      await client.expectMessages(['{"pong":1764000000}']);
      await client.send(gzipSync('{"tick":2}'), { binary: true });
    });
    const folder = await run(t, 'text-pings.yaml', { FEED_URL: server.url, MAX_MESSAGES: '2' });
    assert.equal(String(gunzipSync(await readFile(join(folder, 'out/ticks.jsonl.gz')))), '{"tick":1}\n{"tick":2}\n');
  },
  'behind-proxy.yaml': async (t) => {
    const tokens = await tokenServer(t, () => ({ access_token: 't-1', token_type: 'Bearer', expires_in: 3600 }));
    const proxy = await httpProxy(t, { login: 'me:secret', host: '127.0.0.1' });
    const server = await feed(t, (client) => client.send('{"price":1.10}'), {
      requireHeader: { authorization: 'Bearer t-1' },
    });
    const folder = await run(t, 'behind-proxy.yaml', {
      FEED_URL: server.url.replace('127.0.0.1', 'feed.invalid'),
      TOKEN_URL: tokens.url,
      CLIENT_SECRET: 'hush-hush',
      FEED_PROXY: `http://me:secret@${proxy.address}`,
      MAX_MESSAGES: '1',
    });
    assert.equal(await readFile(join(folder, 'out/trades.jsonl'), 'utf8'), '{"price":1.10}\n');
    assert.equal(tokens.requests[0]?.form.get('scope'), 'trades.read');
    assert.equal(proxy.requests.length, 2);
  },
};

/** Runs a pipeline file in a folder of its own. */
async function run(t: TestContext, name: string, env: Readonly<Record<string, string>>): Promise<string> {
  const folder = await workFolder(t);
  const main = join(ROOT, 'dist/cli/main.js');
  await promisify(execFile)(process.execPath, [main, 'run', join(ROOT, 'examples', name)], {
    cwd: folder,
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
  return folder;
}
