import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkSpool } from '../../../lib/cli/doctor/spool.js';
import { checkState } from '../../../lib/cli/doctor/state.js';
import { lookAtSink } from '../../../lib/feed/open-sink.js';
import { resolveSink } from '../../../lib/feed/sink-config.js';
import { openSpool, openState } from '../../../lib/index.js';
import { tempFolder } from '../../support/temp-folder.js';

describe("doctor's look at a state", () => {
  it('says where a run goes on, and whether the ledger can be read', async (t) => {
    const { path, looked } = await stateIn(t);
    assert.deepEqual(await looked(), [true, 'can be written to, and a run begins anew']);
    const state = await openState(path);
    state.advanceTo(42);
    assert.match((await looked()).join(), /^false,process \d+ on .* is using /);
    await state.close();
    assert.deepEqual(await looked(), [
      true,
      'can be written to, and a run goes on at sequence 42, behind 1970-01-01T00:00:00.000Z',
    ]);
    writeFileSync(join(path, 'ledger'), 'x'.repeat(30));
    assert.deepEqual(await looked(), [false, 'the ledger in it is damaged (30 B): a run begins anew']);
  });

  it('says of a file that a run with it adds to it', async (t) => {
    const path = join(await tempFolder(t), 'out.jsonl');
    appendFileSync(path, '1\n');
    for (const type of ['jsonl', 'csv'] as const) {
      const sink = resolveSink(type, { path, ...(type === 'csv' && { columns: ['n'] }) });
      for (const [goesOn, text] of [
        [false, 'it exists, and the first page of a run replaces its 2 bytes'],
        [true, '2 bytes, and a run adds to them'],
      ] as const) {
        let found: string | undefined;
        for await (const { name, detail } of lookAtSink(sink, { goesOn })) if (name === 'file') found = detail;
        assert.equal(found, text);
      }
    }
  });
});

describe("doctor's look at a spool", () => {
  it('says what waits, and who has it', async (t) => {
    const path = join(await tempFolder(t), 'spool');
    const looked = async () => {
      const { ok, detail } = await checkSpool({ path, maxBytes: 1024 * 1024, onFull: 'block', sync: 100 });
      return `${ok}: ${detail}`;
    };
    assert.match(await looked(), /^true: \S+ can be written to, and nothing waits there; .* free$/);
    const spool = await openSpool(path);
    assert.match(await looked(), /^false: process \d+ on .* is using /);
    await spool.close();
  });
});

/** What is looked at, with the path of it as `it`. */
async function stateIn(t: TestContext) {
  const path = join(await tempFolder(t), 'state');
  return {
    path,
    async looked(): Promise<readonly [boolean, string]> {
      const { ok, detail } = await checkState({ path, sync: 100 });
      return [ok, detail.replace(`${path} `, ok ? '' : 'it ')];
    },
  };
}
