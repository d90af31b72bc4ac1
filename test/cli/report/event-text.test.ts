import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventText } from '../../../lib/cli/report/event-text.js';
import type { ConnectionEvents } from '../../../lib/connect/options/events.js';
import { ConnectError, DisconnectedError } from '../../../lib/errors.js';
import { gapOf } from '../../../lib/testing/index.js';

const url = 'ws://x/';
const broken = new DisconnectedError({
  url,
  closeCode: 1006,
  reason: '',
  frames: 7,
  cause: new Error('read ECONNRESET'),
});
const lost = {
  connection: 1,
  url,
  code: 1006,
  reason: '',
  error: broken,
  frames: 7,
} as ConnectionEvents['disconnected'];
const gone = { ...lost, code: 1012, reason: 'restart\n', error: undefined, frames: 1 };
const notReached = { ...lost, connection: 0, error: new ConnectError('Refused.', {} as never) };
const connected = { connection: 2, url, protocol: 'v1', offered: ['v1'] } as unknown as ConnectionEvents['connected'];

const BACKFILLED = { url: 'https://example.com/', records: 2, durationMs: 1_500 } as ConnectionEvents['backfilled'];

const UNAGREED =
  'The server took none of the sub-protocols that were offered ("v1", "v2"), and the run goes on without one. `require_protocol: true` gives up then.';
const LOST = 'Disconnected from ws://x/: code 1006: read ECONNRESET, after 7 frames.';
const AGAIN = 'Reconnecting in 1.5 s (attempt 2).';

for (const [name, payload, always, verbose, before] of [
  ['connecting', { url, attempt: 3 }, undefined, 'Connecting to ws://x/ (attempt 3).'],
  ['connected', connected, undefined, 'Connected: connection 2, sub-protocol v1.'],
  ['connected', { ...connected, protocol: '', offered: [] }, undefined, 'Connected: connection 2.'],
  [
    'connected',
    { ...connected, protocol: '', offered: ['v1', 'v2'] },
    UNAGREED,
    `Connected: connection 2. ${UNAGREED}`,
  ],
  ['subscribed', { connection: 1, messages: 1 }, undefined, 'Subscribed: 1 subscribe message sent; data may come.'],
  [
    'subscribed',
    { connection: 2, messages: 0 },
    'Connected again: connection 2.',
    'Subscribed: 0 subscribe messages sent; data may come.',
    lost,
  ],
  // The first connection, after attempts that failed; and after a rotation, when nothing was lost.
  [
    'subscribed',
    { connection: 1, messages: 1 },
    undefined,
    'Subscribed: 1 subscribe message sent; data may come.',
    lost,
  ],
  ['subscribed', { connection: 2, messages: 1 }, undefined, 'Subscribed: 1 subscribe message sent; data may come.'],
  ['subscriptionFailed', { subscription: 'a', error: new Error('It was rejected.') }, undefined, 'It was rejected.'],
  ['disconnected', lost, undefined, LOST],
  ['disconnected', gone, undefined, 'Disconnected from ws://x/: code 1012 ("restart\\n"), after 1 frame.'],
  ['disconnected', notReached, undefined, 'Not connected: Refused.'],
  ['disconnected', { ...notReached, error: undefined }, undefined, 'Not connected: no connection to ws://x/.'],
  ['reconnecting', { attempt: 2, delayMs: 1_500 }, AGAIN, AGAIN],
  ['reconnecting', { attempt: 2, delayMs: 1_500 }, `${LOST} ${AGAIN}`, AGAIN, lost],
  [
    'backfilled',
    { ...BACKFILLED, missing: 0, why: undefined },
    undefined,
    'Backfilled 2 records from https://example.com/ in 1.5 s.',
  ],
  [
    'backfilled',
    { ...BACKFILLED, missing: 3, why: 'status 503' },
    'Backfilled 2 records from https://example.com/ in 1.5 s; 3 of the sequence stay missing: status 503.',
    'Backfilled 2 records from https://example.com/ in 1.5 s; 3 of the sequence stay missing: status 503.',
  ],
  ['rotating', { connection: 1 }, undefined, 'Rotating: a new connection is opened beside connection 1.'],
  ['rotated', { from: 1, to: 2 }, undefined, 'Rotated: connection 2 has taken over from connection 1.'],
  [
    'rotationFailed',
    { error: new Error('It is down.'), delayMs: 60_000 },
    undefined,
    'Not rotated: It is down. Again in 1 min 0 s.',
  ],
  [
    'rotationFailed',
    { error: undefined, delayMs: 60_000 },
    undefined,
    'Not rotated: too much waited for the old connection. Again in 1 min 0 s.',
  ],
  [
    'paused',
    { bufferedFrames: 1_000, bufferedBytes: 2_000_000 },
    undefined,
    'Paused: the sink is slow, and 1,000 records (2.0 MB) wait for it.',
  ],
  ['resumed', { bufferedFrames: 0, bufferedBytes: 0 }, undefined, 'Resumed: the sink caught up.'],
  ['ended', { cause: 'closed', error: undefined }, undefined, 'Ended receiving: closed.'],
] as unknown as (readonly [
  name: keyof ConnectionEvents,
  payload: never,
  always: string | undefined,
  verbose: string,
  before?: ConnectionEvents['disconnected'],
])[]) {
  test(`${name} is told as "${verbose}", and without --verbose ${always === verbose ? 'too' : always ? 'in short' : 'not'}`, () => {
    assert.equal(eventText(name, payload, { verbose: true, lost: before }), verbose);
    assert.equal(eventText(name, payload, { verbose: false, lost: before }), always);
  });
}

test('a gap is told in any case, in the same words', () => {
  const gap = gapOf({});
  const [short, long] = [false, true].map((verbose) => eventText('gap', gap, { verbose, lost: undefined }));
  assert.match(short!, /^Gap: .+\.$/);
  assert.equal(short, long);
});
