import type { TestContext } from 'node:test';
import { createFeedServer, type FeedClient, type FeedServer, type FeedServerOptions } from '../../lib/testing/index.js';

/** A feed server that ends with the test. */
export async function feed(
  t: TestContext,
  script: (client: FeedClient) => void | Promise<void>,
  options: FeedServerOptions = {},
): Promise<FeedServer> {
  const server = await createFeedServer({ ...options, onConnection: script });
  t.after(() => server.close());
  return server;
}

/** A script that sends these and closes with 1000. */
export function sends(...frames: (string | Buffer)[]): (client: FeedClient) => Promise<void> {
  return async (client) => {
    for (const frame of frames) await client.send(frame, { binary: typeof frame !== 'string' });
    await client.close(1000);
  };
}

/** A script that sends these and then says nothing more. */
export function sendsThenWaits(...frames: (string | Buffer)[]): (client: FeedClient) => Promise<void> {
  return async (client) => {
    for (const frame of frames) await client.send(frame, { binary: typeof frame !== 'string' });
  };
}
