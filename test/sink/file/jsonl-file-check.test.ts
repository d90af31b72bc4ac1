import assert from 'node:assert/strict';
import { closeSync, constants, existsSync, openSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkJsonlFile } from '../../../lib/sink/file/jsonl-file-check.js';
import { temporaryFolder } from '../files.js';

const noUnnamed = hasUnnamedFiles() ? false : 'there are no files without a name here';

describe('checkJsonlFile', () => {
  it('finds that a file can be made in a folder, and leaves none there', async (t) => {
    const folder = temporaryFolder(t);
    assert.deepEqual(await foldersOf(join(folder, 'out.jsonl')), [`${folder} can be written to`]);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('makes no file with a name, which somebody could see, or a process that is killed leave behind', {
    skip: noUnnamed,
  }, async (t) => {
    const folder = temporaryFolder(t);
    const seen: (string | null)[] = [];
    const last = new Promise<void>((resolve) => {
      const watcher = watch(folder, (_event, name) => {
        seen.push(name);
        if (name === 'last') resolve();
      });
      t.after(() => watcher.close());
    });
    await foldersOf(join(folder, 'out.jsonl'));
    writeFileSync(join(folder, 'last'), '');
    await last;
    assert.deepEqual(new Set(seen), new Set(['last']));
  });

  it('tries one with a name where there are none without', { skip: !existsSync('/proc/self') }, async () => {
    const [detail] = await foldersOf('/proc/out.jsonl', false);
    // What the system says of a file there, and not what it says of one without a name.
    assert.match(detail!, /\((ENOENT|EACCES)\)/);
  });
});

/** What was found of the folder. */
async function foldersOf(path: string, isOk = true): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, ok, detail } of checkJsonlFile(path)) {
    if (name === 'folder' && ok === isOk) found.push(detail);
  }
  return found;
}

function hasUnnamedFiles(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    closeSync(openSync(tmpdir(), 0o20000000 | constants.O_DIRECTORY | constants.O_WRONLY, 0o600));
    return true;
  } catch {
    return false;
  }
}
