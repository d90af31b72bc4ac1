/**
 * How old is a record when the file has it?
 *
 *     npm run bench:latency
 *
 * From when its frame is sent, by a feed in another process at 10, 1,000 and 50,000 frames a second, until the callback of
 * the file's `write`, with what `linger` is by default and with `linger: 1ms`. The first second does not count. `FEED_SECONDS` (15)
 * sets how long each feed is.
 *
 * Not measured: a network, TLS, a disk that is slower than the page cache, a machine that has other things to do.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { circumstances, quantile, table, writeResults } from './support/report.js';

const SECONDS = Number(process.env['FEED_SECONDS'] ?? 15);
const WARMUP_MS = 1_000;
const RATES = [10, 1_000, 50_000];
const LINGERS = ['default', '1ms'];

const folder = mkdtempSync(join(tmpdir(), 'spillway-latency-'));
const feed = spawn(
  process.execPath,
  ['--import', 'tsx', join(import.meta.dirname, 'latency/paced-feed.ts'), `${SECONDS}`],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);

try {
  const [url] = (await once(createInterface(feed.stdout), 'line')) as [string];
  const rows = [];
  for (const linger of LINGERS) {
    for (const rate of RATES) rows.push(await measured(`${url}/${rate}`, rate, linger));
  }
  console.log(
    table([
      ['linger', 'frames/s', 'p50 ms', 'p99 ms', 'most ms', 'CPU %'],
      ...rows.map((row) => [
        row.linger,
        ...[row.framesPerSecond, row.p50Ms, row.p99Ms, row.mostMs, row.cpuPercent].map((cell) => `${cell}`),
      ]),
    ]),
  );
  const name = `latency-node${process.versions.node.split('.')[0]}`;
  const about = { ...circumstances('npm run bench:latency'), seconds: SECONDS };
  console.log(`\nwritten to ${writeResults(name, { ...about, rows })}`);
} finally {
  feed.stdin.end();
  rmSync(folder, { recursive: true });
}

async function measured(url: string, framesPerSecond: number, linger: string) {
  const script = join(import.meta.dirname, 'latency/store.js');
  const child = spawn(process.execPath, [script, url, join(folder, 'out.jsonl'), linger, `${WARMUP_MS}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { latencies, cpuSeconds } = JSON.parse(await output(child)) as Stored;
  const expected = framesPerSecond * (SECONDS - WARMUP_MS / 1000);
  if (Math.abs(latencies.length / expected - 1) > 0.2)
    throw new Error(
      `${latencies.length} records were stored at ${framesPerSecond} a second, and not about ${expected}.`,
    );
  return {
    linger,
    framesPerSecond,
    p50Ms: rounded(quantile(latencies, 0.5)),
    p99Ms: rounded(quantile(latencies, 0.99)),
    mostMs: rounded(latencies.reduce((most, one) => Math.max(most, one), 0)),
    cpuPercent: rounded((100 * cpuSeconds) / SECONDS),
  };
}

interface Stored {
  readonly latencies: readonly number[];
  readonly cpuSeconds: number;
}

async function output(child: ChildProcess): Promise<string> {
  const [said, [status]] = await Promise.all([text(child.stdout!), once(child, 'close')]);
  if (status !== 0) throw new Error(`The process that stores ended with status ${status}.`);
  return said;
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
