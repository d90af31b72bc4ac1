import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** Where `test/run.js` has put the JavaScript of every file. */
const compiled = process.env['SPILLWAY_COMPILED'];

/**
 * What Node is told so that it runs a TypeScript file of the project: its JavaScript, which starts in a third of the time,
 * or the file itself where a test was started without `test/run.js`.
 *
 * @param path The whole path of the file.
 */
export function program(path: string): string[] {
  if (compiled === undefined) return ['--import', import.meta.resolve('tsx'), path];
  return [join(compiled, relative(ROOT, path).replace(/\.ts$/, '.js'))];
}

/** What Node is told so that it runs the command: as users get it, if nothing has changed since it was built. */
export function command(): string[] {
  const built = join(ROOT, 'dist/cli/main.js');
  // The lines of lib/ are counted, not those of what is built.
  const isMeasured = process.env['NODE_V8_COVERAGE'] !== undefined;
  const isBuilt = !isMeasured && existsSync(built) && changedAt(built) > newest(join(ROOT, 'lib'));
  return isBuilt ? [built] : program(join(import.meta.dirname, '../../lib/cli/main.ts'));
}

function newest(folder: string): number {
  return Math.max(...readdirSync(folder, { recursive: true }).map((file) => changedAt(join(folder, `${file}`))));
}

function changedAt(path: string): number {
  return statSync(path).mtimeMs;
}
