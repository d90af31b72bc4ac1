import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PART_SUFFIX } from './part-file.js';
import type { PathTemplate } from './path-template.js';
import { SEALING_SUFFIX } from './seal-intent.js';

/**
 * The names that parts in a folder are to have, which runs before this one have left. Nothing else is looked at than what the path could
 * have named.
 *
 * @param isOurs what was made of a part and is no file yet is removed: it is made anew
 */
export async function findParts(folder: string, template: PathTemplate, isOurs = true): Promise<string[]> {
  const names: string[] = [];
  const walk = async (below: string, depth: number): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && depth < template.depth) await walk(path, depth + 1);
      if (!entry.isFile() || depth !== template.depth) continue;
      const name = withoutSuffix(path, PART_SUFFIX);
      if (name !== undefined && template.numberOf(name) !== undefined) names.push(name);
      const part = withoutSuffix(path, PART_SUFFIX + SEALING_SUFFIX);
      if (isOurs && part !== undefined && template.numberOf(part) !== undefined) await rm(join(folder, path));
    }
  };
  await walk('', 0);
  return names;
}

function withoutSuffix(path: string, suffix: string): string | undefined {
  return path.endsWith(suffix) ? path.slice(0, -suffix.length) : undefined;
}
