import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder that holds this package. */
export const PACKAGE_ROOT = join(import.meta.dirname, '../..');

/** The version of this package. */
export function packageVersion(): string {
  const manifest = readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
