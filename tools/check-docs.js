// A part of `npm run docs`: the reference stays small enough to be read and to be served from anywhere.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../docs/api');
const files = readdirSync(folder, { recursive: true })
  .map((name) => ({ name, stats: statSync(join(folder, name)) }))
  .flatMap(({ name, stats }) => (stats.isFile() ? [{ name, bytes: stats.size }] : []));
const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
const [largest] = files.toSorted((one, other) => other.bytes - one.bytes);
console.log(
  `The reference has ${kB(total)} in ${files.length} files, of which ${largest.name} has ${kB(largest.bytes)}.`,
);
if (total > 1_500_000 || largest.bytes > 100_000) {
  console.error(
    'It is to have at most 1,500 kB, and no file of it more than 100 kB: tools/lean-docs.js says what it leaves out.',
  );
  process.exitCode = 1;
}

function kB(bytes) {
  return `${Math.round(bytes / 1000).toLocaleString('en-US')} kB`;
}
