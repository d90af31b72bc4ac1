import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAccepted, readAccepted, staleAmong } from './accepted.js';
import { Baselines } from './baselines.js';
import { changedLines, defaultBase } from './changed-lines.js';
import { type Choice, ofChanges, ofPaths } from './choice.js';
import { type Options, readOptions, USAGE, UsageError } from './command-line.js';
import { Compiler } from './compiler.js';
import { hunt, type Trial } from './hunt.js';
import { ImportGraph } from './import-graph.js';
import { mutantsOf } from './mutants-of.js';
import { byPlace, isLate, isSurvivor, mutantText, scoreText, staleText, trialText } from './report.js';
import { sample } from './sample.js';
import { filesOf, TreeCopy } from './tree-copy.js';

/** The root of the project: where npm runs a script. */
const root = process.cwd();

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else await main(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function main(options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  // Also when a signal or an error ends it. All that is ever changed is in there.
  process.once('exit', () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    } catch (error) {
      // A test that was killed has left a disk mounted.
      console.error(`Not all of ${folder} could be removed: ${(error as Error).message}`);
    }
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const files = filesOf(root);
  const copies = Array.from(
    { length: options.jobs },
    (_, index) => new TreeCopy(root, files, join(folder, `${index}`)),
  );
  const [copy] = copies as [TreeCopy];

  await Promise.all(copies.map((one) => one.compile()));

  const accepted = readAccepted(copy.folder);
  const chosen = choice(options);
  const sources = files.filter((file) => /^lib\/.*\.ts$/.test(file) && chosen.hasFile(file));
  const all = sources.flatMap((file) => mutantsOf(file, copy.read(file)));
  const wanted = all.filter((mutant) => chosen.has(mutant) && !isAccepted(mutant, accepted));
  const mutants = sample(wanted, options.count, options.seed);
  console.log(`${mutants.length} of ${wanted.length} mutants, seed ${options.seed}.`);
  if (mutants.length === 0) return;

  const graph = new ImportGraph(
    copy.folder,
    files.filter((file) => /\.[jt]s$/.test(file)),
  );
  const baselines = new Baselines(graph, join(root, 'node_modules/.cache/mutants/baselines.json'));
  const signal = endAfter(options.seconds);
  // In the hours of `--all`, work on what survives can begin at once.
  const onTrial = (trial: Trial): boolean => {
    if (options.isAll && (isSurvivor(trial) || isLate(trial))) return process.stderr.write(`\n${trialText(trial)}\n`);
    return process.stderr.write(trial.outcome === 'killed' ? '.' : trial.outcome[0]!);
  };
  const trials = await hunt(mutants, { copies, temporary, graph, baselines, tests: options.tests, signal, onTrial });
  process.stderr.write('\n');
  report(trials.toSorted(byPlace), copy);
  if (baselines.unfit.length > 0)
    console.log(`Left out, since they fail without a mutant: ${baselines.unfit.join(' ')}`);
  const known = accepted.filter(({ file }) => chosen.hasFile(file));
  for (const stale of staleAmong(known, all)) console.log(staleText(stale));
}

/** Which mutants are asked for: those of some paths, of the whole tree, or of the lines that changed. */
function choice({ paths, isAll, base }: Options): Choice {
  if (paths.length > 0) return ofPaths(paths);
  if (isAll) return { hasFile: () => true, has: () => true };
  const from = base ?? defaultBase(root);
  console.log(`Of the lines of lib/ that changed since ${from}:`);
  return ofChanges(changedLines(root, from, 'lib'));
}

/** Counted from the start of this process. */
function endAfter(seconds: number): AbortSignal {
  if (seconds === Number.POSITIVE_INFINITY) return new AbortController().signal;
  return AbortSignal.timeout(Math.max(0, Math.round(seconds * 1000 - performance.now())));
}

function report(trials: readonly Trial[], copy: TreeCopy): void {
  const survivors = trials.filter(isSurvivor);
  const compiler = survivors.length === 0 ? undefined : new Compiler(copy.folder);
  const refused = new Set(survivors.filter(({ mutant }) => !compiler!.takes(mutant)));
  const left = trials.filter((trial) => !refused.has(trial));
  for (const trial of left) if (isSurvivor(trial) || isLate(trial)) console.log(trialText(trial));
  for (const { mutant } of refused) console.log(`The compiler refuses ${mutantText(mutant)}`);
  console.log(scoreText(left));
  if (left.some(isSurvivor)) process.exitCode = 1;
}
