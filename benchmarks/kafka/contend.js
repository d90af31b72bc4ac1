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

/** What transactions cost: with `TRANSACTIONS=1`. */
const DELIVERIES = {
  'spillway, at least once': (task, meter) => intoKafka(task, meter, {}),
  ...Object.fromEntries(
    [50, 200, 1_000].map((commitIntervalMs) => [
      `spillway, exactly once, commits every ${commitIntervalMs} ms`,
      (task, meter) => intoKafka(task, meter, { transactionalId: task.topic, commitIntervalMs }),
    ]),
  ),
};

const EVERYONE = {
  'spillway, socket to Kafka': (task, meter) => intoKafka(task, meter, {}),
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

const CONTENDERS = process.env.TRANSACTIONS === '1' ? DELIVERIES : EVERYONE;

async function intoKafka({ url, brokers, topic, batch }, meter, options) {
  const sink = kafka({ brokers, topic, ...options });
  if (options.transactionalId !== undefined) await sink.position();
  const timer = setInterval(() => meter.at(sink.stats.records), 2);
  const source = createSource({ url, unbounded: true, batch_size: batch }, { reusePages: true });
  await pipeline(source.pages(), sink);
  clearInterval(timer);
  return sink.stats.records;
}

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
  #cpuAt;

  constructor(warmup) {
    this.#warmup = warmup;
  }

  at(records) {
    if (this.#startedAt !== undefined || records < this.#warmup) return;
    this.#startedAt = performance.now();
    this.#cpuAt = process.cpuUsage();
    this.#from = records;
  }

  result(records) {
    const { user, system } = process.cpuUsage(this.#cpuAt);
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return { records: records - this.#from, seconds, cpuSeconds: (user + system) / 1e6 };
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
