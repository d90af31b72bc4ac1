// A feed server in a process of its own: sends every client the same frames over and over, encoded once, as fast as it
// takes them; on the path `/deflated` compressed, each with those before it as its context. It prints its address, and ends
// when its standard input does.
import { createFeedServer, encodeFrame, type FeedClient, OPCODES } from '../../../lib/testing/index.js';
import { deflater } from '../../support/deflater.js';
import { ROUND } from '../support/round.js';

const server = await createFeedServer({
  perMessageDeflate: true,
  onConnection: (client) => void (client.request.url === '/deflated' ? floodDeflated(client) : client.flood(ROUND)),
});
console.log(server.url);
process.stdin.resume().once('end', () => void server.close());

/** The first frame refers to none before it, and so may come behind the last once more. */
async function floodDeflated(client: FeedClient): Promise<void> {
  const deflate = deflater();
  const frames = ROUND.map((text) => encodeFrame({ opcode: OPCODES.text, payload: deflate(text), rsv1: true }));
  const bytes = Buffer.concat(frames);
  try {
    for (;;) await client.sendRaw(bytes);
  } catch {
    // The client has left.
  }
}
