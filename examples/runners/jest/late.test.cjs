const { expect, test } = require('@jest/globals');

// CommonJS: before Node.js 24.9, Jest cannot require() an ES module, and import() does the same.
test('a price comes as it was sent', async () => {
  const { createSource } = await import('spillway');
  const { createFeedServer } = await import('spillway/testing');
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
