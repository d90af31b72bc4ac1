/**
 * A feed at a steady pace, in a process of its own: `node --import tsx paced-feed.ts SECONDS`. On the path `/RATE` come so many
 * frames a second, for so many seconds, and a close with 1000. Each says in `at` when it was sent, in milliseconds of the
 * machine's monotonic clock, which all its processes share. Prints its URL. Ends with its standard input.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createFeedServer } from '../../lib/testing/index.js';

const seconds = Number(process.argv[2]);
const REST = '"symbol":"BTC-USD","price":42000.10,"side":"sell","id":100000000,"venue":"one"';

const server = await createFeedServer({
  ref: true,
  onConnection: async (client) => {
    const perMs = Number(client.request.url.slice(1)) / 1000;
    const all = perMs * seconds * 1000;
    const beganAt = now();
    for (let sent = 0; sent < all; ) {
      const at = now();
      const due = Math.min(all, 1 + Math.floor((at - beganAt) * perMs));
      const texts = Array.from({ length: due - sent }, () => `{"at":${at.toFixed(3)},${REST}}`);
      await client.sendMany(texts);
      sent = due;
      await sleep(Math.max(0, beganAt + sent / perMs - now()));
    }
    await client.close(1000);
  },
});
process.stdout.write(`${server.url}\n`);
process.stdin.on('end', () => void server.close()).resume();

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
