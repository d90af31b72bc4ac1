// `npm run size`: how large the package is, packed and installed, written to benchmarks/results/package.json, from where
// the README takes it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Packs the package into a folder; what npm says about the tarball. */
export function packInto(folder) {
  const args = ['pack', '--json', '--pack-destination', folder];
  return JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))[0];
}

/** The sizes of a tarball, and what is installed along with it. */
export function measurePackage({ size, unpackedSize, files }) {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    packedBytes: size,
    unpackedBytes: unpackedSize,
    files: files.length,
    dependencies: Object.keys(dependencies).length,
  };
}

if (process.argv[1] === import.meta.filename) {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-size-'));
  try {
    const sizes = measurePackage(packInto(folder));
    writeFileSync(join(root, 'benchmarks/results/package.json'), `${JSON.stringify(sizes, null, 2)}\n`);
    console.log(sizes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
