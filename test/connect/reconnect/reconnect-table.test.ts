import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECONNECT_TABLE, reconnectRule } from '../../../lib/connect/reconnect/reconnect-table.js';
import {
  AuthError,
  ConfigError,
  ConnectError,
  DisconnectedError,
  MessageTooLargeError,
  type SpillwayError,
  SubscribeError,
} from '../../../lib/errors.js';

const url = 'wss://x/';

/** Numbers of one kind, and what is done about each. */
const NUMBERS: readonly (readonly [
  what: string,
  error: (value: number) => SpillwayError | undefined,
  values: readonly number[],
  action: string,
])[] = [
  ['status', status, [401, 403], 'refresh_credentials'],
  ['status', status, [408, 425, 429], 'retry_after'],
  ['status', status, [100, 200, 301, 400, 402, 404, 407, 409, 424, 426, 428, 430, 499], 'give_up'],
  ['status', status, [500, 502, 503, 599], 'next_endpoint'],
  ['status', status, [99, 600], 'retry'],
  [
    'status of a proxy or a token endpoint',
    (value) => new AuthError('No.', { status: value }),
    [401, 403],
    'refresh_credentials',
  ],
  ['close code', closed, [1001, 1012], 'retry_at_once'],
  ['close code', closed, [1008, 3000, 3003], 'refresh_credentials'],
  ['close code', closed, [1013, 1014, 1015], 'next_endpoint'],
  ['close code', closed, [1000, 1002, 1006, 1007, 1009, 1011, 1016, 2999, 3001, 3002, 3004, 4000, 4999], 'retry'],
];

for (const [what, error, values, action] of NUMBERS) {
  for (const value of values) {
    test(`after ${what} ${value}, ${action} is what is done`, () => {
      assert.equal(reconnectRule(error(value))?.action, action);
    });
  }
}

for (const [what, error, action] of [
  ['a clean close', undefined, 'retry'],
  ['no pong', silent('pong_timeout'), 'next_endpoint'],
  ['no data', silent('stale_timeout'), 'next_endpoint'],
  ['no answer to a heartbeat', silent('heartbeat'), 'next_endpoint'],
  ['a sub-protocol that was not offered', new ConnectError('No.', { url, reason: 'sub_protocol' }), 'give_up'],
  ['a broken handshake', new ConnectError('No.', { url, reason: 'handshake' }), 'give_up'],
  [
    'a status, whatever the reason beside it',
    new ConnectError('No.', { url, reason: 'handshake', status: 503 }),
    'next_endpoint',
  ],
  ['a step that was rejected', subscribe('rejected'), 'give_up'],
  ['a step that was not confirmed', subscribe('unanswered'), 'next_endpoint'],
  ['a step whose function failed', subscribe('failed'), 'retry'],
  ['a step that the end of its connection cut short', subscribe('ended'), 'retry'],
  ['a token endpoint that refuses', new AuthError('No.', { reason: 'token_refused' }), 'give_up'],
  ['a token endpoint that asks to come later', new AuthError('No.', { reason: 'token_later' }), 'retry_after'],
  ['a function that is wrong', new ConfigError([{ path: 'x', message: 'No.' }]), 'end'],
  ['a credential provider that failed', new AuthError('No.'), 'retry'],
  ['an address that cannot be reached', new ConnectError('No.', { url }), 'next_endpoint'],
  ['a connection that was refused', failedBy('ECONNREFUSED'), 'next_endpoint'],
  ['a certificate that has expired', failedBy('CERT_HAS_EXPIRED'), 'give_up'],
  ['a certificate of another host', failedBy('ERR_TLS_CERT_ALTNAME_INVALID'), 'give_up'],
  ['a certificate of its own', failedBy('DEPTH_ZERO_SELF_SIGNED_CERT'), 'give_up'],
  ['a certificate of an unknown authority', failedBy('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'give_up'],
  ['a message that was too large', new MessageTooLargeError({ url, limit: 1 }), 'retry'],
] as const) {
  test(`after ${what}, ${action} is what is done`, () => {
    assert.equal(reconnectRule(error).action, action);
  });
}

test('each row is the first that holds some cause', () => {
  const found = NUMBERS.flatMap(([, error, values]) => values.map((value) => reconnectRule(error(value))));
  for (const row of RECONNECT_TABLE) if (row.kind !== 'error') assert.ok(found.includes(row), row.meaning);
});

function status(value: number): SpillwayError {
  return new ConnectError('No.', { url, status: value });
}

/** As after a drop; a clean close has no error. */
function closed(closeCode: number): SpillwayError | undefined {
  return new DisconnectedError({ url, closeCode, reason: '', frames: 1 });
}

function silent(name: 'pong_timeout' | 'stale_timeout' | 'heartbeat'): SpillwayError {
  return new DisconnectedError({ url, closeCode: 1001, reason: '', frames: 1, watchdog: { name, ms: 1 } });
}

function subscribe(reason: 'rejected' | 'unanswered' | 'ended' | 'failed'): SpillwayError {
  return new SubscribeError({ what: 'Step 1', reason, url });
}

function failedBy(code: string): SpillwayError {
  return new ConnectError('No.', { url, cause: Object.assign(new Error('no'), { code }) });
}
