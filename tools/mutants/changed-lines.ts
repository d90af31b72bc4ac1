import { execFileSync } from 'node:child_process';

/** For each file below `folder`, its lines that are not as they were at `base`; the working tree counts as it is. */
export function changedLines(root: string, base: string, folder: string): Map<string, ReadonlySet<number> | 'all'> {
  const changed = new Map<string, ReadonlySet<number> | 'all'>();
  const options = ['--unified=0', '--no-color', '--no-ext-diff', '--no-renames'];
  for (const [file, lines] of linesOfDiff(git(root, 'diff', ...options, base, '--', folder))) changed.set(file, lines);
  for (const file of git(root, 'ls-files', '--others', '--exclude-standard', '--', folder).split('\n')) {
    if (file !== '') changed.set(file, 'all');
  }
  return changed;
}

/** Where the changes at hand began: where main was left, or with the last commit when nothing has happened since. */
export function defaultBase(root: string): string {
  const head = git(root, 'rev-parse', 'HEAD').trim();
  const base = leftMain(root) ?? head;
  return base === head && git(root, 'status', '--porcelain') === '' ? 'HEAD~1' : base;
}

function leftMain(root: string): string | undefined {
  try {
    return git(root, 'merge-base', 'origin/main', 'HEAD').trim();
  } catch {
    return undefined;
  }
}

/** The new numbers of all lines that a diff without context adds or changes. */
export function linesOfDiff(diff: string): Map<string, Set<number>> {
  const changed = new Map<string, Set<number>>();
  let lines = new Set<number>();
  for (const line of diff.split('\n')) {
    const file = /^\+\+\+ b\/(.*)$/.exec(line)?.[1];
    if (file !== undefined) changed.set(file, (lines = new Set()));
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk === null) continue;
    const count = Number(hunk[2] ?? 1);
    for (let index = 0; index < count; index += 1) lines.add(Number(hunk[1]) + index);
  }
  return changed;
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
