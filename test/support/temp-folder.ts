import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder that goes with the test. */
export async function tempFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file for each text into a folder that goes with the test, and returns their paths. */
export async function tempFiles<const K extends string>(
  t: TestContext,
  texts: Readonly<Record<K, string>>,
): Promise<Record<K, string>> {
  const folder = await tempFolder(t);
  const entries = Object.entries<string>(texts).map(async ([name, text]) => {
    const path = join(folder, name);
    await writeFile(path, text);
    return [name, path] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<K, string>;
}
