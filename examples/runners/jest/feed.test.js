import { expect, test } from '@jest/globals';
import { createSource } from 'spillway';
import { createFeedServer } from 'spillway/testing';

test('a price comes as it was sent', async () => {
  const server = await createFeedServer({
    onConnection: async (client) => {
      await client.send('{"price":1.10}');
      await client.close(1000);
    },
  });
  try {
    const source = createSource({ url: server.url, unbounded: true });
    expect(await source.fetchAll()).toEqual([{ price: 1.1 }]);
  } finally {
    await server.close();
  }
});
