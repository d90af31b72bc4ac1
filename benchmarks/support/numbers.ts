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
  readonly rows: readonly {
    readonly name: string;
    readonly recordsPerSecond: number;
    readonly ratioToBareLoop: number;
  }[];
}

/** The numbers of the README, from the results files of `benchmarks/flow.ts`. */
export function chartNumbers(): string {
  const results = flowResults();
  const [first] = results;
  if (first === undefined) return 'Not measured yet: `npm run bench`.';
  const ratios = (name: string): string[] =>
    results.flatMap(({ rows }) => {
      const row = rows.find((candidate) => candidate.name === name);
      return row === undefined
        ? ['', '']
        : [`${(row.recordsPerSecond / 1e6).toFixed(2)} M`, row.ratioToBareLoop.toFixed(2)];
    });
  return [
    `From a socket on this machine, ${first.frames / 1e6} million trades of 123 bytes each, the feed in another process, timed after the first ${first.warmup / 1e6} million; the median of ` +
      `${first.rounds} rounds, and the ratio to the bare loop of the same round. ${first.machine}, ${first.date}. Measure it on yours: \`npm run bench\`.`,
    '',
    `| records a second | ${results.map(({ node }) => `Node ${node.slice(1)} | to the bare loop`).join(' | ')} |`,
    `| --- |${' ---: | ---: |'.repeat(results.length)}`,
    ...first.rows.map(({ name }) => `| ${name} | ${ratios(name).join(' | ')} |`),
    '',
    'Not measured: TLS, a real network, disks slower than the page cache. Compression (permessage-deflate) is off; it costs far more than all of this.',
  ].join('\n');
}

/** All of them, the oldest Node.js first. */
export function flowResults(): FlowResults[] {
  return NODES.map((node) => join(import.meta.dirname, `../results/flow-node${node}.json`))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as FlowResults);
}

const NODES = [20, 22, 24, 26];
