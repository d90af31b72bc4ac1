import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { FeedSocket } from '../../../lib/connect/socket/feed-socket.js';
import { encodeFrame, OPCODES } from '../../../lib/testing/index.js';
import { openInMemory } from '../../support/in-memory-socket.js';
import { within } from '../../support/until.js';

const { close, text } = OPCODES;

for (const [what, bytes, expected] of [
  [
    'with code and reason',
    encodeFrame({ opcode: close, payload: Buffer.from('\x03\xe8bye', 'latin1') }),
    [[1000, 'bye']],
  ],
  ['with a code alone', encodeFrame({ opcode: close, payload: Buffer.from([0x0f, 0xa1]) }), [[4001, '']]],
  ['with nothing', encodeFrame({ opcode: close }), [[1005, '']]],
  ['that is sent twice', Buffer.concat([encodeFrame({ opcode: close }), encodeFrame({ opcode: close })]), [[1005, '']]],
  ['whose reason is not UTF-8', encodeFrame({ opcode: close, payload: Buffer.from([0x03, 0xe8, 0xff]) }), []],
  ['that is none, but breaks the protocol', encodeFrame({ opcode: text, payload: 'x', rsv3: true }), []],
] as const) {
  test(`a close frame of the server ${what} is told ${expected.length === 0 ? 'to nobody' : 'once'}`, async () => {
    const { ws, read, end } = openInMemory(FeedSocket);
    const told: unknown[] = [];
    ws.onCloseFrame = (...given) => void told.push(given);
    ws.on('error', () => {});
    const closed = new Promise((resolve) => ws.once('close', resolve));
    await within(() => 'the socket to open', once(ws, 'open'));
    await read([bytes]);
    end();
    await within(() => 'the socket to close', closed);
    assert.deepEqual(told, expected);
  });
}
