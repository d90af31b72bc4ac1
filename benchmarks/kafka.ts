/**
 * How fast do records get from a socket into Kafka, against what people write by hand, and against the limits of the
 * client, of the Java client and of librdkafka?
 *
 *     npm run bench:kafka [-- words of contenders' names]
 *
 * On a broker that it starts by itself, or the one that `KAFKA_BROKERS` names. Every contender runs in a process of its
 * own, into a topic of its own with one partition, in turns; the time counts from the first acknowledgement after a
 * warm-up until the last one. (The Java client and librdkafka have no warm-up.) Afterwards the topic must hold every
 * record. Ratios are to the client's own limit in the same turn; the median over the turns counts. `RECORDS` (1,500,000
 * of 120 bytes; of other sizes and for slow contenders, in proportion) and `ROUNDS` (3) set the size. librdkafka takes
 * part where a Python that `PYTHON` names (`python3`) has `confluent-kafka`, and with a feed before it where that has `picows`, too.
 *
 * With `TRANSACTIONS=1` it tells what they cost instead: `exactly_once` with several intervals between commits, against `at_least_once`. Give
 * it more records then, since a transaction holds many.
 *
 * Not measured: a network, TLS, replicas, compression, several partitions. Feed, broker and contender share the machine.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Admin, ListOffsetTimestamps } from '@platformatic/kafka';
import { startBroker } from '../test/support/kafka/broker.js';
import { kafkaClassPath } from '../test/support/kafka/jars.js';
import { type KafkaRow, withKafkaNumbers } from './kafka/numbers.js';
import { circumstances, median, table, writeResults } from './support/report.js';

interface Task {
  readonly url: string;
  readonly brokers: string;
  readonly topic: string;
  readonly count: number;
  readonly warmup: number;
  readonly bytes: number;
  readonly batch: number;
}

interface Result {
  /** Records after the warm-up, and the time for them. */
  readonly records: number;
  readonly seconds: number;
  /** What the process of the contender took of a core for them. */
  readonly cpuSeconds?: number;
  /** All of them, with the warm-up. */
  readonly acknowledged: number;
  readonly maxRssMiB?: number;
}

interface Contender {
  readonly name: string;
  /** How many records it gets, as a share of `RECORDS`: who is slow gets fewer. */
  readonly share: number;
  readonly run: (task: Task) => Promise<Result>;
}

const RECORDS = Number(process.env['RECORDS'] ?? 1_500_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const SIZES = [
  { bytes: 120, count: RECORDS, batch: 1_000 },
  { bytes: 2_048, count: Math.ceil(RECORDS / 6), batch: 400 },
];
const ABOUT_TRANSACTIONS = process.env['TRANSACTIONS'] === '1';
const LIMIT = ABOUT_TRANSACTIONS ? 'spillway, at least once' : "the client's own limit";
const PAGE = join(import.meta.dirname, '../docs/kafka.md');
const CLIENT = join(import.meta.dirname, '../node_modules/@platformatic/kafka/package.json');
const words = process.argv.slice(2);
const contend = join(import.meta.dirname, 'kafka/contend.js');
const classPath = await kafkaClassPath();
const broker =
  process.env['KAFKA_BROKERS'] === undefined
    ? await startBroker({ javaFlags: ['-Xms512m', '-Xmx1g'], properties: { 'log.segment.delete.delay.ms': '100' } })
    : undefined;
const brokers = process.env['KAFKA_BROKERS'] ?? (broker as NonNullable<typeof broker>).address;
const feed = spawn(process.execPath, [join(import.meta.dirname, 'kafka/feed.js')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const admin = new Admin({ clientId: 'benchmark', bootstrapBrokers: [brokers], retries: 20 });

try {
  const url = await firstLine(feed);
  const contenders = allContenders().filter(
    ({ name }) => words.length === 0 || name.startsWith(LIMIT) || words.some((word) => name.includes(word)),
  );
  const results = new Map<string, Result[]>();
  for (let round = 1; round <= ROUNDS; round++) {
    for (const size of SIZES) {
      for (const { name, share, run } of contenders) {
        const topic = `bench-${process.pid}-${round}-${size.bytes}-${contenders.findIndex((one) => one.name === name)}`;
        const count = Math.max(1_000, Math.round(size.count * share));
        await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
        const task = {
          ...size,
          url: `${url}/${count}/${size.bytes}`,
          brokers,
          topic,
          count,
          warmup: Math.floor(count / 3),
        };
        const result = await run(task);
        await check(name, task, result);
        await admin.deleteTopics({ topics: [topic] });
        const key = keyOf(size.bytes, name);
        results.set(key, [...(results.get(key) ?? []), result]);
        console.error(`${round}/${ROUNDS}  ${Math.round(rate(result) / 1_000)} k/s  ${size.bytes} bytes  ${name}`);
      }
    }
  }
  report(contenders, results);
} finally {
  feed.stdin?.end();
  await admin.close();
  await broker?.stop();
}

function allContenders(): Contender[] {
  const names = JSON.parse(execFileSync(process.execPath, [contend], { encoding: 'utf8' })) as string[];
  const ours = names.map((name) => ({ name, share: shareOf(name), run: (task: Task) => inNode(name, task) }));
  const java = { name: "the Java client: Kafka's ProducerPerformance, no socket", share: 2, run: producerPerformance };
  const python = process.env['PYTHON'] ?? 'python3';
  const rdkafka = {
    name: 'librdkafka: confluent-kafka of Python, no socket',
    share: 1,
    run: inPython(python, 'librdkafka.py'),
  };
  const bridge = {
    name: 'librdkafka: picows + confluent-kafka of Python',
    share: 1,
    run: inPython(python, 'bridge.py'),
  };
  if (ABOUT_TRANSACTIONS) return ours;
  return [
    ...ours,
    java,
    ...(hasModules(python, 'confluent_kafka') ? [rdkafka] : []),
    ...(hasModules(python, 'confluent_kafka, picows') ? [bridge] : []),
  ];
}

function shareOf(name: string): number {
  if (name.includes('awaits each send')) return 1 / 75;
  if (name.endsWith('stream class')) return 1 / 30;
  return name.includes('stream class') ? 1 / 3 : 1;
}

async function inNode(name: string, task: Task): Promise<Result> {
  const child = spawn(process.execPath, [contend, name, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await firstLine(child)) as Result;
}

function inPython(python: string, name: string): (task: Task) => Promise<Result> {
  return async (task) => {
    const script = join(import.meta.dirname, 'kafka', name);
    return JSON.parse((await promisify(execFile)(python, [script, JSON.stringify(task)])).stdout) as Result;
  };
}

/** Its last line: `3000000 records sent, 700000.1 records/sec (80.11 MB/sec), …`. */
async function producerPerformance({ topic, count, bytes }: Task): Promise<Result> {
  const main = 'org.apache.kafka.tools.ProducerPerformance';
  const args = ['--topic', topic, '--num-records', `${count}`, '--record-size', `${bytes}`, '--throughput', '-1'];
  const properties = ['--producer-props', `bootstrap.servers=${brokers}`, 'acks=all'];
  const { stdout } = await promisify(execFile)('java', ['-cp', classPath, main, ...args, ...properties]);
  const last = /(\d+) records sent, ([\d.]+) records\/sec[^\n]*\n*$/.exec(stdout);
  if (last === null) throw new Error(`ProducerPerformance said ${stdout}`);
  const records = Number(last[1]);
  return { records, seconds: records / Number(last[2]), acknowledged: records };
}

async function check(name: string, { topic, count }: Task, { acknowledged }: Result): Promise<void> {
  const [answer] = await admin.listOffsets({
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: ListOffsetTimestamps.LATEST }] }],
  });
  const stored = Number(answer?.partitions[0]?.offset);
  // Each transaction ends with a marker.
  const markers = name.includes('exactly once') ? stored - count : 0;
  if (acknowledged !== count || markers < 0 || markers > count / 100 || stored !== count + markers) {
    throw new Error(`${name}: of ${count} records, ${acknowledged} were acknowledged and ${stored} are stored.`);
  }
}

