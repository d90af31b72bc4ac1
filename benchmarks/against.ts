/**
 * Has it become slower? The flow benchmark's arrangements from this checkout against those from another one.
 *
 *     npm run bench:against -- DIR [words of arrangements' names]
 *
 * `DIR` is a checkout of spillway that was installed and built. Each arrangement runs from both, in processes of their
 * own on the same feed, one right after the other, the order changing from round to round. What is compared is the CPU
 * time of the process from its first socket on, user and system, in all its threads: unlike the time that passes, it
 * hardly depends on what else the machine does. The median of the rounds' ratios counts, and is given with the quartiles,
 * which say how far to trust it. `FRAMES` (3,000,000) and `ROUNDS` (11) set the size; `BYTES` and `TLS=1` do what they do there.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { trustAuthority } from './support/authority.js';
import { median, quantile, table } from './support/report.js';

const FRAMES = Number(process.env['FRAMES'] ?? 3_000_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 11);
const [other, ...words] = process.argv.slice(2);
if (other === undefined) throw new Error('Say which checkout to compare with: npm run bench:against -- DIR');

const TO_FILE = 'spillway, fused to a JSONL file';
const BY_HAND = 'spillway, by hand to a JSONL file';
/** What runs from here, and against what from there. */
const ALL: readonly (readonly [here: string, there: string, path: string])[] = [
  ['spillway, fused to pages', 'spillway, fused to pages', ''],
  ...['oldest', 'newest'].map((which): readonly [string, string, string] => [
    `spillway, fused to pages, of which few are taken and the ${which} dropped`,
    'spillway, fused to pages',
    '',
  ]),
  [TO_FILE, TO_FILE, ''],
  [`${TO_FILE}, pages reused`, TO_FILE, ''],
  [BY_HAND, BY_HAND, ''],
  [`${TO_FILE}, that resumes`, TO_FILE, ''],
  [`${BY_HAND}, that resumes`, BY_HAND, ''],
  [`${TO_FILE}, with a state`, TO_FILE, ''],
  [`${TO_FILE}, with a spool`, TO_FILE, ''],
  [`${TO_FILE}, by a filter that drops half`, TO_FILE, ''],
  [`${TO_FILE}, with pings, a sequence check and gap records`, TO_FILE, '/numbered'],
  ['spillway, the same with a sequence for each of 8 symbols', TO_FILE, '/numbered-by-symbol'],
];
const PAIRS = ALL.filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));

const here = join(import.meta.dirname, 'flow/contend.js');
const there = join(resolve(other), 'benchmarks/flow/contend.js');
const meter = join(import.meta.dirname, 'flow/report-cpu.js');
const folder = mkdtempSync(join(tmpdir(), 'spillway-against-'));
if (process.env['TLS'] === '1') trustAuthority(folder);
const feedProcess = join(import.meta.dirname, 'support/feed-process.ts');
const feed = spawn(process.execPath, ['--import', 'tsx', feedProcess, `${FRAMES}`, '0'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});

try {
  const url = await new Promise<string>((found) => feed.stdout.once('data', (line: Buffer) => found(`${line}`.trim())));
  const ratios = PAIRS.map((): number[] => []);
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [index, [name, reference, path]] of PAIRS.entries()) {
      const runs = [
        () => cpuSeconds(here, name, name === reference ? url + path : url),
        () => cpuSeconds(there, reference, url + path),
      ] as const;
      const isReversed = round % 2 === 0;
      const first = await runs[isReversed ? 1 : 0]();
      const second = await runs[isReversed ? 0 : 1]();
      const [mine, theirs] = isReversed ? [second, first] : [first, second];
      ratios[index]?.push(mine / theirs);
      console.error(`${round}/${ROUNDS}  ${mine.toFixed(2)} s to ${theirs.toFixed(2)} s  ${name}`);
    }
  }
  report(ratios);
} finally {
  feed.stdin.end();
  rmSync(folder, { recursive: true });
}

/** CPU seconds that a contender takes for the whole feed. */
async function cpuSeconds(contend: string, name: string, url: string): Promise<number> {
  const args = ['--import', meter, contend, name, url, join(folder, 'out.jsonl')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
  const [, stdout, , cpu] = child.stdio;
  const [result, spent] = await Promise.all([text(stdout as Readable), text(cpu as Readable)]);
  const { records } = JSON.parse(result) as { readonly records: number };
  if (records !== FRAMES) throw new Error(`${name} of ${contend} handled ${records} of ${FRAMES} records.`);
  return (JSON.parse(spent) as { readonly seconds: number }).seconds;
}

function report(ratios: readonly (readonly number[])[]): void {
  const rows = PAIRS.map(([name, reference], index) => {
    const list = ratios[index] ?? [];
    const [low, middle, high] = [quantile(list, 0.25), median(list), quantile(list, 0.75)].map((ratio) =>
      Number(ratio.toFixed(3)),
    );
    return { name, reference, cpuRatio: middle, quartiles: [low, high] };
  });
  console.log(
    table([
      ['arrangement', 'CPU time here to there', 'quartiles'],
      ...rows.map(({ name, cpuRatio, quartiles }) => [name, `${cpuRatio}`, quartiles.join(' to ')]),
    ]),
  );
}
