/**
 * How fast do records get from a socket to where they are wanted, against what people write by hand?
 *
 *     npm run bench [-- words of contenders' names]
 *
 * Every contender runs in a process of its own, on the same feed (another process), in turns. The feed takes the time:
 * from the first frame after a warm-up until the client has answered the close, so start-up and compiling do not count.
 * Ratios are to the bare loop of the same turn; the median over the turns counts. CPU time is that of the process from its first
 * socket on, user and system, in all its threads: it is what to compare where the feed, or another program, has some of the time.
 * `FRAMES` (3,000,000), `WARMUP` (a third of them) and `ROUNDS` (5) set the size; `BYTES` (123) makes frames of about so many bytes,
 * of which there are fewer, `TLS=1` has all of it over TLS, `DEFLATE=1` compressed (permessage-deflate, each message with the ones
 * before as its context). With any of these, contenders that say nothing new are left out, and so are those that cannot.
 *
 * `-- watched` adds the command with all on that tells how it is: `--listen`, a reader of `/events`, and OpenTelemetry over HTTP every
 * second; compare it with `spillway run (command)` in the same run: `npm run bench -- 'spillway run' watched`.
 *
 * Contenders in Rust, Go and Python are in `contenders/`, built where there are `cargo`, `go` and `python3`. A `faucet` on the PATH
 * (`cargo install faucet-cli --version 1.0.1 --locked --no-default-features --features source-websocket,sink-jsonl,sink-stdout`)
 * runs, too.
 *
 * Not measured: a network, disks that are slower than the page cache, start-up.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { buildPrograms, type Program } from './contenders/build.js';
import { kind } from './flow/kind.js';
import { trustAuthority } from './support/authority.js';
import { circumstances, median, table, writeResults } from './support/report.js';

interface Result {
  readonly records: number;
  /** From the frame after the warm-up to the end. */
  readonly seconds: number;
  /** Of the whole feed, warm-up and all. */
  readonly cpuSeconds: number;
  /** `undefined` for programs that do not tell. */
  readonly maxRssMiB: number | undefined;
}

const BARE = 'bare loop: ws + JSON.parse';
/** Of our own, and of people by hand: those that take part where frames are longer, encrypted or compressed, too. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  'ws alone, frames thrown away',
  BARE,
  'bare loop to a file: ws + JSON.parse, its text',
  'spillway, fused to a JSONL file',
  'spillway, fused to a JSONL file, pages reused',
  'spillway, by hand to a JSONL file',
  'spillway run (command)',
]);
/** What takes so long to inflate what is compressed that a tenth of the feed must do. */
const isSlow = (name: string): boolean => kind.isDeflated && /^(ws|bare)/.test(name);

const words = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'spillway-flow-'));
const path = join(folder, 'out.jsonl');
const contend = join(import.meta.dirname, 'flow/contend.js');
const meter = join(import.meta.dirname, 'flow/report-cpu.js');
if (kind.isOverTls) trustAuthority(folder);
const runs = contenders();
const feedProcess = join(import.meta.dirname, 'support/feed-process.ts');
const feed = spawn(process.execPath, ['--import', 'tsx', feedProcess, `${kind.frames}`, `${kind.warmup}`], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const said = lines(feed);

try {
  const url = await said.next();
  const results = new Map<string, Result[]>([...runs.keys()].map((name) => [name, []]));
  for (let round = 1; round <= kind.rounds; round++) {
    for (const [name, run] of runs) {
      const result = await run(url);
      results.get(name)?.push(result);
      console.error(`${round}/${kind.rounds}  ${rate(result).toFixed(0)} /s  ${nanoseconds(result)} ns  ${name}`);
    }
  }
  report(results);
} finally {
  feed.stdin?.end();
  rmSync(folder, { recursive: true });
}

/** Those that take part, each with what it runs. */
function contenders(): Map<string, (url: string) => Promise<Result>> {
  const isWanted = (name: string): boolean =>
    name === BARE || words.length === 0 || words.some((word) => name.includes(word));
  const isChosen = (name: string): boolean => isWanted(name) && (kind.isPlain || EVERYWHERE.has(name));
  const all = new Map<string, (url: string) => Promise<Result>>();
  for (const name of JSON.parse(execFileSync(process.execPath, [contend], { encoding: 'utf8' })) as string[]) {
    if (isChosen(name)) all.set(name, (url) => inProcess(name, url));
  }
  if (kind.isDeflated) {
    const [name, of] = ['spillway, fused to a JSONL file, not compressed', 'spillway, fused to a JSONL file'];
    if (isWanted(name)) all.set(name, (url) => inProcess(of, url, false));
  }
  if (isChosen('spillway run (command)')) all.set('spillway run (command)', ourCommand);
  if (words.includes('watched')) all.set('spillway run (command), watched', watchedCommand);
  for (const program of buildPrograms((name) => isWanted(name) && (!kind.isDeflated || name.includes('coder/')))) {
    all.set(program.name, (url) => inProgram(program, url));
  }
  const original = 'faucet run (command, the original in Rust)';
  if (isWanted(original) && !kind.isDeflated && !kind.isOverTls && hasCommand('faucet')) all.set(original, faucet);
  return all;
}

function report(results: Map<string, Result[]>): void {
  const bare = (results.get(BARE) ?? []).map(rate);
  const rows = [...results].map(([name, list]) => ({
    name,
    recordsPerSecond: Math.round(median(list.map(rate))),
    ratioToBareLoop: Number(median(list.map((result, index) => rate(result) / (bare[index] as number))).toFixed(2)),
    cpuNanosecondsPerRecord: Math.round(median(list.map(nanoseconds))),
    ...(list[0]?.maxRssMiB === undefined
      ? {}
      : { maxRssMiB: Math.round(median(list.map((result) => result.maxRssMiB ?? 0))) }),
  }));
  console.log(
    table([
      ['contender', 'k records/s', 'to bare loop', 'CPU ns a record', 'peak MiB'],
      ...rows.map((row) => [
        row.name,
        (row.recordsPerSecond / 1e3).toFixed(row.recordsPerSecond < 100_000 ? 1 : 0),
        row.ratioToBareLoop.toFixed(2),
        `${row.cpuNanosecondsPerRecord}`,
        `${row.maxRssMiB ?? ''}`,
      ]),
    ]),
  );
  const { bytes, isOverTls, isDeflated, frames, warmup, rounds } = kind;
  const about = { ...circumstances('npm run bench'), bytes, isOverTls, isDeflated, frames, warmup, rounds };
  const name = `flow${kind.suffix}-node${process.versions.node.split('.')[0]}`;
  if (words.length === 0) console.log(`\nwritten to ${writeResults(name, { ...about, rows })}`);
}

function rate({ records, seconds }: Result): number {
  return (records * (1 - kind.warmup / kind.frames)) / seconds;
}

/** Of CPU time, for each record. */
function nanoseconds({ records, cpuSeconds }: Result): number {
  return Math.round((cpuSeconds / records) * 1e9);
}

async function inProcess(name: string, url: string, isDeflated = kind.isDeflated): Promise<Result> {
  const share = isSlow(name) ? 10 : 1;
  const args = ['--import', meter, contend, name, isDeflated ? deflated(url, share) : url, path];
  const env = { ...process.env, DEFLATE: isDeflated ? '1' : '0' };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'pipe'], env });
  const cpu = text(child.stdio[3] as Readable);
  const { records, maxRssMiB } = JSON.parse(await lines(child).next()) as { records: number; maxRssMiB: number };
  return await result(name, records, secondsOf(await cpu), maxRssMiB, Math.ceil(kind.frames / share));
}