function report(contenders: readonly Contender[], results: ReadonlyMap<string, readonly Result[]>): void {
  const rows: KafkaRow[] = SIZES.flatMap(({ bytes, batch }) => {
    const limit = results.get(keyOf(bytes, contenders.find(({ name }) => name.startsWith(LIMIT))?.name ?? '')) ?? [];
    return contenders.map(({ name }) => {
      const list = results.get(keyOf(bytes, name)) ?? [];
      const recordsPerSecond = Math.round(median(list.map(rate)));
      return {
        name: name.replace('BATCH', `${batch}`),
        bytes,
        recordsPerSecond,
        megabytesPerSecond: Number(((recordsPerSecond * bytes) / 1e6).toFixed(1)),
        ratioToClientLimit: Number(median(list.map((one, at) => rate(one) / rate(limit[at] as Result))).toFixed(2)),
        ...(list[0]?.maxRssMiB === undefined
          ? {}
          : { maxRssMiB: Math.round(median(list.map(({ maxRssMiB }) => maxRssMiB ?? 0))) }),
      };
    });
  });
  console.log(
    table([
      ['contender', 'bytes', 'records/s', 'MB/s', 'to the limit', 'peak MiB', 'CPU µs a record'],
      ...rows.map((row) => [
        row.name,
        `${row.bytes}`,
        row.recordsPerSecond.toLocaleString('en'),
        row.megabytesPerSecond.toFixed(1),
        row.ratioToClientLimit.toFixed(2),
        `${row.maxRssMiB ?? ''}`,
        cpuMicroseconds(results.get(keyOf(row.bytes, row.name)) ?? [])?.toFixed(2) ?? '',
      ]),
    ]),
  );
  if (words.length > 0 || ABOUT_TRANSACTIONS) return;
  const client = (JSON.parse(readFileSync(CLIENT, 'utf8')) as { version: string }).version;
  const about = { ...circumstances('npm run bench:kafka'), client, kafka: '4.1.0', records: RECORDS, rounds: ROUNDS };
  const name = `kafka-node${process.versions.node.split('.')[0]}`;
  console.log(`\nwritten to ${writeResults(name, { ...about, rows })}`);
  if (existsSync(PAGE)) writeFileSync(PAGE, withKafkaNumbers(readFileSync(PAGE, 'utf8')));
}

function cpuMicroseconds(results: readonly Result[]): number | undefined {
  const known = results.flatMap(({ cpuSeconds, records }) =>
    cpuSeconds === undefined ? [] : [(cpuSeconds * 1e6) / records],
  );
  return known.length === 0 ? undefined : median(known);
}

function rate({ records, seconds }: Result): number {
  return records / seconds;
}

function keyOf(bytes: number, name: string): string {
  return `${bytes} ${name}`;
}

function hasModules(python: string, names: string): boolean {
  try {
    execFileSync(python, ['-c', `import ${names}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The process has no standard output.');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('A process of the benchmark ended before its time.');
}
