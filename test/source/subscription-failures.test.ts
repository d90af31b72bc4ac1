import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Source, SubscribeError } from '../../lib/index.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed, hasRead } from '../support/feed.js';

for (const arrangement of ARRANGEMENTS) {
  for (const [does, make, message] of [
    [
      'throws',
      () => assert.fail('no key hush-hush'),
      /"x" was not sent to ws:.+, since its function failed: no key \*\*\*/,
    ],
    ['rejects', () => Promise.reject(new Error('no key')), /since its function failed: no key\. /],
    ['returns something else', () => 7 as never, /since its function failed: send: The function returned something/],
  ] as const) {
    test(`addSubscription: one whose function ${does} is rejected, and the connection goes on without it (${arrangement})`, async (t) => {
      let source: Source | undefined;
      let calls = 0;
      const send = (): Promise<string> | never => {
        calls += 1;
        return make();
      };
      const server = await feed(t, async (client) => {
        if (client.number === 1) {
          await client.send('1');
          await hasRead(client);
          const added = source?.addSubscription('x', { send }).catch((error: unknown) => error);
          const next = source?.addSubscription('y', { send: 'y' });
          await client.expectMessages(['y']);
          await next;
          const error = await added;
          assert.ok(error instanceof SubscribeError);
          assert.deepEqual([error.reason, error.what], ['failed', 'The subscription "x"']);
          assert.match(error.message, message);
          await client.drop();
          return;
        }
        await client.expectMessages(['y']);
        await client.send('2');
      });
      const auth = { type: 'bearer', config: { token: 'hush-hush' } } as const;
      const config = {
        url: server.url,
        auth,
        max_messages: 2,
        reconnect: true,
        reconnect_backoff: 0,
        max_reconnect_attempts: 3,
      };
      const { texts, error, stats } = await run(arrangement, config, {
        onStart: (started) => {
          source = started;
        },
      });
      assert.deepEqual([texts, error], [['1', '2'], undefined]);
      assert.deepEqual([stats.connections, calls], [2, 1]);
    });
  }
}
