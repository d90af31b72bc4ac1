import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KafkaProducer } from '../../../../lib/kafka/producer.js';
import type { Router } from '../../../../lib/sink/kafka/partitions/router.js';
import { TopicLookup } from '../../../../lib/sink/kafka/partitions/topic-lookup.js';
import { createFakeClock } from '../../../../lib/testing/index.js';
import { settle } from '../../../support/resources.js';
import { brokerError } from '../fake-producer.js';

test('the router is told how many partitions each topic has', async () => {
  const { lookup, known } = looking(async (topic) => topic.length);
  assert.equal(await lookup.find(['a', 'bcd']), undefined);
  assert.deepEqual(known, { a: 1, bcd: 3 });
});

for (const name of ['TOPIC_AUTHORIZATION_FAILED', 'MESSAGE_TOO_LARGE']) {
  test(`${name} does not pass: a topic is asked for once`, async () => {
    const { lookup, clock, asked } = looking(() => Promise.reject(brokerError(name)));
    const failure = await lookup.find(['trades']);
    assert.equal(failure?.name, name);
    assert.deepEqual([asked, clock.pending], [[0], 0]);
  });
}

for (const [name, times] of [
  ['NOT_CONTROLLER', [0, 100, 300, 700, 1_500, 3_100, 5_100, 7_100, 9_100]],
  ['UNKNOWN_TOPIC_OR_PARTITION', [0, 100, 300, 700, 1_500, 3_100]],
] as const) {
  test(`${name} may pass: a topic is asked for again, at longer and longer intervals, and then it is told`, async () => {
    const { lookup, clock, asked, retries } = looking(() => Promise.reject(brokerError(name)));
    const failure = lookup.find(['trades']);
    await clock.advance(60_000);
    assert.equal((await failure)?.name, name);
    assert.deepEqual(asked, times);
    assert.deepEqual([retries(), clock.pending], [times.length - 1, 0]);
  });
}

test('an answer that comes at last is taken', async () => {
  const { lookup, clock, known } = looking((_, number) =>
    number < 3 ? Promise.reject(brokerError('UNKNOWN_TOPIC_OR_PARTITION')) : Promise.resolve(6),
  );
  const failure = lookup.find(['trades']);
  await clock.advance(300);
  assert.equal(await failure, undefined);
  assert.deepEqual(known, { trades: 6 });
  assert.equal(clock.pending, 0);
});

for (const [what, first, own, reason] of [
  ['alone', undefined, undefined, /^no broker told of the topic within `message_timeout`$/],
  ['after a failure', 'LEADER_NOT_AVAILABLE', undefined, /`message_timeout`; the last try failed: \S.*/],
  ['of a client that tries again by itself', undefined, 'SASL_AUTHENTICATION_FAILED', /; the last try failed: \S.*/],
] as const) {
  test(`silence, ${what}, ends with the message time-out, and what is known of it`, async () => {
    const { lookup, clock } = looking(
      (_, number) => (number === 1 && first ? Promise.reject(brokerError(first)) : new Promise(() => {})),
      own && (() => brokerError(own)),
    );
    const failure = lookup.find(['trades']);
    await clock.advance(9_999);
    assert.ok(clock.pending > 0);
    await clock.advance(1);
    assert.match((await failure)!.reason, reason);
    assert.equal(clock.pending, 0);
  });
}

test('no wait outlasts the end of the sink: neither one for an answer nor one before the next try', async () => {
  for (const answer of [() => new Promise<number>(() => {}), () => Promise.reject(brokerError('NOT_CONTROLLER'))]) {
    const { lookup, clock, asked } = looking(answer);
    const failure = lookup.find(['trades']);
    await settle();
    lookup.close();
    assert.notEqual(await failure, undefined);
    assert.deepEqual([asked.length, clock.pending], [1, 0]);
  }
});

test('topics are no more than 10,000', async () => {
  const topics = Array.from({ length: 10_000 }, (_, n) => `t${n}`);
  const { lookup, asked } = looking(async () => 1);
  assert.equal(await lookup.find(topics), undefined);
  const failure = await lookup.find(['one more']);
  assert.match(failure!.reason, /`topic\.path` gave more than 10000 different topics/);
  assert.equal(asked.length, 10_000);
});

/** A lookup that waits ten seconds at most, and what comes of it. */
function looking(partitions: (topic: string, number: number) => Promise<number>, lastFailure?: () => Error) {
  const clock = createFakeClock();
  const known: Record<string, number> = {};
  const asked: number[] = [];
  let retries = 0;
  const producer: KafkaProducer = {
    send: () => Promise.reject(new Error()),
    close: async () => {},
    partitions: (topic) => partitions(topic, asked.push(clock.monotonic())),
    ...(lastFailure === undefined ? {} : { lastFailure }),
  };
  const router = {
    get topics() {
      return Object.keys(known).length;
    },
    know: (topic: string, count: number) => void (known[topic] = count),
  };
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const options = { clock, messageTimeoutMs: 10_000, logger };
  const lookup = new TopicLookup(options, producer, router as unknown as Router, () => void (retries += 1));
  return { lookup, clock, known, asked, retries: () => retries };
}
