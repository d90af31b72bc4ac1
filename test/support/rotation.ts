import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { FakeClock, FeedClient, FeedServer, FeedServerOptions } from '../../lib/testing/index.js';
import { feed, hasRead } from './feed.js';

/** A step of `subscribe` that a server answers with `welcome`. */
export const LOGIN = { send: 'login', expect: { text: 'welcome' } } as const;

/** How old a connection may be, in seconds: for `max_connection_age`. */
export const AGE = 60;

/**
 * A feed server that takes the login of every connection. It confirms the first one, sends these over it, and lets it become
 * as old as one may be; what the others do is a matter of the script.
 */
export function rotatingFeed(
  t: TestContext,
  clock: FakeClock,
  frames: readonly string[],
  next: (client: FeedClient, first: FeedClient) => Promise<void>,
  options: FeedServerOptions = {},
): Promise<FeedServer> {
  let first: FeedClient | undefined;
  return feed(
    t,
    async (client) => {
      assert.equal(await client.receive(), LOGIN.send);
      if (first !== undefined) {
        await next(client, first);
        return;
      }
      first = client;
      await client.send('welcome');
      await client.sendMany(frames);
      await hasRead(client);
      void clock.advance(AGE * 1_000);
    },
    options,
  );
}
