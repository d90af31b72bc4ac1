import { kafka } from '../../../lib/sink/kafka/index.js';
import { conforms, type OpenSink } from '../conformance.js';
import { lines } from '../pages.js';
import { FakeKafka } from './fake-producer.js';

conforms('kafka', open, true);

function open(): OpenSink {
  const producer = new FakeKafka({ partitions: () => 1 });
  const sink = kafka({ producer, topic: 'trades', lingerMs: 0 });
  return { sink, stored: () => lines(producer.texts('trades')) };
}
