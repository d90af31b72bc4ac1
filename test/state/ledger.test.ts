import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openState } from '../../lib/index.js';
import { Ledger } from '../../lib/state/ledger.js';
import { pageOf } from '../../lib/testing/index.js';
import { tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

describe('a ledger', () => {
  it('takes no page any more when it cannot be known what its file held before', async (t) => {
    const folder = await tempFolder(t);
    const ledger = await Ledger.begin(join(folder, 'ledger'), undefined);
    t.after(() => ledger.close());
    const facts = { next: 1, receivedAt: 1, records: 1 };
    ledger.add({ ...facts, files: [{ path: join(folder, 'gone'), start: 10, end: 20, crc32: 0 }] });
    await assert.rejects(ledger.settle(), { code: 'ENOENT' });
    assert.throws(() => ledger.add(facts), { code: 'ENOENT' });
  });

  it('is written anew beyond a megabyte, also when nothing else forces it to the disk', async (t) => {
    const path = join(await tempFolder(t), 'state');
    const ledger = join(path, 'ledger');
    const state = await openState(path, { sync: 'never' });
    let next = 1;
    while (statSync(ledger).size <= 1024 * 1024)
      for (const last = next + 100; next < last; next++) state.advanceTo(next);
    await until(() => statSync(ledger).size < 100_000);
    await state.close();
    const reopened = await openState(path);
    assert.equal(reopened.position?.sequence, next - 1);
    await reopened.close();
  });

  it('knows the cursor of the last page that has one, in marks and in the next ledgers, too', async (t) => {
    const path = join(await tempFolder(t), 'state');
    const cursor = { endpoint: 'wss://a/', values: { seq: '18446744073709551615' } };
    const state = await openState(path);
    const kept = state.keep();
    const page = pageOf([{ n: 1 }]);
    page.cursor = cursor;
    kept.write(page);
    (kept.read() as typeof page).acknowledge({});
    await state.close();
    for (const next of [1, 2]) {
      const reopened = await openState(path);
      assert.deepEqual(reopened.position, { sequence: next, receivedAt: 1_700_000_000_000, cursor });
      reopened.advanceTo(next + 1);
      await reopened.close();
    }
  });
});
