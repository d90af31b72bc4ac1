import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One contender with records of one size. */
export interface KafkaRow {
  readonly name: string;
  readonly bytes: number;
  readonly recordsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly ratioToClientLimit: number;
  readonly maxRssMiB?: number;
}

interface KafkaResults {
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  readonly client: string;
  readonly kafka: string;
  readonly records: number;
  readonly rounds: number;
  readonly rows: readonly KafkaRow[];
}

/** The page on Kafka with the figures put in that `benchmarks/kafka.ts` measured. */
export function withKafkaNumbers(page: string): string {
  const from = page.indexOf(START);
  const to = page.indexOf(END, from);
  if (from === -1 || to === -1) throw new Error(`The page has lost its markers ${START} … ${END}.`);
  return `${page.slice(0, from + START.length)}\n${kafkaNumbers()}\n${page.slice(to)}`;
}

function kafkaNumbers(): string {
  const results = NODES.map((node) => join(import.meta.dirname, `../results/kafka-node${node}.json`))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as KafkaResults);
  return results.length === 0 ? 'Not measured yet: `npm run bench:kafka`.' : results.map(tableOf).join('\n\n');
}

function tableOf({ date, node, machine, client, kafka, rounds, rows }: KafkaResults): string {
  return [
    `Node ${node.slice(1)}, @platformatic/kafka ${client}, Apache Kafka ${kafka}: feed, broker and contender on one machine, each in a process ` +
      `of its own, one partition, \`acks: all\`, idempotent; the median of ${rounds} rounds, and the ratio to the client's own limit of the same ` +
      `round. ${machine}, ${date}. Measure it on yours: \`npm run bench:kafka\`.`,
    '',
    '| contender | bytes a record | records a second | MB a second | to the limit |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows.map(
      (row) =>
        `| ${row.name} | ${row.bytes} | ${row.recordsPerSecond.toLocaleString('en')} | ${row.megabytesPerSecond.toFixed(1)} | ${row.ratioToClientLimit.toFixed(2)} |`,
    ),
  ].join('\n');
}

const START = '<!-- kafka-numbers:start -->';
const END = '<!-- kafka-numbers:end -->';
const NODES = [20, 22, 24, 26];
