import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordsBatch, type MessageRecord, produceV7, Writer } from '@platformatic/kafka';
import {
  PRODUCE,
  PRODUCE_VERSION,
  produceRequestHead,
  sealProduceRequest,
} from '../../../lib/kafka/produce/produce-request.js';

for (const [what, transactionalId] of [
  ['a request with one batch', undefined],
  ['one of a transaction', 'trades-ü'],
] as const) {
  test(`${what} is that which the client makes of it`, () => same(transactionalId));
}

function same(transactionalId: string | undefined): void {
  const [topic, partition, clientId] = ['träume', 1_000, 'spillway-ü'];
  const messages = [{ topic, partition, value: Buffer.from('1'), timestamp: 5n }] as unknown as MessageRecord[];
  const options = transactionalId === undefined ? {} : { transactionalId };
  const head = produceRequestHead({ clientId, acks: -1, timeoutMs: 27_000, topic, partition, transactionalId });
  const request = Buffer.concat([head, createRecordsBatch(messages, options).buffer]);
  sealProduceRequest(request, head.length, 123_456);
  const body = produceV7.createRequest(-1, 27_000, messages, options);
  const theirs = Writer.create()
    .appendInt16(PRODUCE)
    .appendInt16(PRODUCE_VERSION)
    .appendInt32(123_456)
    .appendString(clientId, false)
    .appendFrom(body)
    .prependLength();
  assert.deepEqual(request, theirs.buffer);
}
