/**
 * What do many slow feeds cost in one process, against a bare loop?
 *
 *     npm run bench:feeds
 *
 * `FEEDS` (1,000) connections of one process, each with 10, and then with 100 frames a second (`RATES`), each frame in a write of
 * its own. What is compared is CPU time, user and system, over `FEED_SECONDS` (15), how late the event loop is, and resident memory
 * beyond that of the same process before its first feed. Each contender runs in a process of its own.
 *
 * Not measured: a network, TLS, sinks, reconnects of all feeds at once.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { FeedsResults } from './support/feeds-numbers.js';
import { circumstances, table, writeResults } from './support/report.js';

const FEEDS = Number(process.env['FEEDS'] ?? 1_000);
const SECONDS = Number(process.env['FEED_SECONDS'] ?? 15);
const RATES = (process.env['RATES'] ?? '10,100').split(',').map(Number);

const hold = join(import.meta.dirname, 'many-feeds/hold.js');
const names = JSON.parse(execFileSync(process.execPath, [hold], { encoding: 'utf8' })) as string[];
const rates: FeedsResults['rates'][number][] = [];
for (const rate of RATES) {
  const slowFeeds = join(import.meta.dirname, 'many-feeds/slow-feeds.ts');
  const feed = spawn(process.execPath, ['--import', 'tsx', slowFeeds, `${rate}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [url] = (await once(createInterface(feed.stdout), 'line')) as [string];
    const rows: FeedsResults['rates'][number]['rows'][number][] = [];
    for (const name of names) rows.push(await held(name, url, rate));
    rates.push({ rate, rows });
    console.log(`${FEEDS} feeds of ${rate} frames a second\n${shown(rows)}\n`);
  } finally {
    feed.stdin.end();
  }
}
const results: FeedsResults = {
  ...(circumstances('npm run bench:feeds') as Record<'date' | 'node' | 'machine', string>),
  feeds: FEEDS,
  seconds: SECONDS,
  rates,
};
console.log(`written to ${writeResults(`many-feeds-node${process.versions.node.split('.')[0]}`, results)}`);

function shown(rows: FeedsResults['rates'][number]['rows']): string {
  return table([
    ['contender', 'CPU µs a frame', 'of a core', 'loop delay p99', 'MiB', 'KiB a feed'],
    ...rows.map((row) => [
      row.name,
      row.cpuMicrosAFrame.toFixed(1),
      `${row.cpuPercent.toFixed(1)} %`,
      `${row.delayP99Ms.toFixed(1)} ms`,
      row.rssMiB.toFixed(0),
      row.kibPerFeed.toFixed(1),
    ]),
  ]);
}

async function held(name: string, url: string, rate: number): Promise<FeedsResults['rates'][number]['rows'][number]> {
  const child = spawn(process.execPath, [hold, name, url, `${FEEDS}`, `${SECONDS}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { cpuSeconds, records, delayP99Ms, rssMiB, kibPerFeed } = JSON.parse(await output(child)) as Held;
  const expected = FEEDS * rate * SECONDS;
  // More: what had come while all connected, and a process that is busy came to later.
  if (records < 0.8 * expected) throw new Error(`${name} got ${records} records, and not ${expected}.`);
  return {
    name,
    cpuMicrosAFrame: rounded((cpuSeconds * 1e6) / records),
    cpuPercent: rounded((100 * cpuSeconds) / SECONDS),
    delayP99Ms: rounded(delayP99Ms),
    rssMiB: rounded(rssMiB),
    kibPerFeed: rounded(kibPerFeed),
  };
}

interface Held {
  readonly cpuSeconds: number;
  readonly records: number;
  readonly delayP99Ms: number;
  readonly rssMiB: number;
  readonly kibPerFeed: number;
}

async function output(child: ChildProcess): Promise<string> {
  const [said, [status]] = await Promise.all([text(child.stdout!), once(child, 'close')]);
  if (status !== 0) throw new Error(`The process that holds the feeds ended with status ${status}.`);
  return said;
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