async function inProgram({ name, file, args }: Program, url: string): Promise<Result> {
  const feed = kind.isDeflated ? [deflated(url), path, 'deflate'] : [url, path];
  const child = spawn(file, [...args, ...feed], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told = JSON.parse(await text(child.stdout)) as { records: number; cpuSeconds: number; maxRssMiB: number };
  return await result(name, told.records, told.cpuSeconds, told.maxRssMiB);
}

async function ourCommand(url: string): Promise<Result> {
  const main = join(import.meta.dirname, '../dist/cli/main.js');
  const file = kind.isDeflated
    ? pipelineFile(deflated(url), 'unbounded: true, per_message_deflate: true')
    : pipelineFile(url, 'unbounded: true');
  return await command(process.execPath, ['--import', meter, main, 'run', '--quiet', file], secondsOf);
}

/** With all on that tells how it is, and somebody who looks on. */
async function watchedCommand(url: string): Promise<Result> {
  let told = 0;
  const collector = createServer((request, response) => {
    told += 1;
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => void collector.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const listen = await freePort();
  const file = pipelineFile(url, 'unbounded: true');
  const observability = `observability: { prometheus: { listen: '${listen}' }, otel: { endpoint: '${endpoint}', protocol: http, metric_interval_secs: 1 } }`;
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n${observability}\n`);
  let events = 0;
  const reading = setInterval(() => {
    if (events > 0) return;
    const asking = get(`http://127.0.0.1:${listen}/events`, (response) => {
      clearInterval(reading);
      response
        .on('error', () => {})
        .on('data', () => {
          events += 1;
        });
    });
    asking.on('error', () => {});
  }, 50);
  try {
    const main = join(import.meta.dirname, '../dist/cli/main.js');
    const run = await command(process.execPath, ['--import', meter, main, 'run', '--quiet', file], secondsOf);
    if (events === 0 || told === 0)
      throw new Error(`Nobody looked on: ${events} events, ${told} messages to the collector.`);
    return run;
  } finally {
    clearInterval(reading);
    collector.close();
    collector.closeAllConnections();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** It does not tell what it takes, but a shell does of its children. */
async function faucet(url: string): Promise<Result> {
  const file = pipelineFile(url, 'idle_timeout: 30');
  return await command('sh', ['-c', 'faucet run "$0" && times >&3', file], (times) => {
    const [user = 0, system = 0] = [...(times.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
      ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
    );
    return user + system;
  });
}

/** @param cpuSeconds what is meant by what the process writes to descriptor 3 */
async function command(file: string, args: string[], cpuSeconds: (told: string) => number): Promise<Result> {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  const told = text(child.stdio[3] as Readable);
  const status = await new Promise((resolve) => child.once('exit', resolve));
  if (status !== 0) throw new Error(`${file} ended with status ${status}.`);
  return await result(file, await countLines(path), cpuSeconds(await told), undefined);
}

async function result(
  name: string,
  records: number,
  cpuSeconds: number,
  maxRssMiB: number | undefined,
  expected: number = kind.frames,
): Promise<Result> {
  if (records !== expected) throw new Error(`${name} handled ${records} of ${expected} records.`);
  const { seconds } = JSON.parse(await said.next()) as { seconds: number };
  return { records, seconds, cpuSeconds, maxRssMiB };
}

/** Of what the meter wrote. */
function secondsOf(told: string): number {
  return (JSON.parse(told) as { readonly seconds: number }).seconds;
}

function deflated(url: string, share = 1): string {
  return `${url}/deflated?share=${share}`;
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
