// Finds every *.test.ts below this folder and gives them to Node's own test runner, which prints the summary.
// `node test/run.js json config` runs only the files whose path contains one of the words.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { compile, compiled } from './compile.js';
import { programsOf } from './shared.js';

const words = process.argv.slice(2);
const files = readdirSync(import.meta.dirname, { recursive: true })
  .filter((file) => file.endsWith('.test.ts') && (words.length === 0 || words.some((word) => file.includes(word))))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${words.join(' ')}.`);
  process.exit(1);
}
await compile();
const programs = programsOf(files, compiled);
// Tests wait for processes, sockets and clocks: one file more than there are cores keeps those busy.
const atOnce = availableParallelism() + 1;
const runner = spawn(
  process.execPath,
  [
    ...['--enable-source-maps', '--test', `--test-concurrency=${atOnce}`, '--test-timeout=600000'],
    ...['--test-reporter=spec', ...programs],
  ],
  { stdio: 'inherit', env: { ...process.env, SPILLWAY_COMPILED: compiled } },
);
// Of those, the runner ends the processes of its files.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal));
const [status, signal] = await once(runner, 'exit');
if (signal !== null) console.error(`The test runner was ended by ${signal}.`);
process.exit(status ?? 1);
