/**
 * What is compared, each in a process of its own: `node contend.js NAME TASK`, the task as JSON; `node contend.js` names
 * them. Plain JavaScript, so that nothing but the contender runs; spillway comes from `dist`, as a user runs it. Every
 * one waits for the acknowledgement of all replicas, by an idempotent producer.
 *
 * Prints as JSON how many records were acknowledged after the warm-up and in how many seconds, with the peak of memory.
 */
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { Producer } from '@platformatic/kafka';
import WebSocket from 'ws';
import { createSource } from '../../dist/index.js';

import { kafka } from '../../dist/sink/kafka/index.js';

import { recordsOf } from './records.js';

const CONTENDERS = {
  'spillway, socket to Kafka': async ({ url, brokers, topic, batch }, meter) => {
    const sink = kafka({ brokers, topic });
    const timer = setInterval(() => meter.at(sink.stats.records), 2);
    await pipeline(createSource({ url, unbounded: true, batch_size: batch }).pages(), sink);
    clearInterval(timer);
    return sink.stats.records;
  },
  "ws + the client's stream class": (task, meter) => streamClass(task, meter, {}),
  "ws + the client's stream class, batches of BATCH": (task, meter) =>
    streamClass(task, meter, { batchSize: task.batch, highWaterMark: 2 * task.batch }),
  'ws + a loop that awaits each send': async ({ url, brokers, topic }, meter) => {
    const producer = producerOf(brokers);
    let records = 0;
    const waiting = [];
    let sending;
    const sendAll = async (socket) => {
      for (let value = waiting.shift(); value !== undefined; value = waiting.shift()) {
        await producer.send({ messages: [{ topic, value }] });
        meter.at((records += 1));
      }
      socket.resume();
      sending = undefined;
    };
    await onMessage(url, (value, socket) => {
      waiting.push(value);
      if (waiting.length > 1_000) socket.pause();
      sending ??= sendAll(socket);
    });
    await sending;
    await producer.close();
    return records;
  },
  "the client's own limit: batches of BATCH, no socket": async ({ count, bytes, brokers, topic, batch }, meter) => {
    const producer = producerOf(brokers);
    const values = recordsOf(bytes);
    let records = 0;
    while (records < count) {
      const length = Math.min(batch, count - records);
      const messages = Array.from({ length }, (_, n) => ({ topic, value: values[(records + n) % values.length] }));
      await producer.send({ messages });
      meter.at((records += length));
    }
    await producer.close();
    return records;
  },
};

async function streamClass({ url, brokers, topic }, meter, options) {
  const producer = producerOf(brokers);
  const stream = producer.asStream(options);
  let records = 0;
  stream.on('flush', ({ count }) => meter.at((records += count)));
  await onMessage(url, (value, socket) => {
    if (stream.write({ topic, value }) || socket.isPaused) return;
    socket.pause();
    stream.once('drain', () => socket.resume());
  });
  await stream.close();
  await producer.close();
  return records;
}

function producerOf(brokers) {
  return new Producer({ clientId: 'benchmark', bootstrapBrokers: [brokers], idempotent: true, retries: 10 });
}

async function onMessage(url, work) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', (data) => work(data, socket));
  await once(socket, 'close');
}

/** Takes the time from the first acknowledgement at or past the warm-up on. */
class Meter {
  #warmup;
  #from;
  #startedAt;

  constructor(warmup) {
    this.#warmup = warmup;
  }

  at(records) {
    if (this.#startedAt !== undefined || records < this.#warmup) return;
    this.#startedAt = performance.now();
    this.#from = records;
  }

  result(records) {
    return { records: records - this.#from, seconds: (performance.now() - this.#startedAt) / 1000 };
  }
}

const [name, task] = process.argv.slice(2);
if (name === undefined) console.log(JSON.stringify(Object.keys(CONTENDERS)));
else {
  const { warmup, ...rest } = JSON.parse(task);
  const meter = new Meter(warmup);
  const acknowledged = await CONTENDERS[name](rest, meter);
  const maxRssMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ...meter.result(acknowledged), acknowledged, maxRssMiB }));
}
