/**
 * What does it cost to write compressed files, and how long is the event loop kept?
 *
 *     npm run bench:files
 *
 * The same pages of 1,000 trades of about 123 bytes go into a file each way, one page after another, each when the one before
 * is stored. What is measured: records a second; the CPU time of a record, user and system, in all threads; and how late a
 * timer of 1 ms is meanwhile, above that millisecond, beside the same for a loop that does nothing, which is the machine's own. The
 * ways take turns; the median of the rounds counts. `PAGES` (300) and `ROUNDS` (5) set the size. zstd needs Node 22.15 or later.
 *
 * Not measured: disks slower than the page cache; several files at once, which take as many threads.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import { type JsonlFileOptions, jsonlFile } from '../lib/index.js';
import { marketFeed } from '../lib/testing/index.js';
import { pagesOf } from '../test/sink/pages.js';
import type { FilesResults } from './support/files-numbers.js';
import { circumstances, median, table, writeResults } from './support/report.js';

const PAGES = Number(process.env['PAGES'] ?? 300);
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const RECORDS_A_PAGE = 1_000;
const DIFFERENT_PAGES = 20;
const HAS_ZSTD = 'createZstdCompress' in zlib;
/** By what they are called: how, and at which level. */
const WAYS = new Map<string, Pick<JsonlFileOptions, 'compression' | 'compressionLevel'>>([
  ['none', { compression: 'none' }],
  ...[1, 6].map((level) => [`gzip ${level}`, { compression: 'gzip', compressionLevel: level }] as const),
  ...(HAS_ZSTD ? [1, 3] : []).map(
    (level) => [`zstd ${level}`, { compression: 'zstd', compressionLevel: level }] as const,
  ),
]);

/** What one round of one way came to. */
interface Round {
  readonly recordsPerSecond: number;
  readonly cpuNanosecondsPerRecord: number;
  readonly bytesPerRecord: number;
  readonly delayMilliseconds: Delay;
}

interface Delay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const market = marketFeed({ seed: 1 });
const trades = Array.from({ length: RECORDS_A_PAGE * DIFFERENT_PAGES }, () => market.next().value as string);
const pages = pagesOf(trades, RECORDS_A_PAGE);
const folder = mkdtempSync(join(tmpdir(), 'spillway-files-'));

try {
  const rounds = new Map<string, Round[]>(Array.from(WAYS.keys(), (way) => [way, []]));
  const idle: Delay[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const way of WAYS.keys()) rounds.get(way)?.push(await write(way));
    idle.push(await delayDuring(() => sleep(500)));
    console.error(`${round}/${ROUNDS}`);
  }
  const rows = [...rounds].map(([compression, list]) => ({
    compression,
    recordsPerSecond: Math.round(median(list.map((one) => one.recordsPerSecond))),
    cpuNanosecondsPerRecord: Math.round(median(list.map((one) => one.cpuNanosecondsPerRecord))),
    bytesPerRecord: Number(median(list.map((one) => one.bytesPerRecord)).toFixed(1)),
    delayMilliseconds: medianDelay(list.map((one) => one.delayMilliseconds)),
  }));
  const delayOfAnIdleLoop = medianDelay(idle);
  console.log(
    table([
      ['compression', 'records a second', 'CPU ns a record', 'bytes a record', 'delay p50', 'p99', 'max, ms'],
      ...rows.map(({ compression, recordsPerSecond, cpuNanosecondsPerRecord, bytesPerRecord, delayMilliseconds }) => [
        compression,
        `${recordsPerSecond}`,
        `${cpuNanosecondsPerRecord}`,
        `${bytesPerRecord}`,
        ...cells(delayMilliseconds),
      ]),
      ['an idle loop', '', '', '', ...cells(delayOfAnIdleLoop)],
    ]),
  );
  const facts = circumstances('npm run bench:files') as Record<'date' | 'node' | 'machine', string>;
  const results: FilesResults = { ...facts, rounds: ROUNDS, rows, delayOfAnIdleLoop };
  const name = `files-node${process.versions.node.split('.')[0]}`;
  console.log(`\nwritten to ${writeResults(name, { ...results, pages: PAGES })}`);
} finally {
  rmSync(folder, { recursive: true });
}

async function write(way: string): Promise<Round> {
  const path = join(folder, 'out');
  const sink = jsonlFile(path, WAYS.get(way));
  const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
  const delayMilliseconds = await delayDuring(async () => {
    for (let n = 0; n < PAGES; n++) {
      await new Promise<void>((stored, failed) => {
        sink.write(pages[n % pages.length], (error) => (error ? failed(error) : stored()));
      });
    }
    sink.end();
    await once(sink, 'close');
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const records = PAGES * RECORDS_A_PAGE;
  if (sink.stats.records !== records) throw new Error(`${way}: ${sink.stats.records} of ${records} records.`);
  return {
    recordsPerSecond: records / seconds,
    cpuNanosecondsPerRecord: ((user + system) / records) * 1e3,
    bytesPerRecord: statSync(path).size / records,
    delayMilliseconds,
  };
}

async function delayDuring(work: () => Promise<unknown>): Promise<Delay> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  const over = (nanoseconds: number): number => Number(Math.max(0, nanoseconds / 1e6 - 1).toFixed(2));
  return { p50: over(histogram.percentile(50)), p99: over(histogram.percentile(99)), max: over(histogram.max) };
}

function medianDelay(list: readonly Delay[]): Delay {
  const of = (key: keyof Delay): number => Number(median(list.map((one) => one[key])).toFixed(2));
  return { p50: of('p50'), p99: of('p99'), max: of('max') };
}

function cells({ p50, p99, max }: Delay): string[] {
  return [`${p50}`, `${p99}`, `${max}`];
}
