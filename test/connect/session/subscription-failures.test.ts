import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Disconnected,
  type Source,
  SubscribeError,
  type SubscribeRequest,
  type SubscribeStep,
  type SubscriptionFailed,
} from '../../../lib/index.js';
import { createFakeClock, type FeedClient } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, type Outcome, payloadsOf, run } from '../../support/arrangements.js';
import { feed, hasRead } from '../../support/feed.js';
import { again } from '../../support/time.js';

for (const arrangement of ARRANGEMENTS) {
  for (const [does, make, message] of [
    [
      'throws',
      () => assert.fail('no key hush-hush'),
      /"x" was not sent to ws:.+, since its function failed: no key \*\*\*/,
    ],
    ['rejects', () => Promise.reject(new Error('no key')), /since its function failed: no key\. /],
    [
      'returns something else',
      () => 7 as never,
      /since its function failed: send: The function returned a number\. Return a string or a Buffer\./,
    ],
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
      const outcome = await run(arrangement, config, {
        onStart: (started) => {
          source = started;
        },
      });
      assert.deepEqual([outcome.texts, outcome.error], [['1', '2'], undefined]);
      assert.deepEqual([outcome.stats.connections, calls, failuresOf(outcome)], [2, 1, ['x failed']]);
    });
  }

  test(`a subscription that was confirmed and is rejected on a later connection is dropped, and the event tells it (${arrangement})`, async (t) => {
    let source: Source | undefined;
    const warnings: { readonly message: string; readonly subscription?: string }[] = [];
    const server = await feed(t, async (client) => {
      if (client.number === 1) {
        await client.send('1');
        await hasRead(client);
        const gone = source?.addSubscription('gone', stepOf('gone'));
        const kept = source?.addSubscription('kept', stepOf('kept'));
        await answers(client, 2);
        await gone;
        await kept;
      } else {
        await answers(client, client.number === 2 ? 2 : 1, 'gone');
        await client.send(`${client.number}`);
        if (client.number === 3) return;
        await hasRead(client);
      }
      await client.drop();
    });
    const config = {
      url: server.url,
      max_messages: 3,
      reconnect: true,
      reconnect_backoff: 0,
      max_reconnect_attempts: 3,
    };
    const outcome = await run(arrangement, config, {
      logger: { debug() {}, info() {}, warn: (facts, message) => warnings.push({ ...facts, message }), error() {} },
      onStart: (started) => {
        source = started;
      },
    });
    assert.deepEqual([outcome.texts, outcome.error], [['1', '2', '3'], undefined]);
    assert.deepEqual(
      server.clients.map(({ received }) => received),
      [['gone', 'kept'], ['gone', 'kept'], ['kept']],
    );
    assert.deepEqual(failuresOf(outcome), ['gone rejected']);
    assert.equal(warnings.find(({ message }) => message === 'subscription failed')?.subscription, 'gone');
  });

  test(`a subscription that was confirmed and is not answered on a later connection is sent again on the next (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    let source: Source | undefined;
    const server = await feed(t, async (client) => {
      const next = (ms: number) => void again(clock, () => server.requests.length > client.number, ms);
      if (client.number === 1) {
        await client.send('1');
        await hasRead(client);
        const added = source?.addSubscription('slow', stepOf('slow'));
        await answers(client, 1);
        await added;
        await client.drop();
        next(0);
      } else if (client.number === 2) {
        await client.expectMessages(['slow']);
        next(3_000);
      } else {
        await answers(client, 1);
        await client.send('2');
      }
    });
    const config = { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff: 0 };
    const outcome = await run(arrangement, config, {
      clock,
      onStart: (started) => {
        source = started;
      },
    });
    assert.deepEqual([outcome.texts, outcome.error], [['1', '2'], undefined]);
    assert.deepEqual([outcome.stats.connections, failuresOf(outcome), clock.pending], [3, [], 0]);
  });

  test(`a subscription that was confirmed and whose function fails on a later connection is sent again on the next (${arrangement})`, async (t) => {
    let source: Source | undefined;
    const send = ({ connection }: SubscribeRequest): string => {
      assert.notEqual(connection, 2, 'the vault is sealed');
      return `signed ${connection}`;
    };
    const server = await feed(t, async (client) => {
      if (client.number === 1) {
        await client.send('1');
        await hasRead(client);
        const added = source?.addSubscription('signed', { send });
        await client.expectMessages(['signed 1']);
        await added;
        await client.drop();
      } else if (client.number === 3) {
        await client.expectMessages(['signed 3']);
        await client.send('2');
      }
    });
    const config = { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff: 0 };
    const outcome = await run(arrangement, config, {
      onStart: (started) => {
        source = started;
      },
    });
    assert.deepEqual([outcome.texts, outcome.error, failuresOf(outcome)], [['1', '2'], undefined, []]);
    const losses = payloadsOf<Disconnected>(outcome, 'disconnected').map(({ error }) => error?.message);
    assert.match(String(losses[1]), /^The subscription "signed" was not sent .+ failed: the vault is sealed\. /);
  });

  test(`a subscription that the new connection of a rotation rejects does not hold up the rotation (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    let source: Source | undefined;
    const server = await feed(t, async (client) => {
      if (client.number === 1) {
        await client.send('1');
        await hasRead(client);
        const added = source?.addSubscription('gone', stepOf('gone'));
        await answers(client, 1);
        await added;
        void clock.advance(60_000);
      } else {
        await answers(client, 1, 'gone');
        await client.send('2');
      }
    });
    const outcome = await run(
      arrangement,
      { url: server.url, max_messages: 2, max_connection_age: '1m' },
      {
        clock,
        onStart: (started) => {
          source = started;
        },
        onEvent: (name) => {
          if (name === 'rotationFailed') source?.stop();
        },
      },
    );
    assert.deepEqual([outcome.texts, outcome.error], [['1', '2'], undefined]);
    assert.deepEqual([outcome.stats.rotations, outcome.stats.gaps, failuresOf(outcome)], [1, 0, ['gone rejected']]);
  });

  test(`subscriptionFailed: a listener may end the run, and nothing is told after that (${arrangement})`, async (t) => {
    let source: Source | undefined;
    const server = await feed(t, async (client) => {
      await answers(client, 1, 'gone');
      await client.close(1000);
    });
    const outcome = await run(
      arrangement,
      { url: server.url, unbounded: true },
      {
        onStart: (started) => {
          source = started;
        },
        onEvent: (name) => {
          if (name === 'connecting') void source?.addSubscription('gone', stepOf('gone'));
          if (name === 'subscriptionFailed') source?.stop();
        },
      },
    );
    assert.deepEqual(
      outcome.events.map(({ name }) => name),
      ['connecting', 'connected', 'subscriptionFailed', 'ended'],
    );
  });
}

function stepOf(send: string): SubscribeStep {
  return {
    send,
    expect: { path: 'event', equals: 'ok' },
    reject: { path: 'event', equals: 'error' },
    timeoutMs: 3_000,
  };
}

/** Confirms so many messages, and rejects one of them. */
async function answers(client: FeedClient, count: number, rejected?: string): Promise<void> {
  for (let n = 0; n < count; n++) {
    const message = String(await client.receive());
    await client.send(message === rejected ? '{"event":"error"}' : '{"event":"ok"}');
  }
}

function failuresOf(outcome: Outcome): string[] {
  return payloadsOf<SubscriptionFailed>(outcome, 'subscriptionFailed').map(
    ({ subscription, error }) => `${subscription} ${error.reason}`,
  );
}
