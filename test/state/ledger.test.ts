import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openState } from '../../lib/index.js';
import { Ledger } from '../../lib/state/ledger.js';
import { decodeEntries } from '../../lib/state/ledger-entry.js';
import { pageOf } from '../../lib/testing/index.js';
import { noSmallDisk, smallDisk } from '../support/small-disk.js';
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

  it('keeps what it holds, and where the next entry goes, when the disk is full after it was written anew', {
    skip: noSmallDisk(),
  }, async (t) => {
    const disk = smallDisk(t, 4_096);
    const path = join(disk, 'ledger');
    const ballast = join(disk, 'ballast');
    const ledger = await Ledger.begin(path, undefined);
    t.after(() => ledger.close());
    let next = 0;
    const add = () => ledger.add({ next: ++next, receivedAt: 1, records: 0 });
    while (!ledger.isLarge) add();
    await ledger.sync();
    const anew = readFileSync(path).length;
    assert.ok(anew < 1_000, `${anew} bytes`);
    writeFileSync(ballast, '');
    // No more room than the block that it ends in.
    while (writes(() => appendFileSync(ballast, Buffer.alloc(4_096, 1))));
    while (ledger.noRoom === undefined) add();
    const full = decodeEntries(readFileSync(path));
    assert.deepEqual([full.entries[0]?.isDurable, full.entries.at(-1)?.next], [true, next - 1]);
    rmSync(ballast);
    await ledger.sync();
    add();
    const { entries, damagedBytes, tornBytes } = decodeEntries(readFileSync(path));
    assert.deepEqual([entries.at(-1)?.next, damagedBytes, tornBytes], [next, 0, 0]);
  });

  it('is forced to the disk by one after the other, and closed behind them', async (t) => {
    const path = join(await tempFolder(t), 'ledger');
    const ledger = await Ledger.begin(path, undefined);
    let next = 0;
    while (!ledger.isLarge) ledger.add({ next: ++next, receivedAt: 1, records: 0 });
    const syncs = [ledger.sync(), ledger.sync(), ledger.force()];
    ledger.add({ next: ++next, receivedAt: 1, records: 0 });
    syncs.push(ledger.sync());
    await ledger.close();
    // It may get the number that the ledger had.
    const other = openSync(`${path}.other`, 'w');
    t.after(() => closeSync(other));
    await Promise.all(syncs);
    assert.equal(fstatSync(other).size, 0);
    const { entries, damagedBytes } = decodeEntries(readFileSync(path));
    assert.deepEqual([entries.at(-1)?.next, entries.at(-1)?.isDurable, damagedBytes], [next, true, 0]);
    assert.equal(existsSync(`${path}.new`), false);
  });

  it('knows the cursor of the last page that has one, in marks and in the next ledgers, too', async (t) => {
    const path = join(await tempFolder(t), 'state');
    const cursor = { endpoint: 'wss://a/', values: { seq: '18446744073709551615' }, since: 5 };
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

/** Whether there was room for it. */
function writes(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    return false;
  }
}
