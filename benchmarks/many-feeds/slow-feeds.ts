/**
 * Feeds at a slow pace, in a process of their own: `node --import tsx slow-feeds.ts RATE`. Every connection gets so many trades a
 * second, each in a write of its own, spread over the second. It writes bytes that are ready into the sockets, since 1,000 feeds of
 * 100 frames a second are as much work here as there. Prints its URL. Ends with its standard input.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const rate = Number(process.argv[2]);
const TRADE = '{"t":100000000,"symbol":"BTC-USD","price":42000.10,"size":0.25,"side":"sell","venue":"one","m":true}';
/** A text frame that is whole, of fewer than 126 bytes. */
const FRAME = Buffer.concat([Buffer.from([0x81, TRADE.length]), Buffer.from(TRADE)]);
const TICK_MS = 1;
const MOST_TICKS = 100;
/** Those that are served in the same tick. */
const groups = Array.from({ length: Math.round(1000 / rate / TICK_MS) }, () => new Set<Socket>());

let connections = 0;
const server = createServer();
server.on('upgrade', ({ headers }, socket: Socket) => {
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.setNoDelay(true);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const group = groups[connections++ % groups.length] as Set<Socket>;
  group.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => group.delete(socket));
  socket.resume();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const beganAt = performance.now();
let tick = 0;
setInterval(() => {
  // A timer that comes late is made up for; but not so that nobody else has a turn.
  const due = Math.min((performance.now() - beganAt) / TICK_MS, tick + MOST_TICKS);
  for (; tick < due; tick++) for (const socket of groups[tick % groups.length] as Set<Socket>) socket.write(FRAME);
}, TICK_MS);
process.stdout.write(`ws://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
process.stdin.on('end', () => process.exit()).resume();
