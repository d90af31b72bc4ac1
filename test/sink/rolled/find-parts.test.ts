import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { findParts } from '../../../lib/sink/rolled/find-parts.js';
import { compileTemplate } from '../../../lib/sink/rolled/path-template.js';
import { tempFolder } from '../../support/temp-folder.js';
import { allFiles } from './support.js';

describe('parts that earlier runs have left', () => {
  for (const [path, found, isOurs, left] of [
    ['%H.jsonl', ['10.jsonl', '11-000002.jsonl'], true, 7],
    ['{field:s}/%H.jsonl', ['a/12.jsonl'], true, 7],
    ['%H.jsonl', ['10.jsonl', '11-000002.jsonl'], false, 8],
  ] as const) {
    it(`are those that ${path} can have named${isOurs ? ', and what was made of them and is no file yet is removed' : ''}`, async (t) => {
      const folder = await folderWith(t, [
        ...['10.jsonl.part', '11-000002.jsonl.part', '10.jsonl', 'other.jsonl.part', '99.part'],
        ...['a/12.jsonl.part', 'a/b/13.jsonl.part'],
        path.startsWith('%') ? '14.jsonl.part.sealing' : 'a/14.jsonl.part.sealing',
      ]);
      // Folders of such names are none.
      for (const name of ['15.jsonl.part', '16.jsonl.part.sealing', 'a/17.jsonl.part', 'a/18.jsonl.part.sealing'])
        mkdirSync(join(folder, name));
      const template = compileTemplate('rolledFiles', join(folder, path), undefined);
      assert.deepEqual((await findParts(folder, template, isOurs)).sort(), found);
      assert.equal(allFiles(folder).length, left);
    });
  }
});

async function folderWith(t: TestContext, names: readonly string[]): Promise<string> {
  const folder = await tempFolder(t);
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
  return folder;
}
