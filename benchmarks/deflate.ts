/**
 * What does permessage-deflate cost?
 *
 *     npm run bench:deflate
 *
 * The trades of the flow benchmark, plain and compressed with the messages before as context, taken by spillway into a JSONL
 * file and by `ws` alone, each in a process of its own, in turns. What is measured is the CPU time of the process from its
 * first socket on, user and system, in all its threads, for each record: unlike the time that passes, it hardly depends on what
 * else the machine does. The median of the rounds counts. `FRAMES` (1,000,000) and `ROUNDS` (5) set the size; `ws` gets a tenth
 * of them compressed, since it takes so long.
 *
 * Not measured: a line so slow that compression pays, larger messages.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { circumstances, median, table, writeResults } from './support/report.js';

const FRAMES = Number(process.env['FRAMES'] ?? 1_000_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const CONTENDERS: readonly (readonly [name: string, frames: number])[] = [
  ['spillway, fused to a JSONL file', FRAMES],
  ['spillway, compressed, to a JSONL file', FRAMES],
  ['ws alone, frames thrown away', FRAMES],
  ['ws alone, compressed, frames thrown away', FRAMES / 10],
];
const contend = join(import.meta.dirname, 'flow/contend.js');
const meter = join(import.meta.dirname, 'flow/report-cpu.js');
const feedProcess = join(import.meta.dirname, 'support/feed-process.ts');
const folder = mkdtempSync(join(tmpdir(), 'spillway-deflate-'));
const feeds = new Map([...new Set(CONTENDERS.map(([, frames]) => frames))].map((frames) => [frames, feedOf(frames)]));

try {
  const spent = new Map<string, number[]>(CONTENDERS.map(([name]) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, frames] of CONTENDERS) {
      const nanoseconds = ((await cpuSeconds(name, frames)) / frames) * 1e9;
      spent.get(name)?.push(nanoseconds);
      console.error(`${round}/${ROUNDS}  ${nanoseconds.toFixed(0)} ns a record  ${name}`);
    }
  }
  const rows = [...spent].map(([name, list]) => ({ name, cpuNanosecondsPerRecord: Math.round(median(list)) }));
  const [plain] = rows;
  console.log(
    table([
      ['contender', 'CPU ns a record', 'to spillway, plain'],
      ...rows.map(({ name, cpuNanosecondsPerRecord: cpu }) => [
        name,
        `${cpu}`,
        (cpu / (plain?.cpuNanosecondsPerRecord ?? 0)).toFixed(2),
      ]),
    ]),
  );
  const about = { ...circumstances('npm run bench:deflate'), frames: FRAMES, rounds: ROUNDS };
  console.log(`\nwritten to ${writeResults(`deflate-node${process.versions.node.split('.')[0]}`, { ...about, rows })}`);
} finally {
  for (const { end } of feeds.values()) end();
  rmSync(folder, { recursive: true });
}

/** A feed of so many frames, and how to end it. */
function feedOf(frames: number): { readonly url: Promise<string>; end(): void } {
  const args = ['--import', 'tsx', feedProcess, `${frames}`, '0'];
  const feed = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = new Promise<string>((found) => feed.stdout.once('data', (line: Buffer) => found(`${line}`.trim())));
  return { url, end: () => feed.stdin.end() };
}

/** CPU seconds that a contender takes for the whole feed. */
async function cpuSeconds(name: string, frames: number): Promise<number> {
  const url = (await feeds.get(frames)?.url) ?? '';
  const args = ['--import', meter, contend, name, url, join(folder, 'out.jsonl')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
  const [, stdout, , cpu] = child.stdio;
  const [result, spent] = await Promise.all([text(stdout as Readable), text(cpu as Readable)]);
  const { records } = JSON.parse(result) as { readonly records: number };
  if (records !== frames) throw new Error(`${name} handled ${records} of ${frames} records.`);
  return (JSON.parse(spent) as { readonly seconds: number }).seconds;
}
