import type { Baselines } from './baselines.js';
import { isCovered } from './covered-lines.js';
import type { ImportGraph } from './import-graph.js';
import { applied, type Mutant } from './mutants-of.js';
import { type RunOptions, runTest } from './run-test.js';
import type { TreeCopy } from './tree-copy.js';

/** What became of a mutant. It is `endless` when it made a loop that no test can end, `open` while there may be another test, and `not reached` when time was up before any ran. */
export type Outcome = 'killed' | 'timed out' | 'endless' | 'survived' | 'not covered' | 'not reached' | 'open';

/** A mutant, and the tests that were tried on it. */
export interface Trial {
  readonly mutant: Mutant;
  readonly outcome: Outcome;
  /** The tests that ran, the one that killed it last. */
  readonly ran: readonly string[];
}

export interface HuntOptions {
  /** One for each test that may run at a time. */
  readonly copies: readonly TreeCopy[];
  /** For what tests write. */
  readonly temporary: string;
  readonly graph: ImportGraph;
  readonly baselines: Baselines;
  /** So many tests are tried on a mutant, at most. */
  readonly tests: number;
  /** Ends it: what then runs is not counted. */
  readonly signal: AbortSignal;
  readonly onTrial: (trial: Trial) => void;
}

/**
 * Tries on each mutant the tests that run its lines. All mutants get their nearest test first, then those that are left
 * their second, and so on: whenever time is up, each has had its share.
 */
export async function hunt(mutants: readonly Mutant[], options: HuntOptions): Promise<Trial[]> {
  const trials = mutants.map((mutant) => {
    const tests = options.graph.testsOf(mutant.file);
    return new OpenTrial(mutant, options.baselines.inOrderFor(mutant, tests));
  });
  const waiting = [...trials];
  const work = async (copy: TreeCopy): Promise<void> => {
    for (let trial = takeNext(waiting); trial !== undefined; trial = takeNext(waiting)) {
      await trial.step(copy, options);
      if (trial.outcome === 'open') waiting.push(trial);
      else options.onTrial(trial);
    }
  };
  await Promise.all(options.copies.map(work));
  return trials;
}

/** The one on which the fewest tests were tried. */
function takeNext(waiting: OpenTrial[]): OpenTrial | undefined {
  let least = 0;
  for (const [index, { ran }] of waiting.entries()) if (ran.length < waiting[least]!.ran.length) least = index;
  return waiting.splice(least, 1)[0];
}

class OpenTrial implements Trial {
  readonly mutant: Mutant;
  readonly ran: string[] = [];
  outcome: Outcome = 'open';
  /** Tests that may run its lines, and were not tried. */
  readonly #candidates: string[];

  constructor(mutant: Mutant, candidates: string[]) {
    this.mutant = mutant;
    this.#candidates = candidates;
  }

  /** Tries one more test. */
  async step(copy: TreeCopy, { baselines, temporary, tests, signal }: HuntOptions): Promise<void> {
    const { file } = this.mutant;
    const run = { folder: copy.folder, temporary, signal };
    const test = this.ran.length < tests ? await this.#nextTest(baselines, run) : undefined;
    if (test !== undefined) {
      const text = applied(copy.read(file), this.mutant);
      const verdict = await copy.with(file, text, () => runTest(test, run));
      if (verdict !== 'stopped') this.ran.push(test);
      if (verdict === 'failed') this.outcome = 'killed';
      if (verdict === 'timed out' || verdict === 'endless') this.outcome = verdict;
    }
    if (this.outcome !== 'open' || (test !== undefined && !signal.aborted)) return;
    if (this.ran.length > 0) this.outcome = 'survived';
    else this.outcome = signal.aborted ? 'not reached' : 'not covered';
  }

  async #nextTest(baselines: Baselines, run: RunOptions): Promise<string | undefined> {
    while (!run.signal.aborted) {
      const test = this.#candidates.shift();
      if (test === undefined) return undefined;
      const { verdict, idle } = await baselines.of(test, run);
      if (verdict === 'passed' && isCovered(idle, this.mutant)) return test;
    }
    return undefined;
  }
}
