import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { WebSocketReadable, type WebSocketReadableOptions } from '../../../lib/index.js';
import { feed } from '../../support/feed.js';
import { SECRET } from '../../support/planted-secrets.js';

const LOG_IN = JSON.stringify({ op: 'auth', args: ['another-key', SECRET] });
const ANSWERED = { expect: { path: 'yes' }, reject: { path: 'no' } } as const;
const PING = { text: 'ping' } as const;

/** The functions that make messages. */
const MADE: Readonly<Record<string, WebSocketReadableOptions>> = {
  'a function of `subscribeMessages`': { subscribeMessages: () => [LOG_IN] },
  'one with a pause between its messages': { subscribeMessages: () => [LOG_IN], throttleMs: 1 },
  'one that makes Buffers': { subscribeMessages: () => [Buffer.from(LOG_IN)] },
  'a step': { subscribe: [{ send: () => LOG_IN }] },
  'a step that is rejected': { subscribe: [{ send: () => LOG_IN, ...ANSWERED }] },
  'a reply': { reply: [{ match: PING, send: () => LOG_IN }] },
  'a heartbeat': { heartbeat: { intervalMs: 1, message: () => LOG_IN } },
};

for (const [what, options] of Object.entries(MADE)) {
  test(`a secret of a message that is made is in no event, log or error: ${what}`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('ping');
      await client.receive();
      await client.send(JSON.stringify({ no: `no entry for ${SECRET}` }));
      await client.close(4001, `no entry for ${SECRET}`);
    });
    const shown: unknown[] = [];
    const log = (facts: object, message: string): void => void shown.push(facts, message);
    const logger = { debug: log, info: log, warn: log, error: log };
    const readable = new WebSocketReadable(server.url, { ...options, logger });
    for (const name of ['disconnected', 'gap', 'ended'] as const) readable.on(name, (event) => shown.push(event));
    await assert.rejects(
      readable.forEach(() => {}),
      (error) => {
        const text = inspect([error, shown], { depth: 10 });
        assert.match(text, /no entry for \*\*\*/);
        return !text.includes(SECRET);
      },
    );
  });
}
