import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type KafkaOptions, kafka } from '../../../lib/sink/kafka/index.js';
import { createFakeClock } from '../../../lib/testing/fake-clock.js';
import { whileTimePasses } from '../../support/time.js';
import { pagesOf } from '../pages.js';
import { FakeKafka } from './fake-producer.js';

/** Writes the texts into a cluster, with the time moving on by itself. */
export async function run(texts: readonly string[], options: KafkaOptions, pageSize = 100) {
  const clock = createFakeClock();
  const cluster = options.producer instanceof FakeKafka ? options.producer : new FakeKafka();
  const sink = kafka({ topic: 'trades', producer: cluster, clock, ...options });
  const done = pipeline(Readable.from(pagesOf(texts, pageSize)), sink).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { cluster, sink, error: await whileTimePasses(clock, done) };
}
