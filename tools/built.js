// Whether what is built is still what `npm run build` would make. `npm test` builds only where it is not, since `npm ci` has
// just built. With `--note` it notes that it is: the build's last step.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
/** All that the build reads and all that it leaves, in folders and files. */
const READ = ['lib', 'tools', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
const MADE = ['dist'];
const NOTE = join(root, 'build/built.txt');

const now = `${process.version} ${hashOf([...READ, ...MADE])}`;
if (process.argv.includes('--note')) writeFileSync(NOTE, now);
else if (!existsSync(NOTE) || readFileSync(NOTE, 'utf8') !== now) process.exitCode = 1;

/** Of the names and the contents of all files. */
function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesAt).sort()) {
    hash.update(`${path}\0`).update(
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest(),
    );
  }
  return hash.digest('hex');
}

function filesAt(path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  return stats.isFile() ? [path] : readdirSync(join(root, path)).flatMap((name) => filesAt(join(path, name)));
}
