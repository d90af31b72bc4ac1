import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { resolveWebSocketOptions, type WebSocketReadableOptions } from '../../../lib/connect/options/options.js';
import { Endpoints } from '../../../lib/connect/reach/endpoints.js';
import { RECONNECT_ACTIONS, RECONNECT_TABLE, reconnectRule } from '../../../lib/connect/reconnect/reconnect-table.js';
import { type Lost, type Next, Reconnects } from '../../../lib/connect/reconnect/reconnects.js';
import { optionError } from '../../../lib/errors.js';
import {
  AuthError,
  ConfigError,
  ConnectError,
  DisconnectedError,
  MessageTooLargeError,
  type SpillwayError,
  SubscribeError,
} from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';

const url = 'ws://a';

describe('the reconnect table', () => {
  for (const [what, error, action] of [
    ['a clean close', undefined, 'retry'],
    ['status 101', status(101), 'give_up'],
    ['status 200', status(200), 'give_up'],
    ['status 301', status(301), 'give_up'],
    ['status 400', status(400), 'give_up'],
    ['status 401', new AuthError('Refused.', { status: 401 }), 'refresh_credentials'],
    ['status 403', new AuthError('Refused.', { status: 403 }), 'refresh_credentials'],
    ['status 404', status(404), 'give_up'],
    ['status 429', status(429), 'retry_after'],
    ['status 500', status(500), 'next_endpoint'],
    ['status 503', status(503), 'next_endpoint'],
    ['code 1001', code(1001), 'retry_at_once'],
    ['code 1005', code(1005), 'retry'],
    ['code 1006', code(1006), 'retry'],
    ['code 1008', code(1008), 'refresh_credentials'],
    ['code 1011', code(1011), 'retry'],
    ['code 1012', code(1012), 'retry_at_once'],
    ['code 1013', code(1013), 'next_endpoint'],
    ['code 3000', code(3000), 'refresh_credentials'],
    ['code 4999', code(4999), 'retry'],
    ['a missed pong', watched('pong_timeout'), 'next_endpoint'],
    ['stale data', watched('stale_timeout'), 'next_endpoint'],
    ['an unanswered heartbeat', watched('heartbeat'), 'next_endpoint'],
    ['a refused TCP connection', failed('ECONNREFUSED'), 'next_endpoint'],
    ['an unknown name', failed('ENOTFOUND'), 'next_endpoint'],
    ['an expired certificate', failed('CERT_HAS_EXPIRED'), 'give_up'],
    ['a certificate of another host', failed('ERR_TLS_CERT_ALTNAME_INVALID'), 'give_up'],
    ['an unknown authority', failed('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'give_up'],
    ['a provider that fails', new AuthError('The vault is sealed.'), 'retry'],
    ['a token endpoint that refuses', new AuthError('No.', { reason: 'token_refused' }), 'give_up'],
    ['a token endpoint in trouble', new AuthError('Later.', { reason: 'token_later' }), 'retry_after'],
    ['a step whose function fails', new SubscribeError({ what: 'A step', reason: 'failed' }), 'retry'],
    ['a function that is wrong', optionError('tls', 'It is wrong.'), 'end'],
    ['a message that is too large', new MessageTooLargeError({ url, limit: 1 }), 'retry'],
  ] as const) {
    it(`says ${action} for ${what}`, () => {
      assert.equal(reconnectRule(error).action, action);
    });
  }

  // https://nodejs.org/api/tls.html#x509-certificate-error-codes, without those that are about revocation lists.
  for (const why of [
    ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REJECTED', 'CERT_REVOKED', 'CERT_SIGNATURE_FAILURE'],
    ...['CERT_UNTRUSTED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'HOSTNAME_MISMATCH', 'INVALID_CA', 'INVALID_PURPOSE'],
    ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  ]) {
    it(`gives up when TLS ends with ${why}`, () => {
      assert.equal(reconnectRule(failed(why)).action, 'give_up');
    });
  }

  it('has for each close code and each status from 100 to 599 a row, and names its actions', () => {
    for (let n = 1000; n < 5000; n++) assert.equal(reconnectRule(code(n)).kind, 'code', String(n));
    for (let n = 100; n < 600; n++) assert.equal(reconnectRule(status(n)).kind, 'status', String(n));
    for (const { action, meaning } of RECONNECT_TABLE) {
      assert.match(RECONNECT_ACTIONS[action], /\.$/);
      assert.match(meaning, /^[A-Z].*\.$/);
    }
  });
});

test('without reconnect every ending is the end, with its error', () => {
  const { reconnects } = set({ reconnect: false });
  assert.deepEqual(reconnects.after(lost(undefined)), { kind: 'end', error: undefined });
  const error = code(1006);
  assert.deepEqual(reconnects.after(lost(error)), { kind: 'end', error });
});

test('attempts are counted until data comes, and the last allowed one that fails is the end', () => {
  const { reconnects } = set({ maxReconnectAttempts: 2 });
  assert.deepEqual(numbers(reconnects, [code(1006), failed('ECONNREFUSED')]), [1, 2]);
  reconnects.fed();
  assert.deepEqual(numbers(reconnects, [code(1006), code(1006)]), [1, 2]);
  const cause = code(1006);
  const next = reconnects.after(lost(cause));
  assert.ok(next.kind === 'end' && next.error?.code === 'ERR_RECONNECT_EXHAUSTED' && next.error.cause === cause);
});

test('a growing back-off begins anew with data', () => {
  const { reconnects } = set({ reconnectBackoff: GROWING });
  assert.deepEqual(delays(reconnects, 3), [100, 200, 400]);
  reconnects.fed();
  assert.deepEqual(delays(reconnects, 2), [100, 200]);
});

test('with stableAfterMs it begins anew after a connection that was open for so long, not at its first data', () => {
  const { reconnects } = set({ reconnectBackoff: GROWING, stableAfterMs: 60_000, maxReconnectAttempts: 2 });
  for (const expected of [100, 200, 400, 800]) {
    reconnects.fed();
    assert.deepEqual(delayOf(reconnects, lost(code(1006), 59_999)), expected);
  }
  reconnects.fed();
  assert.equal(delayOf(reconnects, lost(code(1006), 60_000)), 100);
});

test('what cannot get better gives up a run that never had a connection', () => {
  for (const error of [status(404), failed('CERT_HAS_EXPIRED'), new AuthError('Refused.', { status: 401 })]) {
    const { reconnects } = set();
    assert.deepEqual(reconnects.after(lost(error)), { kind: 'end', error });
  }
});

test('what has worked is tried again, whatever the server says', () => {
  const { reconnects } = set({ reconnectBackoff: GROWING });
  reconnects.after(lost(code(1006), 5));
  assert.equal(delayOf(reconnects, lost(status(404))), 200);
  assert.equal(delayOf(reconnects, lost(new AuthError('Refused.', { status: 403 }))), 400);
});

test('a run gives up when each of its endpoints is given up', () => {
  const { reconnects, endpoints } = set({}, ['ws://a', 'ws://b', 'ws://c']);
  reconnects.after(lost(status(404)));
  assert.equal(endpoints.current.url, 'ws://b');
  reconnects.after(lost(failed('ECONNREFUSED')));
  assert.equal(endpoints.current.url, 'ws://c');
  reconnects.after(lost(status(404)));
  reconnects.after(lost(status(404)));
  assert.equal(endpoints.current.url, 'ws://b');
  assert.equal(reconnects.after(lost(status(404))).kind, 'end');
});

test('a drop comes back to the same endpoint, a failed attempt turns to the next, and after the last comes the first', () => {
  const { reconnects, endpoints } = set({}, ['ws://a', 'ws://b']);
  const seen = [code(1006), failed('ECONNREFUSED'), status(503), status(429), watched('stale_timeout')].map((error) => {
    reconnects.after(lost(error, error instanceof DisconnectedError ? 5 : undefined));
    return endpoints.current.url;
  });
  assert.deepEqual(seen, ['ws://a', 'ws://b', 'ws://a', 'ws://a', 'ws://b']);
});

test('a provider is told that its credentials were refused', () => {
  const { reconnects } = set({ credentials: () => ({ type: 'none' }) });
  const next = reconnects.after(lost(new AuthError('Refused.', { status: 401 })));
  assert.deepEqual(next, { kind: 'attempt', attempt: 1, delayMs: 1_000, refused: true });
  assert.deepEqual(reconnects.after(lost(failed('ECONNREFUSED'))), {
    kind: 'attempt',
    attempt: 2,
    delayMs: 1_000,
    refused: false,
  });
});

describe('credentials that are renewed and refused again', () => {
  const refusals = [new AuthError('Refused.', { status: 403 }), code(1008), code(3003)];
  const provided: WebSocketReadableOptions = { credentials: () => ({ type: 'none' }) };

  for (const error of refusals) {
    it(`give up a run that never had a connection: ${nameOf(error)}`, () => {
      const { reconnects } = set(provided);
      assert.equal(isRefused(reconnects.after(lost(error))), true);
      assert.deepEqual(reconnects.after(lost(error)), { kind: 'end', error });
    });

    it(`are renewed again and again where a connection was open: ${nameOf(error)}`, () => {
      const { reconnects } = set({ ...provided, reconnectBackoff: GROWING });
      reconnects.after(lost(code(1006), 5));
      for (const delayMs of [200, 400, 800, 1_600]) {
        const next = reconnects.after(lost(error));
        assert.deepEqual([isRefused(next), next.kind === 'attempt' && next.delayMs], [true, delayMs]);
      }
    });
  }

  it('are given up by one endpoint, and the next one is asked with others', () => {
    const { reconnects, endpoints } = set(provided, ['ws://a', 'ws://b']);
    const seen = Array.from({ length: 4 }, () => {
      const next = reconnects.after(lost(new AuthError('Refused.', { status: 401 })));
      return next.kind === 'end' ? next.kind : `${endpoints.current.url} ${next.refused}`;
    });
    assert.deepEqual(seen, ['ws://a true', 'ws://b true', 'ws://b true', 'end']);
  });

  it('count together with an endpoint that is given up for something else, and not with one that is down', () => {
    const { reconnects } = set(provided, ['ws://a', 'ws://b']);
    const refusal = new AuthError('Refused.', { status: 401 });
    const kinds = (errors: readonly SpillwayError[]) => errors.map((error) => reconnects.after(lost(error)).kind);
    assert.deepEqual(kinds([status(404), refusal, failed('ECONNREFUSED')]), ['attempt', 'attempt', 'attempt']);
    assert.deepEqual(kinds([status(404), refusal, refusal]), ['attempt', 'attempt', 'end']);
  });

  it('are others after a connection that was open: its endpoint stays', () => {
    const { reconnects, endpoints } = set(provided, ['ws://a', 'ws://b']);
    for (let n = 0; n < 3; n++) {
      assert.equal(isRefused(reconnects.after(lost(code(1008), 3_600_000))), true);
      assert.equal(endpoints.current.url, 'ws://a');
    }
  });
});

test('Retry-After is heeded where it asks for more than the back-off', () => {
  const { reconnects } = set();
  assert.equal(delayOf(reconnects, lost(status(429, '7'))), 7_000);
  assert.equal(delayOf(reconnects, lost(status(429, '0'))), 1_000);
  assert.equal(delayOf(reconnects, lost(status(429))), 1_000);
  assert.equal(delayOf(reconnects, lost(status(503, 'Thu, 01 Jan 2026 00:00:30 GMT'))), 30_000);
  assert.equal(delayOf(reconnects, lost(status(503, 'soon'))), 1_000);
});

test('Retry-After of one endpoint does not hold up the next, and is spread by jitter', () => {
  assert.equal(delayOf(set({}, ['ws://a', 'ws://b']).reconnects, lost(status(503, '7'))), 1_000);
  const jittered = set({ reconnectBackoff: { initialMs: 1_000 }, random: () => 0.25 });
  assert.equal(delayOf(jittered.reconnects, lost(status(429, '7'))), 7_250);
});

test('a server that goes away after a second is asked again at once, unless jitter spreads it, and not again and again', () => {
  assert.equal(delayOf(set().reconnects, lost(code(1012), 1_000)), 0);
  assert.equal(delayOf(set().reconnects, lost(code(1001), 999)), 1_000);
  const jittered = set({ reconnectBackoff: { initialMs: 1_000 }, random: () => 0.25 });
  assert.equal(delayOf(jittered.reconnects, lost(code(1012), 1_000)), 250);
});

describe('after a function of an option that is wrong', () => {
  const wrong = optionError('reconnectBackoff', 'It is wrong.');

  it('comes the end, also when a connection was open', () => {
    const { reconnects } = set();
    reconnects.after(lost(code(1006), 5_000));
    assert.deepEqual(reconnects.after(lost(wrong)), { kind: 'end', error: wrong });
    assert.throws(() => set().reconnects.afterRotation(wrong), wrong);
  });

  it('comes the end when it is the back-off itself', () => {
    const { reconnects } = set({ reconnectBackoff: () => Number.NaN });
    const next = reconnects.after(lost(code(1006)));
    assert.ok(next.kind === 'end' && next.error instanceof ConfigError);
    assert.match(next.error.message, /^reconnectBackoff: The function returned NaN\. Return milliseconds: /);
    assert.throws(() => reconnects.afterRotation(code(1006)), ConfigError);
  });
});

describe('after a rotation that failed', () => {
  it('comes after the back-off, which begins anew with one that succeeds', () => {
    const { reconnects } = set({ reconnectBackoff: GROWING });
    const delaysOf = (): number[] => [code(1006), code(1011)].map((error) => reconnects.afterRotation(error).delayMs);
    assert.deepEqual(delaysOf(), [100, 200]);
    reconnects.rotated();
    assert.deepEqual(delaysOf(), [100, 200]);
    // It is no attempt to reconnect.
    assert.equal(delayOf(reconnects, lost(code(1006))), 100);
  });

  it('heeds Retry-After', () => {
    const { reconnects } = set({}, [url]);
    assert.equal(reconnects.afterRotation(status(429, '30')).delayMs, 30_000);
    assert.equal(reconnects.afterRotation(status(503, '40')).delayMs, 40_000);
  });

  it('has refused credentials renewed once, and then waits long', () => {
    const { reconnects } = set({ credentials: async () => ({ type: 'none' }) });
    const refusal = new AuthError('Refused.', { status: 401 });
    assert.deepEqual(reconnects.afterRotation(refusal), { delayMs: 1_000, refused: true });
    assert.deepEqual(reconnects.afterRotation(refusal), { delayMs: 600_000, refused: false });
    reconnects.rotated();
    assert.deepEqual(reconnects.afterRotation(refusal), { delayMs: 1_000, refused: true });
  });

  it('waits long for what cannot get better by itself', () => {
    for (const error of [status(404), failed('CERT_HAS_EXPIRED'), new AuthError('Refused.', { status: 401 })]) {
      assert.deepEqual(set().reconnects.afterRotation(error), { delayMs: 600_000, refused: false });
    }
  });

  it('tries the other endpoints before, and stays with one that may work again', () => {
    const { endpoints, reconnects } = set({}, ['ws://a', 'ws://b']);
    const shown = (): string => endpoints.current.shownUrl;
    const [first, second] = ['ws://a/', 'ws://b/'];
    assert.deepEqual([reconnects.afterRotation(code(1006)).delayMs, shown()], [1_000, first]);
    assert.deepEqual([reconnects.afterRotation(status(404)).delayMs, shown()], [1_000, second]);
    assert.deepEqual([reconnects.afterRotation(status(404)).delayMs, shown()], [600_000, first]);
    assert.deepEqual([reconnects.afterRotation(status(503, '40')).delayMs, shown()], [1_000, second]);
  });
});

function set(options: WebSocketReadableOptions = {}, urls: readonly string[] = [url]) {
  const endpoints = new Endpoints(urls);
  const resolved = resolveWebSocketOptions({ reconnect: true, clock: createFakeClock(), ...options });
  return { endpoints, reconnects: new Reconnects(resolved, endpoints) };
}

function lost(error: SpillwayError | undefined, openMs?: number): Lost {
  return { error, openMs };
}

function delayOf(reconnects: Reconnects, ending: Lost): number | undefined {
  const next = reconnects.after(ending);
  return next.kind === 'attempt' ? next.delayMs : undefined;
}

function isRefused(next: Next): boolean | undefined {
  return next.kind === 'attempt' ? next.refused : undefined;
}

function nameOf(error: AuthError | DisconnectedError): string {
  return error instanceof AuthError ? `status ${error.status}` : `code ${error.closeCode}`;
}

function delays(reconnects: Reconnects, count: number): (number | undefined)[] {
  return Array.from({ length: count }, () => delayOf(reconnects, lost(code(1006), 5)));
}

function numbers(reconnects: Reconnects, errors: readonly SpillwayError[]): (number | undefined)[] {
  return errors.map((error) => {
    const next = reconnects.after(lost(error));
    return next.kind === 'attempt' ? next.attempt : undefined;
  });
}

function status(number: number, retryAfter?: string): ConnectError {
  return new ConnectError('Refused.', { url, status: number, ...(retryAfter === undefined ? {} : { retryAfter }) });
}

function code(closeCode: number): DisconnectedError {
  return new DisconnectedError({ url, closeCode, reason: '', frames: 0 });
}

function watched(name: 'pong_timeout' | 'stale_timeout' | 'heartbeat'): DisconnectedError {
  return new DisconnectedError({ url, closeCode: 1006, reason: '', frames: 0, watchdog: { name, ms: 1 } });
}

function failed(errorCode: string): ConnectError {
  return new ConnectError('No connection.', { url, cause: Object.assign(new Error('x'), { code: errorCode }) });
}

const GROWING = { initialMs: 100, jitter: 'none' } as const;
