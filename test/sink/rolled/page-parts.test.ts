import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Account } from '../../../lib/sink/file/account.js';
import { Patience } from '../../../lib/sink/file/patience.js';
import { FileNames } from '../../../lib/sink/rolled/file-names.js';
import { PageParts } from '../../../lib/sink/rolled/page-parts.js';
import { PartTable } from '../../../lib/sink/rolled/part-table.js';
import { resolveRolledOptions } from '../../../lib/sink/rolled/rolled-options.js';
import { tempFolder } from '../../support/temp-folder.js';
import { pagesOf } from '../pages.js';

describe('the parts that pages go to', () => {
  it('are so many at most: of more, those that were not used for the longest time are finished', async (t) => {
    const path = join(await tempFolder(t), '{field:s}.jsonl');
    const options = resolveRolledOptions(path, {});
    let surplus = 0;
    const onSurplus = (): void => void (surplus += 1);
    const account = new Account(path);
    const parts = new PageParts(
      { options, account, patience: new Patience(), fullDisk: undefined, onSurplus },
      new PartTable(3),
    );
    const [page] = pagesOf(
      [...'abcade'].map((s) => `{"s":"${s}"}`),
      6,
    );
    await parts.store(page!, new FileNames(options.template.folder, options.template));
    const namesOf = (all: readonly { readonly place: { readonly name: string } }[]) =>
      all.map(({ place }) => place.name);
    assert.deepEqual(namesOf(await parts.takeFinished()), ['a.jsonl', 'b.jsonl']);
    assert.deepEqual(namesOf(await parts.closeAll()), ['c.jsonl', 'd.jsonl', 'e.jsonl']);
    assert.deepEqual([surplus, account.records], [2, 6]);
  });
});
