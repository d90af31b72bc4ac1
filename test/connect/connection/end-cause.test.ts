import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionEndCause, type ConnectionFacts } from '../../../lib/connect/connection/end-cause.js';
import { Endpoints } from '../../../lib/connect/reach/endpoints.js';
import {
  ConfigError,
  ConnectError,
  DisconnectedError,
  MessageTooLargeError,
  type SpillwayError,
  SubscribeError,
} from '../../../lib/errors.js';

for (const [what, code, wasSubscribed, facts, isClean] of [
  ['1000', 1000, true, {}, true],
  ['1001, where that is named as clean', 1001, true, {}, true],
  ['1006', 1006, true, {}, false],
  ['1000, before it was subscribed', 1000, false, {}, false],
  ['1000, where another follows', 1000, true, { reconnects: true }, true],
  ['1001, where another follows', 1001, true, { reconnects: true }, false],
] as const) {
  test(`a close with ${what}, is ${isClean ? 'no error' : 'one'}`, () => {
    const cause = causeOf(facts);
    const error = cause.closed(code, 'bye', wasSubscribed);
    assert.equal(error, cause.error);
    if (isClean) assert.equal(error, undefined);
    else {
      assert.ok(error instanceof DisconnectedError);
      assert.deepEqual([error.closeCode, error.reason, error.frames, error.url], [code, 'bye', 7, 'ws://x/?…']);
      assert.equal(error.message.includes('Set `reconnect: true`'), !('reconnects' in facts));
    }
  });
}

test('a connection that is closed before it was open did not come about', () => {
  assert.ok(causeOf({ isOpen: () => false }).closed(1006, '', false) instanceof ConnectError);
});

test('of all that goes wrong at an end the first is the cause', () => {
  const first = new SubscribeError({ what: 'A step', reason: 'rejected' });
  for (const begin of [
    (cause: ConnectionEndCause) => cause.failed(first),
    (cause: ConnectionEndCause) => cause.lost(first, undefined),
    (cause: ConnectionEndCause) => cause.reported(first as SpillwayError & { code: string }),
  ]) {
    const cause = causeOf();
    begin(cause);
    cause.failed(new SubscribeError({ what: 'Another', reason: 'failed' }));
    cause.lost(new Error('x'), undefined);
    cause.reported(new Error('y'));
    assert.equal(cause.closed(1000, '', true), first);
  }
});

test('what ends a connection is told as it is where it says all, and else as its cause', () => {
  for (const own of [
    new MessageTooLargeError({ url: 'ws://x', limit: 1 }),
    new SubscribeError({ what: 'A step', reason: 'rejected' }),
    new ConfigError([{ path: 'x', message: 'Wrong.' }]),
  ]) {
    const cause = causeOf();
    cause.lost(own, undefined);
    assert.equal(cause.error, own);
  }
  const other = new Error('other');
  const cause = causeOf();
  cause.lost(other, { name: 'pong_timeout', ms: 5 });
  const { error } = cause as unknown as { readonly error: DisconnectedError };
  assert.deepEqual([error.cause, error.watchdog, error.closeCode, error.reason], [other, 'pong_timeout', 1006, '']);
});

for (const [code, failedWith] of [
  ['WS_ERR_EXPECTED_FIN', 1002],
  ['WS_ERR_INVALID_CLOSE_CODE', 1002],
  ['WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', 1002],
  ['WS_ERR_INVALID_OPCODE', 1002],
  ['WS_ERR_INVALID_UTF8', 1007],
  ['WS_ERR_UNEXPECTED_MASK', 1002],
  ['WS_ERR_UNEXPECTED_RSV_1', 1002],
  ['WS_ERR_UNEXPECTED_RSV_2_3', 1002],
  ['ECONNRESET', undefined],
  [undefined, undefined],
] as const) {
  test(`${code ?? 'an error without a code'} on an open connection ends it, answered with ${failedWith ?? 'nothing'}`, () => {
    const cause = causeOf();
    const error = Object.assign(new Error('x'), code && { code });
    cause.reported(error);
    const { error: told } = cause as unknown as { readonly error: DisconnectedError };
    assert.ok(told instanceof DisconnectedError);
    assert.deepEqual([told.failedWith, told.cause, told.closeCode], [failedWith, error, 1006]);
  });
}

test('a message that is too large says so, whatever state the connection is in', () => {
  for (const code of ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH']) {
    for (const isOpen of [true, false]) {
      const cause = causeOf({ isOpen: () => isOpen });
      cause.reported(Object.assign(new Error('x'), { code }));
      assert.ok(cause.error instanceof MessageTooLargeError);
      assert.equal(cause.error.limit, 100);
    }
  }
});

test('an error before it is open is one of the way there', () => {
  const cause = causeOf({ isOpen: () => false });
  cause.reported(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
  assert.ok(cause.error instanceof ConnectError);
});

function causeOf(facts: Partial<ConnectionFacts> = {}): ConnectionEndCause {
  return new ConnectionEndCause({
    endpoint: new Endpoints(['ws://u:p@x/?token=t']).current,
    maxMessageBytes: 100,
    reconnects: false,
    cleanCodes: [1000, 1001],
    isOpen: () => true,
    frames: () => 7,
    ...facts,
  });
}
