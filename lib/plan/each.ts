import type { Path } from '../config/check/findings.js';

/** What one of a file's feeds has of `each`: a value for every key. */
export type EachValues = Readonly<Record<string, string | number | boolean>>;

/** Reads a file of values, a line each. @returns its lines, or why there are none, as a sentence */
export type ReadLines = (path: string) => readonly string[] | { readonly problem: string };

/** What is wrong with `each`, and where. */
export interface EachProblem {
  readonly path: Path;
  readonly message: string;
}

/**
 * Every combination of the values of `each`: of several keys all with all, the first key slowest.
 *
 * @param each what its schema lets through: by key a list, or the path of a file with a value a line
 * @param max how many there may be
 */
export function eachValues(
  each: Readonly<Record<string, string | readonly (string | number | boolean)[]>>,
  { readLines, max }: { readonly readLines: ReadLines; readonly max: number },
): { readonly combinations: readonly EachValues[] } | { readonly problems: readonly EachProblem[] } {
  const problems: EachProblem[] = [];
  const lists = Object.entries(each).map(([key, given]) => {
    const path = ['each', key];
    const list = typeof given === 'string' ? readLines(given) : given;
    if ('problem' in list) {
      problems.push({ path, message: list.problem });
      return [key, []] as const;
    }
    if (list.length === 0) problems.push({ path, message: NO_VALUES });
    const seen = new Set<string>();
    for (const [index, value] of list.entries()) {
      const text = String(value);
      const at = typeof given === 'string' ? path : [...path, index];
      if (seen.has(text))
        problems.push({ path: at, message: `The value \`${text}\` stands here twice. Leave one of them out.` });
      seen.add(text);
    }
    return [key, list] as const;
  });
  const count = lists.reduce((product, [, list]) => product * list.length, 1);
  if (count > max) problems.push({ path: ['each'], message: tooMany(count, max) });
  if (problems.length > 0) return { problems };
  return {
    combinations: lists.reduce<readonly EachValues[]>(
      (before, [key, list]) => before.flatMap((values) => list.map((value) => ({ ...values, [key]: value }))),
      [{}],
    ),
  };
}

/** The sentence for more feeds than a file may have. */
export function tooMany(count: number, max: number): string {
  return `This makes ${count} feeds, and a file has at most ${max}. Divide it into several files.`;
}

const NO_VALUES = 'There are no values here, so that there would be no feed. Write some, or leave the key out.';
