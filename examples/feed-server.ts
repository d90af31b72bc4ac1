import assert from 'node:assert/strict';
import { createSource } from 'spillway';
import { createFeedServer } from 'spillway/testing';

// Closed where this block ends, however it does. Without `await using`: try … finally { await server.close(); }
await using server = await createFeedServer({
  onConnection: async (client) => {
    await client.expectMessages(['{"op":"subscribe"}']);
    await client.send('{"price":1.10}');
    if (client.number === 1) await client.drop();
    else await client.close(1000);
  },
});
const source = createSource({
  url: server.url,
  subscribe_messages: ['{"op":"subscribe"}'],
  reconnect: true,
  reconnect_backoff: '10ms',
  max_messages: 2,
});
assert.deepEqual(await source.fetchAll(), [{ price: 1.1 }, { price: 1.1 }]);
