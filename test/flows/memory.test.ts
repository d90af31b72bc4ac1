import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { program } from '../support/program.js';
import { tempFolder } from '../support/temp-folder.js';
import type { Report, Task } from './processes/slow-sink.js';
import type { Report as SpoolReport } from './processes/stuck-spool.js';
import { ROUND } from './support/round.js';
import { seedOf } from './support/seed.js';

for (const [arrangement, defaultFrames] of [
  ['fused', 1_500_000],
  ['fused, compressed', 1_000_000],
  ['by hand', 500_000],
] as const) {
  const isDeflated = arrangement === 'fused, compressed';
  // Whole rounds, and at least one for each of the hundred samples.
  const rounds = Math.max(100, Math.floor(Number(process.env['SPILLWAY_FRAMES'] ?? defaultFrames) / ROUND.length));
  const frames = rounds * ROUND.length;

  test(`${frames} frames into a sink that stalls at random leave resident memory flat (${arrangement})`, async (t) => {
    const url = await startFlood(t);
    const { records, pauses, rss } = await takeIn(t, {
      url,
      frames,
      isFused: arrangement !== 'by hand',
      isDeflated,
      seed: seedOf(t),
    });
    const early = median(rss.slice(7, 12));
    const late = median(rss.slice(-5));
    t.diagnostic(`${mib(early)} MiB after the first tenth, ${mib(late)} MiB at the end, ${pauses} pauses`);
    assert.equal(records, frames);
    assert.equal(rss.length, 100);
    assert.ok(pauses > 0, 'the sink never held the socket');
    assert.ok(late < early * 1.2, `memory grew: ${rss.map(mib).join(' ')} MiB`);
    if (isDeflated && BASE_IS_KNOWN) assert.ok(late <= MOST_DEFLATED, `${mib(late)} MiB`);
  });
}

test('hundreds of megabytes before a sink that is stuck are on the disk, and not in memory', async (t) => {
  const folder = join(await tempFolder(t), 'spool');
  const { records, waiting, rss } = (await reportOf(t, ['stuck-spool.ts', folder, `${SPOOLED_PAGES}`])) as SpoolReport;
  const [early, late, end] = rss;
  t.diagnostic(`${mib(waiting)} MiB waited, ${rss.map(mib).join(', ')} MiB in memory`);
  assert.equal(records, SPOOLED_PAGES * 500);
  assert.ok(waiting > SPOOLED_PAGES * 500_000, `${mib(waiting)} MiB waited`);
  // What comes and goes of pages, and no part of what waits.
  assert.ok(Math.max(late, end) < early + 64 * 2 ** 20, `memory grew: ${rss.map(mib).join(' ')} MiB`);
});

async function startFlood(t: TestContext): Promise<string> {
  const child = start(t, ['flood.ts']);
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return url;
}

async function takeIn(t: TestContext, task: Task): Promise<Report> {
  return (await reportOf(t, ['slow-sink.ts', JSON.stringify(task)])) as Report;
}

/** What a script of this folder prints at its end. */
async function reportOf(t: TestContext, words: [script: string, ...args: string[]]): Promise<unknown> {
  const child = start(t, words);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  assert.deepEqual([status, signal], [0, null], 'the process with the sink failed, or took far too long');
  return JSON.parse(said);
}

/** Starts a script of this folder in a process of its own, which does not outlive the test. */
function start(t: TestContext, [script, ...args]: [script: string, ...args: string[]]) {
  const path = join(import.meta.dirname, 'processes', script);
  const child = spawn(process.execPath, [...NODE_ARGS, ...program(path), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const killTimer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  t.after(() => {
    clearTimeout(killTimer);
    child.kill('SIGKILL');
  });
  return child;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

/**
 * V8 doubles the space for young objects at moments of its own choice, which have nothing to do with how much is kept:
 * here it has one size from the start to the end.
 */
const NODE_ARGS = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'];
/** The whole process, with Node itself, which takes 20 MiB more on Node 24, and without what compiles TypeScript as it goes. */
const MOST_DEFLATED = 120 * 2 ** 20;
const BASE_IS_KNOWN = process.versions.node.startsWith('20.') && program('a.ts').length === 1;
/** Of half a megabyte each. */
const SPOOLED_PAGES = 400;
/** Far more than it takes: only a run that is stuck gets there. */
const LONGEST_MS = 600_000;
