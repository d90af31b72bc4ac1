import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a results file of `benchmarks/many-feeds.ts` holds. */
export interface FeedsResults {
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  readonly feeds: number;
  readonly seconds: number;
  readonly rates: readonly { readonly rate: number; readonly rows: readonly FeedsRow[] }[];
}

interface FeedsRow {
  readonly name: string;
  readonly cpuMicrosAFrame: number;
  readonly cpuPercent: number;
  readonly delayP99Ms: number;
  readonly rssMiB: number;
  readonly kibPerFeed: number;
}

/** What many slow feeds cost in one process, for the page on performance: a table for each Node.js. */
export function feedsNumbers(): string {
  const results = [20, 22, 24, 26]
    .map((node) => join(import.meta.dirname, `../results/many-feeds-node${node}.json`))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as FeedsResults);
  if (results.length === 0) return 'Not measured yet: `npm run bench:feeds`.';
  return results
    .map(({ node, machine, date, feeds, seconds, rates }) =>
      [
        `Node ${node.slice(1)}, ${feeds.toLocaleString('en')} feeds for ${seconds} s: ${machine}, ${date}.`,
        '',
        '| frames a second, of each feed | | CPU a frame | of a core | loop delay, p99 | memory a feed |',
        '| ---: | --- | ---: | ---: | ---: | ---: |',
        ...rates.flatMap(({ rate, rows }) =>
          rows.map(
            (row) =>
              `| ${rate} | ${row.name} | ${row.cpuMicrosAFrame} µs | ${row.cpuPercent} % | ${row.delayP99Ms} ms | ${row.kibPerFeed} KiB |`,
          ),
        ),
      ].join('\n'),
    )
    .join('\n\n');
}
