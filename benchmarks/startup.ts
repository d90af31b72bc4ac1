/**
 * How long does somebody wait for the command, over what Node.js itself takes to start?
 *
 *     npm run bench:startup
 *
 * Each is a process of what is built, in turns: `node -e 0` and `spillway --version` until they have ended, `spillway run`
 * until the first record of a feed on this machine has come out of its standard output. The median over the rounds
 * counts, and of the difference to the `node -e 0` of the same round. `ROUNDS` (40) sets how many.
 *
 * Not measured: a disk cache that is cold, a network, TLS.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFeedServer } from '../lib/testing/index.js';
import { circumstances, median, table, writeResults } from './support/report.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 40);
const RECORD = '{"symbol":"BTC-USD","price":1.10}';
const main = join(import.meta.dirname, '../dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'spillway-startup-'));
const file = join(folder, 'first-record.yaml');

const server = await createFeedServer({
  ref: true,
  onConnection: async (client) => {
    await client.send(RECORD);
    await client.close(1000);
  },
});
writeFileSync(
  file,
  `version: 1
pipeline:
  source: { type: websocket, config: { url: "${server.url}", unbounded: true, batch_size: 1 } }
  sink: { type: stdout, config: { format: json_lines } }
`,
);

const contenders: readonly (readonly [name: string, args: readonly string[], until: 'end' | 'output'])[] = [
  ['node -e 0', ['-e', '0'], 'end'],
  ['spillway --version', [main, '--version'], 'end'],
  ['spillway run, to the first record', [main, 'run', '--quiet', file], 'output'],
];

try {
  const times = new Map<string, number[]>(contenders.map(([name]) => [name, []]));
  // The first round warms the disk cache, and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, args, until] of contenders) {
      const ms = await timed(args, until);
      if (round > 0) times.get(name)?.push(ms);
    }
  }
  report(times);
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}

function report(times: ReadonlyMap<string, readonly number[]>): void {
  const [[, bare]] = [...times] as [[string, number[]]];
  const rows = [...times].map(([name, list]) => ({
    name,
    ms: Math.round(median(list)),
    overNodeMs: Math.round(median(list.map((ms, round) => ms - (bare[round] as number)))),
  }));
  console.log(
    table([['started', 'ms', 'over node -e 0'], ...rows.map((row) => [row.name, `${row.ms}`, `${row.overNodeMs}`])]),
  );
  const name = `startup-node${process.versions.node.split('.')[0]}`;
  const path = writeResults(name, { ...circumstances('npm run bench:startup'), rounds: ROUNDS, rows });
  console.log(`\nwritten to ${path}`);
}

/** Milliseconds from the start of a process until it has ended, or until it has written something. */
async function timed(args: readonly string[], until: 'end' | 'output'): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let firstAt: number | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    firstAt ??= performance.now();
    output += chunk;
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  const endedAt = performance.now();
  assert.equal(status, 0);
  if (until === 'end') return endedAt - startedAt;
  assert.equal(output, `${RECORD}\n`);
  return (firstAt as number) - startedAt;
}
