import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a results file of `benchmarks/flow.ts` holds. */
export interface FlowResults {
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  readonly frames: number;
  readonly warmup: number;
  readonly rounds: number;
  readonly rows: readonly FlowRow[];
}

interface FlowRow {
  readonly name: string;
  readonly recordsPerSecond: number;
  readonly ratioToBareLoop: number;
  readonly cpuNanosecondsPerRecord?: number;
  readonly maxRssMiB?: number;
}

/** The numbers of the README: what people would compare for a feed that goes into a file. */
export function chartNumbers(): string {
  const results = flowResults();
  const [first] = results;
  if (first === undefined) return NOT_MEASURED;
  const names = first.rows.map(({ name }) => name).filter((name) => IN_README.has(name));
  return [
    `From a socket on this machine, ${first.frames / 1e6} million trades of 123 bytes each, the feed in another process, timed after the first ` +
      `${first.warmup / 1e6} million: ${about(first)} CPU is that of the contender's process, user and system, for each record.`,
    '',
    tableOf(results, names),
    '',
    'All contenders, longer frames, TLS and compression: [Performance](docs/performance.md). Not measured: a real network, disks slower than the page cache.',
  ].join('\n');
}

/** The numbers of the page on performance: a table for each kind of feed. */
export function performanceNumbers(): string {
  return Object.entries(KINDS)
    .flatMap(([suffix, title]) => {
      const results = flowResults(suffix);
      const [first] = results;
      if (first === undefined) return [];
      const names = [...new Set(results.flatMap(({ rows }) => rows.map(({ name }) => name)))];
      return [`## ${title}`, `${first.frames.toLocaleString('en')} frames: ${about(first)}`, tableOf(results, names)];
    })
    .join('\n\n');
}

/** All of one kind, the oldest Node.js first. */
export function flowResults(suffix = ''): FlowResults[] {
  return NODES.map((node) => join(import.meta.dirname, `../results/flow${suffix}-node${node}.json`))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as FlowResults);
}

function tableOf(results: readonly FlowResults[], names: readonly string[]): string {
  const cells = (name: string): string[] =>
    results.flatMap(({ rows }) => {
      const row = rows.find((candidate) => candidate.name === name);
      if (row === undefined) return ['', '', ''];
      const { recordsPerSecond, ratioToBareLoop, cpuNanosecondsPerRecord: cpu } = row;
      return [rateOf(recordsPerSecond), ratioToBareLoop.toFixed(2), cpu === undefined ? '' : timeOf(cpu)];
    });
  return [
    `| | ${results.map(({ node }) => `Node ${node.slice(1)}, records a second | to the bare loop | CPU`).join(' | ')} |`,
    `| --- |${' ---: | ---: | ---: |'.repeat(results.length)}`,
    ...names.map((name) => `| ${name} | ${cells(name).join(' | ')} |`),
  ].join('\n');
}

function rateOf(recordsPerSecond: number): string {
  return recordsPerSecond < 100_000
    ? `${(recordsPerSecond / 1e3).toFixed(1)} k`
    : `${(recordsPerSecond / 1e6).toFixed(2)} M`;
}

function timeOf(nanoseconds: number): string {
  return nanoseconds < 10_000 ? `${nanoseconds} ns` : `${(nanoseconds / 1e3).toFixed(1)} µs`;
}

function about({ machine, date, rounds }: FlowResults): string {
  return `the median of ${rounds} rounds, and the ratio to the bare loop of the same round. ${machine}, ${date}. Measure it on yours: \`npm run bench\`.`;
}

const NODES = [20, 22, 24, 26];
const NOT_MEASURED = 'Not measured yet: `npm run bench`.';

/** By what the name of the results file says of it. */
const KINDS: Readonly<Record<string, string>> = {
  '': 'Trades of 123 bytes',
  '-2000': 'Frames of 2 kB',
  '-40000': 'Frames of 40 kB',
  '-tls': 'Trades of 123 bytes, over TLS',
  '-deflate': 'Trades of 123 bytes, compressed',
};

const IN_README: ReadonlySet<string> = new Set([
  'ws alone, frames thrown away',
  'bare loop: ws + JSON.parse',
  'bare loop to a file: ws + JSON.parse, its text',
  'spillway, fused to a JSONL file',
  'spillway, fused to a JSONL file, pages reused',
  'spillway, by hand to a JSONL file',
  'spillway run (command)',
  'Rust: fastwebsockets + serde_json',
  'Go: gobwas/ws + json.Valid',
  'Python: picows + orjson',
  'faucet run (command, the original in Rust)',
]);
