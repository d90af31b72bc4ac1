import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type IdleLines, idleLinesIn, isCovered, type Lines } from './covered-lines.js';
import type { ImportGraph } from './import-graph.js';
import { type RunOptions, runTest, type Verdict } from './run-test.js';

/** How a test file does without any mutant. */
export interface Baseline {
  readonly hash: string;
  readonly verdict: Verdict;
  readonly idle: IdleLines;
}

/**
 * Runs each test file once without a mutant, when it is first asked for: what does not pass then can kill nothing, and
 * what does not run a line need not be tried on its mutants. Kept in a file for as long as nothing changes that the
 * test reaches.
 */
export class Baselines {
  /** Those that do not pass, or take too long. */
  readonly unfit: string[] = [];
  readonly #graph: ImportGraph;
  readonly #cache: string;
  readonly #kept: Record<string, Baseline | undefined>;
  readonly #asked = new Map<string, Promise<Baseline>>();

  /** @param cache the file in which they are kept */
  constructor(graph: ImportGraph, cache: string) {
    this.#graph = graph;
    this.#cache = cache;
    this.#kept = read(cache);
  }

  /** The same tests, and last those that did not run these lines when they were last looked at. */
  inOrderFor(lines: Lines, tests: readonly string[]): string[] {
    const isIdle = (test: string): boolean => {
      const kept = this.#kept[test];
      return kept !== undefined && !isCovered(kept.idle, lines);
    };
    return [...tests.filter((test) => !isIdle(test)), ...tests.filter(isIdle)];
  }

  of(test: string, options: RunOptions): Promise<Baseline> {
    const asked = this.#asked.get(test) ?? this.#find(test, options);
    this.#asked.set(test, asked);
    return asked;
  }

  async #find(test: string, options: RunOptions): Promise<Baseline> {
    const hash = `${MEASURED} ${this.#graph.hashOf(test)}`;
    const kept = this.#kept[test];
    if (kept?.hash === hash) return kept;
    const coverage = mkdtempSync(join(options.temporary, 'coverage-'));
    const verdict = await runTest(test, { ...options, coverage });
    const baseline = { hash, verdict, idle: verdict === 'passed' ? idleLinesIn(coverage, options.folder) : {} };
    // A process that it left behind may write there yet.
    rmSync(coverage, { recursive: true, force: true, maxRetries: 5 });
    if (verdict === 'passed') this.#keep(test, baseline);
    else if (verdict !== 'stopped') this.unfit.push(test);
    return baseline;
  }

  #keep(test: string, baseline: Baseline): void {
    this.#kept[test] = baseline;
    mkdirSync(dirname(this.#cache), { recursive: true });
    writeFileSync(this.#cache, JSON.stringify(this.#kept));
  }
}

function read(cache: string): Record<string, Baseline | undefined> {
  try {
    return JSON.parse(readFileSync(cache, 'utf8')) as Record<string, Baseline | undefined>;
  } catch {
    return {};
  }
}

/** By what they are measured: counted up when that changes, since what was kept before says something else. */
const MEASURED = 2;
