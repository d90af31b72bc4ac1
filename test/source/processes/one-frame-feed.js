/** A feed of one frame a connection, which stays open, in a process of its own: prints its port. Ends with its standard input. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const TEXT = '{"symbol":"BTC-USD","price":42000.10}';

const server = createServer();
server.on('upgrade', ({ headers }, socket) => {
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.on('error', () => {}).resume();
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(Buffer.concat([Buffer.from([0x81, TEXT.length]), Buffer.from(TEXT)]));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on('end', () => process.exit()).resume();
