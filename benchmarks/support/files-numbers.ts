import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a results file of `benchmarks/compressed-files.ts` holds. */
export interface FilesResults {
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  readonly rounds: number;
  readonly rows: readonly FilesRow[];
  readonly delayOfAnIdleLoop: Delay;
}

interface FilesRow {
  readonly compression: string;
  readonly recordsPerSecond: number;
  readonly cpuNanosecondsPerRecord: number;
  readonly bytesPerRecord: number;
  readonly delayMilliseconds: Delay;
}

/** How late the event loop is, in milliseconds. */
interface Delay {
  readonly p50: number;
  readonly p99: number;
}

/** What compressed files cost, for the page on performance: a table for each Node.js. */
export function filesNumbers(): string {
  const results = [20, 22, 24, 26]
    .map((node) => join(import.meta.dirname, `../results/files-node${node}.json`))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as FilesResults);
  if (results.length === 0) return 'Not measured yet: `npm run bench:files`.';
  return results.map(tableOf).join('\n\n');
}

function tableOf({ node, machine, date, rounds, rows, delayOfAnIdleLoop }: FilesResults): string {
  return [
    `Node ${node.slice(1)}, the median of ${rounds} rounds: ${machine}, ${date}.`,
    '',
    '| | records a second | CPU a record | bytes a record | loop delay, p50 | p99 |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(
      (row) =>
        `| ${row.compression} | ${(row.recordsPerSecond / 1e6).toFixed(2)} M | ${row.cpuNanosecondsPerRecord} ns | ${row.bytesPerRecord} | ${delay(row.delayMilliseconds)} |`,
    ),
    `| an idle loop | | | | ${delay(delayOfAnIdleLoop)} |`,
  ].join('\n');
}

function delay({ p50, p99 }: Delay): string {
  return `${p50} ms | ${p99} ms`;
}
