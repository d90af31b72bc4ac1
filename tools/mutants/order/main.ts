import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTest } from '../run-test.js';
import { filesOf, TreeCopy } from '../tree-copy.js';
import { type OrderMutant, orderMutants } from './mutants.js';

/** The tests that are tried, in this order, until one fails: the first one holds the order itself against the rules. */
const TESTS = [
  'test/flows/write-order.test.ts',
  'test/flows/faulty-disk.test.ts',
  'test/flows/faulty-spool.test.ts',
  'test/sink/rolled/half-sealed.test.ts',
  'test/state/state.test.ts',
  'test/spool/spool.test.ts',
];

/** The root of the project: where npm runs a script. */
const root = process.cwd();
const [only = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'order-mutants-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
const temporary = join(folder, 'tmp');
mkdirSync(temporary);
const copy = new TreeCopy(root, filesOf(root), join(folder, 'tree'));
await copy.compile();
const { signal } = new AbortController();

if ((await runTest(TESTS[0]!, { folder: copy.folder, temporary, signal })) !== 'passed') {
  console.log(`${TESTS[0]} fails without a change.`);
  process.exit(1);
}
console.log('| what is out of order | caught by |\n| --- | --- |');
for (const mutant of orderMutants.filter(({ name }) => name.includes(only))) {
  const caughtBy = await copy.with(mutant.file, mutated(mutant), firstThatFails);
  console.log(`| ${mutant.name} | ${caughtBy === undefined ? 'NOTHING' : `\`${caughtBy}\``} |`);
  if (caughtBy === undefined) process.exitCode = 1;
}

function mutated({ name, file, from, to }: OrderMutant): string {
  const text = copy.read(file);
  if (text.split(from).length !== 2) throw new Error(`${file} has not once what is changed for: ${name}`);
  return text.replace(from, () => to);
}

async function firstThatFails(): Promise<string | undefined> {
  for (const test of TESTS) {
    if ((await runTest(test, { folder: copy.folder, temporary, signal })) !== 'passed') return test;
  }
  return undefined;
}
