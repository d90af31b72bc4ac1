import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { FeedClient } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { feed } from '../../support/feed.js';
import { PLANTED, SECRET, serverOptions } from '../../support/planted-secrets.js';

const STEP = { send: 'go', expect: { path: 'yes' }, reject: { path: 'no' } } as const;

/** How a server says back what it was told. */
const ECHOES: Readonly<Record<string, (client: FeedClient, text: string) => unknown>> = {
  'its close reason': (client, text) => client.close(4001, text),
  'the answer that rejects a step': (client, text) => client.send(JSON.stringify({ no: text })),
};

for (const arrangement of ARRANGEMENTS) {
  for (const [what, plant] of Object.entries(PLANTED)) {
    for (const [where, echo] of Object.entries(ECHOES)) {
      test(`${what} that a server says back in ${where} is in no event, log, error, gap or stats (${arrangement})`, async (t) => {
        let text = SECRET;
        const script = async (client: FeedClient): Promise<void> => void (await echo(client, `no entry for ${text}`));
        const server = await feed(t, script, serverOptions(what));
        const { config, said = SECRET } = await plant(t, server.url);
        text = said;
        const logs: unknown[] = [];
        const log = (facts: object, message: string): void => void logs.push(facts, message);
        const logger = { debug: log, info: log, warn: log, error: log };
        const outcome = await run(
          arrangement,
          { ...config, subscribe: [STEP, ...(config.subscribe ?? [])], gaps: 'records' },
          { logger },
        );
        const { events, error, stats, texts } = outcome;
        const shown = inspect({ events, logs, error, stats, texts }, { depth: 10 });
        assert.match(shown, /no entry for ?\*\*\*/);
        for (const form of [text, SECRET]) assert.ok(!shown.includes(form), shown);
        assert.ok(error !== undefined && logs.length > 0 && texts.some((one) => one.startsWith('{"gap"')));
      });
    }
  }

  test(`a subscription that came at run time is shown without its secrets (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.receive();
      await client.send(JSON.stringify({ no: `no entry for ${SECRET}` }));
      await client.close(4001, `no entry for ${SECRET}`);
    });
    const send = JSON.stringify({ op: 'login', args: [SECRET] });
    let rejected: unknown;
    const { error, events } = await run(
      arrangement,
      { url: server.url, unbounded: true },
      {
        onStart: (source) => {
          source.addSubscription('mine', { ...STEP, send }).catch((reason: unknown) => {
            rejected = reason;
          });
        },
      },
    );
    for (const one of [rejected, error]) assert.match(inspect(one), /no entry for \*\*\*/);
    assert.ok(!inspect([rejected, error, events], { depth: 10 }).includes(SECRET));
  });

  test(`the error of a credential provider is shown without what it gave before (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.drop();
    });
    let asked = 0;
    const { error, events } = await run(
      arrangement,
      {
        url: server.url,
        unbounded: true,
        reconnect: true,
        reconnect_backoff: 0,
        max_reconnect_attempts: 1,
        auth: { ref: 'mine' },
      },
      {
        credentials: {
          mine: () => {
            asked += 1;
            if (asked === 1) return { type: 'bearer', token: SECRET };
            throw new Error(`nothing comes after ${SECRET}`);
          },
        },
      },
    );
    assert.match(String(error), /nothing comes after \*\*\*/);
    const told = events.map(({ payload }) => String((payload as { error?: Error }).error));
    assert.ok(!told.join().includes(SECRET));
  });
}
