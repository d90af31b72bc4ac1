import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Which file names which. A path in quotes counts like an import, since that is how a test starts a process
 * (`join(import.meta.dirname, '../../lib/cli/main.ts')`). What is imported for its types alone does not: it does not run.
 */
export class ImportGraph {
  readonly #root: string;
  readonly #files: readonly string[];
  readonly #imports = new Map<string, readonly string[]>();
  readonly #users = new Map<string, string[]>();

  /** @param files all source files and tests, from the root */
  constructor(root: string, files: readonly string[]) {
    this.#root = root;
    this.#files = files;
    const known = new Set(files);
    for (const file of files) {
      const imports = namedIn(file, readFileSync(join(root, file), 'utf8')).filter((path) => known.has(path));
      this.#imports.set(file, imports);
      for (const path of imports) this.#users.set(path, [...(this.#users.get(path) ?? []), file]);
    }
  }

  /**
   * The test files that reach a file, nearest first: by how many imports they are away, two less for each word that its
   * name and theirs have in common. So the test at the mirrored path comes first, and among fifty tests of a whole stage
   * the one that is called like the file. Behind the nearest come those that hold what all files say and declare.
   */
  testsOf(file: string): string[] {
    const distances = this.#distances(file, this.#users);
    const tests = this.#files.filter((path) => path.endsWith('.test.ts') && distances.has(path));
    const words = wordsOf(file);
    const nearness = (test: string): number => {
      const common = [...wordsOf(test)].filter((word) => words.has(word)).length;
      return distances.get(test)! - 2 * common;
    };
    const inOrder = tests
      .map((test) => ({ test, nearness: nearness(test) }))
      .sort(byNearness)
      .map(({ test }) => test);
    const broad = BROAD.filter((test) => inOrder.includes(test));
    const others = inOrder.filter((test) => !broad.includes(test));
    return [...others.slice(0, NEAREST), ...broad, ...others.slice(NEAREST)];
  }

  /** What a file and all that it reaches hold, as a hash. */
  hashOf(file: string): string {
    const hash = createHash('sha256');
    for (const path of [...this.#distances(file, this.#imports).keys()].sort()) {
      const full = join(this.#root, path);
      hash.update(`${path}\0`).update(existsSync(full) ? readFileSync(full) : '');
    }
    return hash.digest('hex');
  }

  #distances(from: string, edges: ReadonlyMap<string, readonly string[]>): Map<string, number> {
    const distances = new Map([[from, 0]]);
    // A Map goes on to what is added meanwhile.
    for (const [file, distance] of distances) {
      for (const next of edges.get(file) ?? []) if (!distances.has(next)) distances.set(next, distance + 1);
    }
    return distances;
  }
}

function namedIn(file: string, text: string): string[] {
  const running = text.replaceAll(/^(?:import|export) type [^;]*;/gm, '');
  return [...running.matchAll(/['"](\.{1,2}\/[^'"\n]*\.[jt]s)['"]/g)].flatMap(([, specifier]) => {
    const path = join(dirname(file), specifier!);
    return [path, path.replace(/\.js$/, '.ts')];
  });
}

/** So many are tried before those that hold what all files say and declare. */
const NEAREST = 3;
/** They are quick, and far from everything. */
const BROAD = [
  'test/docs/golden-help.test.ts',
  'test/docs/golden-captures.test.ts',
  'test/docs/golden-failures.test.ts',
  'test/docs/golden-reports.test.ts',
  'test/docs/golden-refused-options.test.ts',
  'test/docs/golden-refused-files.test.ts',
  'test/feed/pipeline-schema.test.ts',
  'test/readme.test.ts',
];

/** The words of a path, without those that say where a test lives. */
function wordsOf(file: string): Set<string> {
  return new Set(
    file
      .replace(/^(lib|test)\//, '')
      .replace(/(\.test)?\.ts$/, '')
      .split(/[/-]/),
  );
}

function byNearness(one: { nearness: number; test: string }, other: { nearness: number; test: string }): number {
  return one.nearness - other.nearness || (one.test < other.test ? -1 : 1);
}
