import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protocolErrors } from '@platformatic/kafka';
import { classify, type FailureKind } from '../../lib/kafka/failures.js';
import { brokerError } from '../sink/kafka/fake-producer.js';

for (const [what, error, name, kind] of [
  ['a broker without enough replicas', brokerError('NOT_ENOUGH_REPLICAS'), 'NOT_ENOUGH_REPLICAS', 'retriable'],
  ['a topic that is not known', brokerError('UNKNOWN_TOPIC_OR_PARTITION'), 'UNKNOWN_TOPIC_OR_PARTITION', 'brief'],
  [
    'the same as @platformatic/kafka says it',
    new Error('Unknown topic trades.'),
    'UNKNOWN_TOPIC_OR_PARTITION',
    'brief',
  ],
  [
    'the same as kafkajs says it',
    Object.assign(new Error('x'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' }),
    'UNKNOWN_TOPIC_OR_PARTITION',
    'brief',
  ],
  ['a batch that is too large', brokerError('MESSAGE_TOO_LARGE'), 'MESSAGE_TOO_LARGE', 'oversize'],
  ['a user who may not write', brokerError('TOPIC_AUTHORIZATION_FAILED'), 'TOPIC_AUTHORIZATION_FAILED', 'fatal'],
  ['a port where nobody listens', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED', 'retriable'],
  ...['SSLV3_ALERT_BAD_CERTIFICATE', 'SSL/TLS_ALERT_BAD_CERTIFICATE', 'TLSV13_ALERT_CERTIFICATE_REQUIRED'].map(
    (alert) =>
      [
        `an alert of TLS about our certificate (${alert})`,
        new Error('no way', { cause: Object.assign(new Error('x'), { code: `ERR_SSL_${alert}` }) }),
        `ERR_SSL_${alert}`,
        'fatal',
      ] as const,
  ),
  [
    'what the broker said, in an error about many attempts',
    new AggregateError(
      [Object.assign(new Error('x'), { code: 'PLT_KFK_NETWORK' }), brokerError('INVALID_RECORD')],
      'failed 2 times',
    ),
    'INVALID_RECORD',
    'fatal',
  ],
  [
    'what the broker said, as the cause of another error',
    new Error('failed', { cause: brokerError('SASL_AUTHENTICATION_FAILED') }),
    'SASL_AUTHENTICATION_FAILED',
    'fatal',
  ],
  ['an error that the client calls passing', Object.assign(new Error('x'), { canRetry: true }), 'Error', 'retriable'],
  [
    'one that it calls final beside others',
    new AggregateError([
      Object.assign(new Error('x'), { canRetry: false }),
      Object.assign(new Error('y'), { canRetry: true }),
    ]),
    'AggregateError',
    'fatal',
  ],
  ['an error that nobody knows', new RangeError('odd'), 'RangeError', 'fatal'],
  ['no error at all', 'odd', '', 'fatal'],
] as (readonly [what: string, error: unknown, name: string, kind: FailureKind])[]) {
  test(`${what} is ${kind}`, () => {
    const failure = classify(error);
    assert.equal(failure.name, name);
    assert.equal(failure.kind, kind);
    assert.match(failure.advice, /^[A-Z].*\.$/);
    assert.match(failure.reason, /[^.\s]$/);
  });
}

test('errors that hold themselves, as causes or among others, are classified all the same', () => {
  const among = new AggregateError([]);
  among.errors.push(among, brokerError('INVALID_RECORD'));
  const caused = new Error('failed');
  caused.cause = caused;
  assert.deepEqual([classify(among).name, classify(caused).reason], ['INVALID_RECORD', 'failed']);
});

test('what the client calls passing is never called final here, and the other way round', () => {
  for (const [name, { canRetry }] of Object.entries(protocolErrors)) {
    const { kind, advice } = classify(brokerError(name));
    // What producers do not meet is not in the table.
    if (advice.startsWith('See `cause`')) continue;
    if (canRetry) assert.ok(kind === 'retriable' || kind === 'brief', name);
    else assert.ok(kind === 'fatal' || kind === 'oversize' || LOST_COUNT.has(name), name);
  }
});

/** Version 1 of the client gives up on them; here the batch is sent again by another producer. */
const LOST_COUNT = new Set(['UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER_SEQUENCE_NUMBER']);
