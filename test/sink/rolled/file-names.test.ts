import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { FileNames } from '../../../lib/sink/rolled/file-names.js';
import { compileTemplate } from '../../../lib/sink/rolled/path-template.js';
import { tempFolder } from '../../support/temp-folder.js';

const TEN = Date.UTC(2026, 10, 30, 10);

describe('the name of a new rolled file', () => {
  it('is the first one that no file has, no part, and no line of the manifest', async (t) => {
    const { folder, names } = await namesIn(t, '%H.jsonl');
    assert.equal(await names.next(TEN, []), '10.jsonl');
    assert.equal(await names.next(TEN, []), '10-000001.jsonl');
    for (const name of ['10-000002.jsonl', '10-000003.jsonl.part']) writeFileSync(join(folder, name), '');
    assert.equal(await names.next(TEN, []), '10-000004.jsonl');
    names.note({ path: '10-000007.jsonl' });
    names.note({ path: '10-000005.jsonl' });
    assert.equal(await names.next(TEN, []), '10-000008.jsonl');
    // Others are of no concern.
    names.note({ path: 'other-000009.jsonl' });
    names.note({ path: '11.jsonl' });
    assert.equal(await names.next(TEN, []), '10-000009.jsonl');
    assert.equal(await names.next(TEN + 3_600_000, []), '11-000001.jsonl');
  });

  it('is counted for each field by itself', async (t) => {
    const { names } = await namesIn(t, '{field:s}/%H.jsonl');
    assert.equal(await names.next(TEN, ['a']), 'a/10.jsonl');
    assert.equal(await names.next(TEN, ['b']), 'b/10.jsonl');
    assert.equal(await names.next(TEN, ['a']), 'a/10-000001.jsonl');
  });
});

describe('the name of a part that is finished', () => {
  it('is the one that it was to have, or the next one that is free', async (t) => {
    const { folder, names } = await namesIn(t, '%H.jsonl');
    writeFileSync(join(folder, '10.jsonl.part'), '');
    assert.equal(await names.freeFor({ name: '10.jsonl' }, new Set()), '10.jsonl');
    assert.equal(await names.freeFor({ name: '10.jsonl' }, new Set(['10.jsonl'])), '10-000001.jsonl');
    writeFileSync(join(folder, '10.jsonl'), '');
    // Another part is to have that name.
    writeFileSync(join(folder, '10-000001.jsonl.part'), '');
    assert.equal(await names.freeFor({ name: '10.jsonl' }, new Set()), '10-000002.jsonl');
    assert.equal(await names.freeFor({ name: '10.jsonl' }, new Set(['10-000002.jsonl'])), '10-000003.jsonl');
    // A name that was given so is taken.
    assert.equal(await names.next(TEN, []), '10-000004.jsonl');
  });
});

async function namesIn(t: TestContext, path: string) {
  const folder = await tempFolder(t);
  mkdirSync(join(folder, 'a'));
  return { folder, names: new FileNames(folder, compileTemplate('rolledFiles', join(folder, path), undefined)) };
}
