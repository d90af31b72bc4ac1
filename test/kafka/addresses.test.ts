import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { Addresses, advertisedFailure } from '../../lib/kafka/addresses.js';
import { classify } from '../../lib/kafka/failures.js';
import { brokerError } from '../sink/kafka/fake-producer.js';

for (const address of ['localhost:9092', '127.0.0.1:9092', '::1:9092']) {
  test(`${address}, advertised by a broker elsewhere, is said to be this machine`, () => {
    const { reason } = advertisedFailure('kafka.example.com:9092', address, undefined);
    assert.match(reason, /sends its clients on to \S+, which is this machine itself, which does not work/);
  });
}

test('a loopback address that a broker on loopback advertises is no surprise', () => {
  const { reason } = advertisedFailure('127.0.0.1:9092', 'localhost:9093', undefined);
  assert.doesNotMatch(reason, /this machine itself/);
});

test('what a broker says over the protocol is not explained by an address', () => {
  const addresses = new Addresses({ brokers: ['127.0.0.1:1'], auth: { type: 'none' } });
  addresses.failed('127.0.0.1:1', refused());
  const error = brokerError('TOPIC_AUTHORIZATION_FAILED');
  assert.equal(addresses.explain(error), error);
});

test('a given address that cannot be reached is named', () => {
  const addresses = new Addresses({ brokers: ['127.0.0.1:1'], auth: { type: 'none' } });
  addresses.failed('127.0.0.1:1', refused());
  const { kind, reason } = classify(addresses.explain(new Error('the client gave up')));
  assert.equal(kind, 'retriable');
  assert.equal(reason, '127.0.0.1:1 cannot be reached: no broker listens there');
});

test('a try that is under way does not take back what became of the one before it', () => {
  const addresses = new Addresses({ brokers: ['127.0.0.1:1'], auth: { type: 'none' } });
  addresses.failed('127.0.0.1:1', refused());
  addresses.watch(new Socket(), '127.0.0.1:1');
  const gaveUp = new Error('the client gave up');
  assert.match(classify(addresses.explain(gaveUp)).reason, /no broker listens there$/);
  addresses.failed('127.0.0.1:1', Object.assign(new Error('x'), { code: 'EHOSTUNREACH' }));
  addresses.failed('127.0.0.1:1', gaveUp);
  assert.match(classify(addresses.explain(gaveUp)).reason, /no way leads to the broker$/);
});

test('without an address that failed, an error stays as it is', () => {
  const error = new Error('odd');
  assert.equal(new Addresses({ brokers: ['127.0.0.1:1'], auth: { type: 'none' } }).explain(error), error);
});

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
}
