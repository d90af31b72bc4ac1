// A part of `npm run build`: of the declarations that TypeScript writes for every module, dist/ keeps those that a user's
// compiler comes to from the ways into the package. The others are more than half of all bytes of the package, and nobody
// can import them.
import { readdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const reached = new Set();
const waiting = Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [join(root, types)]));
for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
  if (reached.has(path)) continue;
  reached.add(path);
  const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'));
  for (const { fileName } of importedFiles) {
    if (fileName.startsWith('.')) waiting.push(join(dirname(path), fileName.replace(/\.js$/, '.d.ts')));
  }
}
prune(join(root, 'dist'));

/** What is left of a folder without the declarations that nothing leads to; an empty one goes. */
function prune(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) prune(path);
    else if (path.endsWith('.d.ts') && !reached.has(path)) rmSync(path);
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
