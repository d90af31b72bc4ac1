// A part of `npm run build`: before TypeScript 5.7, `Buffer` and `Uint8Array` have no type parameter. What a compiler infers is written
// with one; without it, the declarations mean the same to newer compilers, and can be read by older ones.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const dist = join(import.meta.dirname, '../dist');
for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue;
  const text = readFileSync(join(dist, name), 'utf8');
  const older = text.replace(/\b(Buffer|Uint8Array)<ArrayBuffer(Like)?>/g, '$1');
  if (older !== text) writeFileSync(join(dist, name), older);
}
