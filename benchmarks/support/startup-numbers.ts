import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface StartupResults {
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  readonly rounds: number;
  readonly rows: readonly { readonly name: string; readonly ms: number; readonly overNodeMs: number }[];
}

/** How long the command takes to start, for the README, from the results files of `benchmarks/startup.ts`. */
export function startupNumbers(): string {
  const results = [20, 22, 24, 26]
    .map((node) => join(import.meta.dirname, `../results/startup-node${node}.json`))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as StartupResults);
  const [first] = results;
  if (first === undefined) return 'Start-up is not measured yet: `npm run bench:startup`.';
  const cells = (name: string): string[] =>
    results.map(({ rows }) => {
      const row = rows.find((candidate) => candidate.name === name);
      if (row === undefined) return '';
      return row === rows[0] ? `${row.ms} ms` : `+ ${row.overNodeMs} ms`;
    });
  return [
    `| to start | ${results.map(({ node }) => `Node ${node.slice(1)}`).join(' | ')} |`,
    `| --- |${' ---: |'.repeat(results.length)}`,
    ...first.rows.map(({ name }) => `| ${inCode(name)} | ${cells(name).join(' | ')} |`),
    '',
    `The median of ${first.rounds} rounds, each in turns with \`node -e 0\`, on the same kind of machine, ${first.date}: \`npm run bench:startup\`.`,
  ].join('\n');
}

/** The command in code, what is said of it outside. */
function inCode(name: string): string {
  return name.replace(/^[^,]+/, '`$&`');
}
