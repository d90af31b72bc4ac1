/**
 * How fast do records get from a socket to where they are wanted, against what people write by hand?
 *
 *     npm run bench [-- words of contenders' names]
 *
 * Every contender runs in a process of its own, on the same feed (another process), in turns. The feed takes the time:
 * from the first frame after a warm-up until the client has answered the close, so start-up and compiling do not count.
 * Ratios are to the bare loop of the same turn; the median over the turns counts. `FRAMES` (3,000,000), `WARMUP`
 * (1,000,000) and `ROUNDS` (5) set the size. A `faucet` on the PATH (`cargo install faucet-cli --version 1.0.1 --locked
 * --no-default-features --features source-websocket,sink-jsonl,sink-stdout`) runs, too.
 *
 * Not measured: TLS, a network, frames of other sizes, disks that are slower than the page cache, start-up.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { circumstances, median, table, writeResults } from './support/report.js';

interface Result {
  readonly seconds: number;
  readonly maxRssMiB: number | undefined;
}

const FRAMES = Number(process.env['FRAMES'] ?? 3_000_000);
const WARMUP = Number(process.env['WARMUP'] ?? 1_000_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const BARE = 'bare loop: ws + JSON.parse';
const words = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'spillway-flow-'));
const path = join(folder, 'out.jsonl');
const contend = join(import.meta.dirname, 'flow/contend.js');
const feedArguments = [
  '--import',
  'tsx',
  join(import.meta.dirname, 'support/feed-process.ts'),
  `${FRAMES}`,
  `${WARMUP}`,
];
const feed = spawn(process.execPath, feedArguments, { stdio: ['pipe', 'pipe', 'inherit'] });
const said = lines(feed);

try {
  const url = await said.next();
  const runs = new Map<string, () => Promise<Result>>();
  for (const name of JSON.parse(execFileSync(process.execPath, [contend], { encoding: 'utf8' })) as string[]) {
    runs.set(name, () => inProcess(name, url));
  }
  const main = join(import.meta.dirname, '../dist/cli/main.js');
  runs.set('spillway run (command)', () =>
    command(process.execPath, [main, 'run', '--quiet', pipelineFile(url, 'unbounded: true')]),
  );
  if (hasCommand('faucet')) {
    runs.set('faucet run (command, the original in Rust)', () =>
      command('faucet', ['run', pipelineFile(url, 'idle_timeout: 30')]),
    );
  }
  const isChosen = (name: string): boolean =>
    name === BARE || words.length === 0 || words.some((word) => name.includes(word));
  const chosen = [...runs].filter(([name]) => isChosen(name));

  const results = new Map<string, Result[]>(chosen.map(([name]) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, run] of chosen) {
      const result = await run();
      results.get(name)?.push(result);
      console.error(`${round}/${ROUNDS}  ${(rate(result) / 1e6).toFixed(2)} M/s  ${name}`);
    }
  }
  report(results);
} finally {
  feed.stdin?.end();
  rmSync(folder, { recursive: true });
}

function report(results: Map<string, Result[]>): void {
  const bare = (results.get(BARE) ?? []).map(rate);
  const rows = [...results].map(([name, list]) => ({
    name,
    recordsPerSecond: Math.round(median(list.map(rate))),
    ratioToBareLoop: Number(median(list.map((result, index) => rate(result) / (bare[index] as number))).toFixed(2)),
    ...(list[0]?.maxRssMiB === undefined
      ? {}
      : { maxRssMiB: Math.round(median(list.map((result) => result.maxRssMiB ?? 0))) }),
  }));
  console.log(
    table([
      ['contender', 'M records/s', 'to bare loop', 'peak MiB'],
      ...rows.map((row) => [
        row.name,
        (row.recordsPerSecond / 1e6).toFixed(2),
        row.ratioToBareLoop.toFixed(2),
        `${row.maxRssMiB ?? ''}`,
      ]),
    ]),
  );
  const about = { ...circumstances('npm run bench'), frames: FRAMES, warmup: WARMUP, rounds: ROUNDS };
  const name = `flow-node${process.versions.node.split('.')[0]}`;
  if (words.length === 0) console.log(`\nwritten to ${writeResults(name, { ...about, rows })}`);
}

function rate(result: Result): number {
  return (FRAMES - WARMUP) / result.seconds;
}

async function inProcess(name: string, url: string): Promise<Result> {
  const child = spawn(process.execPath, [contend, name, url, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { records, maxRssMiB } = JSON.parse(await lines(child).next()) as { records: number; maxRssMiB: number };
  return await result(name, records, maxRssMiB);
}

async function command(file: string, args: string[]): Promise<Result> {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const status = await new Promise((resolve) => child.once('exit', resolve));
  if (status !== 0) throw new Error(`${file} ended with status ${status}.`);
  return await result(file, await countLines(path), undefined);
}

async function result(name: string, records: number, maxRssMiB: number | undefined): Promise<Result> {
  if (records !== FRAMES) throw new Error(`${name} handled ${records} of ${FRAMES} records.`);
  const { seconds } = JSON.parse(await said.next()) as { seconds: number };
  return { seconds, maxRssMiB };
}

function pipelineFile(url: string, end: string): string {
  const file = join(folder, 'pipeline.yaml');
  const source = `{ type: websocket, config: { url: "${url}", ${end} } }`;
  writeFileSync(
    file,
    `version: 1\npipeline:\n  source: ${source}\n  sink: { type: jsonl, config: { path: ${path} } }\n`,
  );
  return file;
}

async function countLines(file: string): Promise<number> {
  let count = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) count += 1;
  }
  return count;
}

/** What a process prints, a line at a time. */
function lines(child: ChildProcess): { next(): Promise<string> } {
  if (child.stdout === null) throw new Error('The process has no standard output.');
  const iterator = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async next() {
      const { value, done } = await iterator.next();
      if (done === true) throw new Error('A process of the benchmark ended before its time.');
      return value;
    },
  };
}

function hasCommand(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
