import { pipeline } from 'node:stream/promises';
import { createSource } from '../../../lib/index.js';
import { jsonCutter } from '../../../lib/source/cut/json-cutter.js';
import { createFeedServer } from '../../../lib/testing/index.js';
import { collector } from '../../support/messages.js';

/** What a process does whose WebAssembly cannot be had: `node --jitless` has none, which Node 22 itself does not always stand. */
Reflect.set(Reflect.get(globalThis, 'WebAssembly') as object, 'Instance', () => {
  throw new Error('There is no WebAssembly here.');
});
const server = await createFeedServer({
  async onConnection(client) {
    await client.sendMany(Array.from({ length: 5_000 }, (_, n) => `{"n":${n}}`));
    await client.close(1000);
  },
});
const source = createSource({ url: server.url, unbounded: true });
await pipeline(source.pages(), collector());
await server.close();
console.log(`${source.stats.records} records ${jsonCutter() === undefined ? 'without' : 'with'} WebAssembly`);
