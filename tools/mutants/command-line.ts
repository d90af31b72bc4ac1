import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Path } from './choice.js';

export const USAGE = `Changes lib/ a little, and tells which changes no test notices. It works on copies: the tree is never touched.

  npm run mutants                          30 mutants of the lines that changed since main, in about two minutes
  npm run mutants -- --all 300             300 mutants of the whole tree
  npm run mutants -- lib/json lib/map.ts:9 mutants of these folders, files and lines

  --base REF     what the changes are against       default: where origin/main was left, else HEAD~1
  --all N        so many, of the whole tree or of the paths, and as long as it takes
  --count N      so many at most                    default: 30
  --seconds N    no test is begun or waited for after that; default: 100, none with --all
  --tests N      so many test files for a mutant, nearest first; default: 18, with --all 30
  --jobs N       so many test files at a time       default: one for each processor
  --seed N       the same seed draws the same ones  default: by chance; it is told`;

export interface Options {
  readonly paths: readonly Path[];
  readonly isAll: boolean;
  readonly base: string | undefined;
  readonly count: number;
  readonly seconds: number;
  readonly tests: number;
  readonly jobs: number;
  readonly seed: number;
}

/** Something that the command does not take. */
export class UsageError extends Error {}

/** @throws {UsageError} for what is no option */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const all = whole('all', values.all);
  return {
    paths: positionals.map(toPath),
    isAll: all !== undefined,
    base: values.base,
    count: all ?? whole('count', values.count) ?? 30,
    seconds: whole('seconds', values.seconds) ?? (all === undefined ? 100 : Number.POSITIVE_INFINITY),
    tests: whole('tests', values.tests) ?? (all === undefined ? 18 : 30),
    jobs: whole('jobs', values.jobs) ?? availableParallelism(),
    seed: whole('seed', values.seed) ?? Math.floor(Math.random() * 1_000_000),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--${name} is a whole number from 1, not ${text}.`);
  return Number(text);
}

function toPath(text: string): Path {
  const [, path, line] = /^(?:\.\/)?(.*?)\/?(?::(\d+))?$/.exec(text)!;
  return { path: path!, line: line === undefined ? undefined : Number(line) };
}

const OPTIONS = {
  base: { type: 'string' },
  all: { type: 'string' },
  count: { type: 'string' },
  seconds: { type: 'string' },
  tests: { type: 'string' },
  jobs: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;
