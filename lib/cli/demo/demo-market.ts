import { setTimeout as wait } from 'node:timers/promises';
import { createFeedServer, type FeedServer, marketFeed } from '../../testing/index.js';

/**
 * Opens a made-up market on this machine. Each client gets trades at the rate for so long; then its connection
 * is closed in good order.
 */
export function openMarket(options: { readonly openMs: number; readonly rate: number }): Promise<FeedServer> {
  return createFeedServer({
    ref: true,
    async onConnection(client) {
      const closing = new AbortController();
      const trades = client.sendMany(marketFeed({ seed: Date.now() }), { rate: options.rate, signal: closing.signal });
      // Also over when the client leaves early.
      await wait(options.openMs, undefined, { signal: client.signal }).catch(() => {});
      closing.abort();
      await trades;
      await client.close(1000, 'The market is closed');
    },
  });
}
