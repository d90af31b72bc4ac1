import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import { encodeEntry, type LedgerEntry, type LedgerFile } from '../../lib/state/ledger-entry.js';
import { recover } from '../../lib/state/recover.js';
import { StateNotices } from '../../lib/state/state-notices.js';
import { recorder } from '../support/messages.js';
import { tempFolder } from '../support/temp-folder.js';

const UNTOLD = { after: { sequence: 2, receivedAt: 1_000 }, before: 4, receivedAt: 1_003 };

describe('what a start makes of a ledger', () => {
  it('is nothing where there is none, nor where nothing of it is sound', async (t) => {
    assert.deepEqual(await found(t, []), { position: undefined, newest: undefined, kept: new Map(), told: [] });
    const { told, ...rest } = await found(t, [], { behind: 'rubbish' });
    assert.deepEqual(rest, { position: undefined, newest: undefined, kept: new Map() });
    assert.deepEqual(told, ['ledger_lost']);
  });

  it('is the newest entry, and no position where nothing was stored', async (t) => {
    const begun = { page: 1, next: 0, receivedAt: 0, records: 0 };
    assert.deepEqual(await found(t, [begun]), { position: undefined, newest: begun, kept: new Map(), told: [] });
    const stored = { page: 2, next: 5, receivedAt: 1_004, records: 5 };
    const position = { sequence: 5, receivedAt: 1_004 };
    assert.deepEqual(await found(t, [begun, stored]), { position, newest: stored, kept: new Map(), told: [] });
  });

  it('is damage that is not told yet, as it stood, and neither partitions nor finished files', async (t) => {
    const stored = { page: 2, next: 5, receivedAt: 1_004, records: 5, untold: UNTOLD };
    const entry = { ...stored, sealed: ['old.jsonl'], partitions: [] };
    const position = { sequence: 5, receivedAt: 1_004, damaged: UNTOLD };
    assert.deepEqual(await found(t, [entry]), { position, newest: stored, kept: new Map(), told: [] });
  });

  it('is each file as it was acknowledged, and what is behind that goes beside it', async (t) => {
    const { folder, file, entry } = await stored(t);
    writeFileSync(file.path, 'one\ntwo\nthr');
    const { position, newest, kept, told } = await found(t, [entry], { folder });
    assert.deepEqual(position, { sequence: 2, receivedAt: 1_001 });
    assert.deepEqual(newest, entry);
    assert.deepEqual(kept, new Map());
    assert.deepEqual(told, ['file_cut']);
    assert.equal(readFileSync(file.path, 'utf8'), 'one\ntwo\n');
  });

  it('keeps what its sink said of a file that is to be finished, and waits for none that is gone', async (t) => {
    const facts = { records: 2 };
    const { folder, file, entry } = await stored(t, facts);
    const kept = new Map([[file.path, { end: 8, facts }]]);
    writeFileSync(file.path, 'one\ntwo\n');
    const there = await found(t, [entry], { folder });
    assert.deepEqual([there.newest, there.kept, there.told], [entry, kept, []]);
    const { folder: other, file: gone, entry: its } = await stored(t, facts);
    const { newest, kept: still, told } = await found(t, [its], { folder: other });
    assert.deepEqual([newest, still, told], [its, new Map([[gone.path, { end: 8, facts }]]), []]);
  });

  it('tells of a file that is gone, and of one that is not what was written', async (t) => {
    const { folder, entry } = await stored(t);
    const { files: _, ...rest } = entry;
    const gone = await found(t, [entry], { folder });
    assert.deepEqual([gone.newest, gone.told], [rest, ['file_gone']]);
    const { folder: other, file, entry: its } = await stored(t);
    writeFileSync(file.path, 'ONE\ntwo\n');
    const damaged = { after: undefined, before: 2, receivedAt: 1_001 };
    const { position, newest, told } = await found(t, [its], { folder: other });
    assert.deepEqual(position, { sequence: 2, receivedAt: 1_001, damaged });
    const emptied = { path: file.path, start: 0, end: 0, crc: 0, whole: 0 };
    assert.deepEqual([newest, told], [{ ...rest, untold: damaged, files: [emptied] }, ['file_set_aside']]);
    assert.equal(existsSync(file.path), false);
  });
});

/** An entry of two records in a file that is still to be made. */
async function stored(t: TestContext, facts?: object) {
  const folder = await tempFolder(t);
  const crc = crc32('one\ntwo\n');
  const path = join(folder, 'out.jsonl');
  const file: LedgerFile = { path, start: 0, end: 8, crc, whole: crc, ...(facts && { facts }) };
  const entry: LedgerEntry = { page: 1, next: 2, receivedAt: 1_001, records: 2, files: [file] };
  return { folder, file, entry };
}

/** What a start finds, and which events it tells. */
async function found(
  t: TestContext,
  entries: readonly LedgerEntry[],
  { folder, behind = '' }: { folder?: string; behind?: string } = {},
) {
  const logger = recorder();
  const inFolder = folder ?? (await tempFolder(t));
  const ledger = join(inFolder, 'ledger');
  const bytes = Buffer.concat([...entries.map(encodeEntry), Buffer.from(behind)]);
  if (bytes.length > 0) writeFileSync(ledger, bytes);
  const { mend, ...recovered } = await recover(ledger, new StateNotices(inFolder, logger));
  await mend();
  return { ...recovered, told: logger.entries.map(({ facts }) => (facts as { readonly event: string }).event) };
}
