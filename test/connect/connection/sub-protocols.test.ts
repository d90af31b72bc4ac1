import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectError, WebSocketReadable } from '../../../lib/index.js';
import { encodeFrame, OPCODES } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, payloadsOf, run } from '../../support/arrangements.js';
import { closeFrame, feed, sends } from '../../support/feed.js';
import { refuses } from '../../support/refusals.js';
import { accepting, upgradeServer } from '../../support/upgrade-server.js';

const again = { reconnect: true, reconnect_backoff: 0 } as const;
const RECORD = encodeFrame({ opcode: OPCODES.text, payload: '1' });

for (const arrangement of ARRANGEMENTS) {
  test(`the event says which sub-protocol was taken, and which were offered (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1'), { protocols: ['v2', 'v1'] });
    const outcome = await run(arrangement, { url: server.url, unbounded: true, protocols: ['v0', 'v1', 'v2'] });
    assert.equal(outcome.error, undefined);
    assert.deepEqual(payloadsOf(outcome, 'connected'), [
      { url: `${server.url}/`, connection: 1, protocol: 'v1', offered: ['v0', 'v1', 'v2'], isCompressed: false },
    ]);
    assert.deepEqual(server.requests[0]?.protocols, ['v0', 'v1', 'v2']);
  });

  test(`a server that takes none of the sub-protocols is gone on with, and that is logged (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1'), { protocols: [] });
    const logged: unknown[][] = [];
    const log = (...said: unknown[]): void => void logged.push(said);
    const logger = { debug() {}, info() {}, warn: log, error() {} };
    const config = { url: server.url, unbounded: true, protocols: ['v1', 'v2'] };
    const outcome = await run(arrangement, config, { logger });
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.values, [1]);
    assert.deepEqual(
      payloadsOf<{ protocol: string }>(outcome, 'connected').map(({ protocol }) => protocol),
      [''],
    );
    assert.deepEqual(logged.slice(0, 1), [
      [{ url: `${server.url}/`, connection: 1, offered: ['v1', 'v2'] }, 'no sub-protocol taken'],
    ]);
  });

  test(`a header for the sub-protocol that is empty takes none (${arrangement})`, async (t) => {
    const server = await upgradeServer(t, (socket, request) => {
      socket.write(accepting(request, { 'Sec-WebSocket-Protocol': '' }));
      socket.end(Buffer.concat([RECORD, closeFrame(1000)]));
    });
    for (const protocols of [[], ['v1']]) {
      const { error, values } = await run(arrangement, { url: server.url, unbounded: true, protocols });
      assert.equal(error, undefined);
      assert.deepEqual(values, [1]);
    }
  });

  for (const [what, offered, answered, message] of [
    [
      'one that nobody asked for',
      [],
      'v9',
      /answered the WebSocket upgrade with the sub-protocol "v9", which was not offered \(none was\)\. Set `protocols` to it/,
    ],
    ['another one', ['v1', 'v2'], 'v9', /sub-protocol "v9", which was not offered \(offered: "v1", "v2"\)/],
    ['one in other letters', ['v1'], 'V1', /sub-protocol "V1", which was not offered \(offered: "v1"\)/],
    ['two at once', ['v1', 'v2'], 'v1, v2', /sub-protocol "v1, v2", which was not offered/],
    ['one that goes on and on', [], 'v'.repeat(5_000), /sub-protocol "v{200}…", which/],
  ] as const) {
    test(`a server that answers with ${what} is given up, and says what was offered and answered (${arrangement})`, async (t) => {
      const server = await upgradeServer(t, (socket, request) => {
        socket.write(accepting(request, { 'Sec-WebSocket-Protocol': answered }));
      });
      const { error } = await run(arrangement, { url: server.url, unbounded: true, protocols: offered, ...again });
      assert.ok(error instanceof ConnectError, String(error));
      assert.equal(error.reason, 'sub_protocol');
      assert.equal(error.status, undefined);
      assert.match(error.message, message);
      assert.equal(server.requests.length, 1);
    });
  }

  test(`require_protocol: a server that takes none is given up (${arrangement})`, async (t) => {
    const server = await feed(t, sends('1'), { protocols: [] });
    const config = { url: server.url, unbounded: true, protocols: ['v1', 'v2'], require_protocol: true, ...again };
    const { error } = await run(arrangement, config);
    assert.ok(error instanceof ConnectError);
    assert.equal(error.reason, 'sub_protocol');
    assert.match(
      error.message,
      /took none of the sub-protocols that were offered, and `require_protocol` asks for one \(offered: "v1", "v2"\)\./,
    );
    assert.equal(server.requests.length, 1);
  });

  for (const [what, headers, message] of [
    ['no Upgrade header', { Upgrade: 'h2c' }, /Invalid Upgrade header/],
    ['a key of another request', { 'Sec-WebSocket-Accept': 'bm9wZQ==' }, /Invalid Sec-WebSocket-Accept header/],
    ['no key', { 'Sec-WebSocket-Accept': undefined }, /Invalid Sec-WebSocket-Accept header/],
    ['an extension that nobody asked for', { 'Sec-WebSocket-Extensions': 'x' }, /but no extension was requested/],
  ] as const) {
    test(`a server that answers with ${what} is given up, and told as a broken handshake (${arrangement})`, async (t) => {
      const server = await upgradeServer(t, (socket, request) => void socket.write(accepting(request, headers)));
      const { error } = await run(arrangement, { url: server.url, unbounded: true, ...again });
      assert.ok(error instanceof ConnectError, String(error));
      assert.equal(error.reason, 'handshake');
      assert.match(error.message, /with status 101, and broke the protocol in it: /);
      assert.match(error.message, message);
      assert.equal(server.requests.length, 1);
    });
  }

  test(`a broken handshake turns to the next of several addresses (${arrangement})`, async (t) => {
    const broken = await upgradeServer(t, (socket, request) => {
      socket.write(accepting(request, { 'Sec-WebSocket-Protocol': 'v9' }));
    });
    const sound = await feed(t, sends('1'));
    const { values } = await run(arrangement, { urls: [broken.url, sound.url], max_messages: 1, ...again });
    assert.deepEqual(values, [1]);
  });
}

refuses([
  [{ require_protocol: true }, 'require_protocol', '`require_protocol` needs `protocols` that are offered.'],
  [
    { require_protocol: true, protocols: [] },
    'require_protocol',
    '`require_protocol` needs `protocols` that are offered.',
  ],
]);

test('requireProtocol without protocols is refused in code, too', () => {
  assert.throws(() => new WebSocketReadable('ws://x', { requireProtocol: true }), {
    code: 'ERR_CONFIG',
    message: /^WebSocketReadable\.requireProtocol: Without `protocols`/,
  });
});
