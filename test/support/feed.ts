import type { TestContext } from 'node:test';
import {
  createFeedServer,
  encodeFrame,
  type FeedClient,
  type FeedServer,
  type FeedServerOptions,
  OPCODES,
} from '../../lib/testing/index.js';

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

/** Resolves when the client reads what is sent to it, and has read what was sent before. */
export async function hasRead(client: FeedClient): Promise<void> {
  // Of pings that come close together only the newest is answered: this one is told by its payload.
  const mark = `mark ${++marks}`;
  await client.ping(mark);
  while ((await client.nextPong()).toString() !== mark);
}

let marks = 0;

/** The bytes of a close frame. */
export function closeFrame(code: number): Uint8Array {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return encodeFrame({ opcode: OPCODES.close, payload });
}
