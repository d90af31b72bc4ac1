import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSource } from 'spillway';
import { createFeedServer } from 'spillway/testing';

test('a price comes as it was sent', async (t) => {
  const server = await createFeedServer({
    onConnection: async (client) => {
      await client.send('{"price":1.10}');
      await client.close(1000);
    },
  });
  t.after(() => server.close());
  const source = createSource({ url: server.url, unbounded: true });
  assert.deepEqual(await source.fetchAll(), [{ price: 1.1 }]);
});
