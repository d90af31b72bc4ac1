/**
 * How fast do records get from a socket to where they are wanted, against what people write by hand?
 *
 *     npm run build && node --import tsx benchmarks/flow.ts [words of contenders' names]
 *
 * Every contender runs in a process of its own, on the same feed (another process), in turns; ratios are to the bare
 * loop of the same turn, and the median over the turns counts. `FRAMES` (2,000,000) and `ROUNDS` (5) set the size. The
 * commands are timed from their start to their end, with all that a process needs to come up; the others from
 * connecting to the end. A `faucet` on the PATH (`cargo install faucet-cli --version 1.0.1 --locked
 * --no-default-features --features source-websocket,sink-jsonl,sink-stdout`) runs, too.
 *
 * Not measured: TLS, a network, frames of other sizes, disks that are slower than the page cache.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CONTENDERS } from './flow/contenders.js';
import { circumstances, median, table, writeResults } from './support/report.js';

interface Result {
  readonly records: number;
  readonly seconds: number;
  readonly cpuSeconds?: number;
  readonly maxRssMiB?: number;
}

const FRAMES = Number(process.env['FRAMES'] ?? 2_000_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const BARE = 'bare loop: ws + JSON.parse';
const words = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'spillway-flow-'));
const path = join(folder, 'out.jsonl');
const feed = spawn(
  process.execPath,
  ['--import', 'tsx', join(import.meta.dirname, 'support/feed-process.ts'), `${FRAMES}`],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
  },
);

try {
  const url = await firstLine(feed);
  const runs = new Map<string, () => Promise<Result>>();
  for (const name of Object.keys(CONTENDERS)) runs.set(name, () => inProcess(name, url));
  runs.set('spillway run (command)', () =>
    command(process.execPath, [
      join(import.meta.dirname, '../dist/cli/main.js'),
      'run',
      '--quiet',
      pipelineFile(url, 'unbounded: true'),
    ]),
  );
  if (hasCommand('faucet'))
    runs.set('faucet run (command, the original in Rust)', () =>
      command('faucet', ['run', pipelineFile(url, 'idle_timeout: 30')]),
    );
  const chosen = [...runs].filter(
    ([name]) => name === BARE || words.length === 0 || words.some((word) => name.includes(word)),
  );

  const results = new Map<string, Result[]>(chosen.map(([name]) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, run] of chosen) {
      const result = await run();
      if (result.records !== FRAMES) throw new Error(`${name} handled ${result.records} of ${FRAMES} records.`);
      results.get(name)?.push(result);
      console.error(`${round}/${ROUNDS}  ${(result.records / result.seconds / 1e6).toFixed(2)} M/s  ${name}`);
    }
  }
  report(results);
} finally {
  feed.stdin?.end();
  rmSync(folder, { recursive: true });
}

function report(results: Map<string, Result[]>): void {
  const bare = (results.get(BARE) ?? []).map((result) => result.seconds);
  const rows = [...results].map(([name, list]) => ({
    name,
    recordsPerSecond: Math.round(median(list.map((result) => result.records / result.seconds))),
    ratioToBareLoop: round(median(list.map((result, index) => (bare[index] as number) / result.seconds)), 2),
    cpuMicrosecondsPerRecord: round(
      median(list.map((result) => ((result.cpuSeconds ?? Number.NaN) / result.records) * 1e6)),
      2,
    ),
    maxRssMiB: round(median(list.map((result) => result.maxRssMiB ?? Number.NaN)), 0),
  }));
  const about = { ...circumstances('node --import tsx benchmarks/flow.ts'), frames: FRAMES, rounds: ROUNDS };
  console.log(
    table([
      ['contender', 'M records/s', 'to bare loop', 'CPU µs/record', 'peak MiB'],
      ...rows.map((row) => [
        row.name,
        (row.recordsPerSecond / 1e6).toFixed(2),
        row.ratioToBareLoop.toFixed(2),
        text(row.cpuMicrosecondsPerRecord),
        text(row.maxRssMiB),
      ]),
    ]),
  );
  if (words.length === 0)
    console.log(`\nwritten to ${writeResults(`flow-node${process.versions.node.split('.')[0]}`, { ...about, rows })}`);
}

async function inProcess(name: string, url: string): Promise<Result> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'flow/contend.ts'), name, url, path],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return JSON.parse(await firstLine(child)) as Result;
}

async function command(file: string, args: string[]): Promise<Result> {
  const startedAt = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const status = await new Promise((resolve) => child.once('exit', resolve));
  const seconds = (performance.now() - startedAt) / 1000;
  if (status !== 0) throw new Error(`${file} ended with status ${status}.`);
  return { records: await countLines(path), seconds };
}

function pipelineFile(url: string, end: string): string {
  const file = join(folder, 'pipeline.yaml');
  writeFileSync(
    file,
    `version: 1\npipeline:\n  source:\n    type: websocket\n    config:\n      url: "${url}"\n      ${end}\n  sink:\n    type: jsonl\n    config:\n      path: ${path}\n`,
  );
  return file;
}

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  return lines;
}

async function firstLine(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    child.once('exit', (status) => reject(new Error(`A process of the benchmark ended with status ${status}.`)));
    if (child.stdout !== null) createInterface(child.stdout).once('line', resolve);
  });
}

function hasCommand(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function round(value: number, digits: number): number {
  return Number.isNaN(value) ? Number.NaN : Number(value.toFixed(digits));
}

function text(value: number): string {
  return Number.isNaN(value) ? '' : `${value}`;
}
