// A feed server in a process of its own: sends every client the same frames over and over, encoded once, as fast as it
// takes them. It prints its address, and ends when its standard input does.
import { createFeedServer } from '../../../lib/testing/index.js';
import { ROUND } from '../support/round.js';

const server = await createFeedServer({ onConnection: (client) => void client.flood(ROUND) });
console.log(server.url);
process.stdin.resume().once('end', () => void server.close());
