import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartNumbers } from '../../benchmarks/support/numbers.js';
import { startupNumbers } from '../../benchmarks/support/startup-numbers.js';
import { ERROR_CODES } from '../../lib/errors.js';
import { withKeyTables } from './key-table.js';

/** The folder that holds everything. */
export const ROOT = join(import.meta.dirname, '../..');

/**
 * The README with all that is made from something else put in: the tables of keys from the schema, the errors from
 * their list, the numbers from the benchmarks' results, and examples from their files. `npm run readme` writes it.
 */
export function freshReadme(): string {
  let text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  text = between(text, 'errors', errorTable());
  text = between(text, 'numbers', chartNumbers());
  text = between(text, 'startup', startupNumbers());
  text = between(text, 'size', packageSize());
  return withKeyTables(withExamples(text));
}

/** A page with its examples as their files are now. */
export function withExamples(text: string): string {
  return text.replace(CODE_BLOCK, (block, language: string, comment: string, path: string) =>
    existsSync(join(ROOT, path))
      ? `\`\`\`${language}\n${comment} ${path}\n${readFileSync(join(ROOT, path), 'utf8')}\`\`\``
      : block,
  );
}

function errorTable(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, meaning]) => `| [\`${code}\`](docs/errors.md#${code.toLowerCase()}) | ${meaning} |`,
  );
  return ['| code | what it means |', '| --- | --- |', ...rows].join('\n');
}

/** From the results file of `npm run size`. */
function packageSize(): string {
  const { packedBytes, unpackedBytes, dependencies } = JSON.parse(
    readFileSync(join(ROOT, 'benchmarks/results/package.json'), 'utf8'),
  ) as Record<'packedBytes' | 'unpackedBytes' | 'dependencies', number>;
  const size = (bytes: number): string =>
    bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return (
    `The package is ${size(packedBytes)} to download and ${size(unpackedBytes)} on the disk, with ${dependencies} direct dependencies; ` +
    'nothing of it runs a script when it is installed.'
  );
}

/** A page with `content` put between the markers of `name`. */
export function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`The page has lost its markers ${start} … ${end}.`);
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}

/** A code block whose first line names an example's file. */
const CODE_BLOCK = /```(ts|yaml)\n(\/\/|#) (examples\/\S+)\n[\s\S]*?```/g;
