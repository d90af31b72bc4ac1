/**
 * The feed of `benchmarks/kafka.ts`, in a process of its own: `node benchmarks/kafka/feed.js`. A connection
 * to `/COUNT/BYTES` gets so many records of so many bytes, as fast as the socket takes them, and a close with 1000.
 *
 * Prints its URL. Ends with its standard input.
 */
import { createFeedServer } from '../../dist/testing/index.js';
import { recordsOf } from './records.js';

const server = await createFeedServer({
  ref: true,
  onConnection: async (client) => {
    const [count = 0, bytes = 0] = (client.request.url ?? '').split('/').slice(1).map(Number);
    const records = recordsOf(bytes);
    function* all() {
      for (let n = 0; n < count; n++) yield records[n % records.length];
    }
    await client.sendMany(all());
    await client.close(1000);
  },
});
process.stdout.write(`${server.url}\n`);
process.stdin.on('end', () => void server.close()).resume();
