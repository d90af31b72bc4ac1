import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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

describe('what a start makes of several files that are to be finished', () => {
  it('is what all of them have, up to one page, where the disk need not have had what one lacks', async (t) => {
    const feed = await partsOf(t, 'a b a mark a b c a');
    feed.damage('b', 2);
    const { position, newest, kept, told } = await feed.found();
    const damaged = { after: { sequence: 3, receivedAt: 1_003 }, before: 7, receivedAt: 1_006 };
    assert.deepEqual(position, { sequence: 7, receivedAt: 1_006, damaged });
    assert.deepEqual(told, ['file_cut_back', 'file_damaged', 'file_cut_back']);
    const texts = ['0\n2\n3\n', '1\n', ''];
    assert.deepEqual(['a', 'b', 'c'].map(feed.text), texts);
    assert.deepEqual(['a.torn', 'c.torn'].map(feed.text), ['6\n\n', '5\n\n']);
    assert.deepEqual(
      Array.from(kept, ([path, { end, facts }]) => [basename(path), end, facts]),
      ['a', 'b', 'c'].map((name, index) => [name, texts[index]!.length, { records: texts[index]!.length / 2 }]),
    );
    assert.deepEqual(
      newest?.files?.map(({ end, whole }) => [end, whole]),
      texts.map((text) => [text.length, crc32(text)]),
    );
  });

  it('is nothing where one lacks its first page, and the disk need not have had any', async (t) => {
    const feed = await partsOf(t, 'a b a');
    feed.damage('a', 0);
    const { position, told } = await feed.found();
    assert.deepEqual(position?.damaged, { after: undefined, before: 3, receivedAt: 1_002 });
    assert.deepEqual(told, ['file_damaged', 'file_cut_back']);
    assert.deepEqual(['a', 'b'].map(feed.text), ['', '']);
  });

  it('is what each has of what was on the disk before, and all have of what was not', async (t) => {
    const feed = await partsOf(t, 'a b a b mark b');
    feed.damage('a', 2);
    const { position, told } = await feed.found();
    const after = { sequence: 0, receivedAt: 1_000 };
    assert.deepEqual([position?.damaged?.after, told], [after, ['file_damaged']]);
    assert.deepEqual(['a', 'b'].map(feed.text), ['0\n', '1\n3\n4\n']);
    const both = await partsOf(t, 'a b a b mark b c b c');
    both.damage('a', 2);
    both.damage('b', 6);
    const found = await both.found();
    assert.deepEqual(
      [found.position?.damaged?.after, found.told],
      [after, ['file_damaged', 'file_damaged', 'file_cut_back']],
    );
    assert.deepEqual(['a', 'b', 'c'].map(both.text), ['0\n', '1\n3\n4\n', '5\n']);
  });
});

/**
 * A feed in files that are to be finished, and its ledger.
 *
 * @param pages of one record each, by the file that it is in, and marks
 */
async function partsOf(t: TestContext, pages: string) {
  const folder = await tempFolder(t);
  const texts: Record<string, string> = {};
  const entries: LedgerEntry[] = [];
  const add = (name: string, added: string): LedgerFile => {
    const before = texts[name] ?? '';
    const text = before + added;
    texts[name] = text;
    const facts = { records: text.length / 2 };
    return {
      ...{ path: join(folder, name), start: before.length, end: text.length },
      ...{ crc: crc32(added), whole: crc32(text), facts },
    };
  };
  let [page, next] = [0, 0];
  const note = (records: number, files: readonly LedgerFile[]): LedgerEntry => {
    next += records;
    return { page, next, receivedAt: 999 + next, records, files };
  };
  for (const name of pages.split(' ')) {
    if (name === 'mark') {
      const files = Object.keys(texts).map((each) => add(each, ''));
      entries.push({ ...note(0, files), isDurable: true });
      continue;
    }
    page += 1;
    if (texts[name] === undefined) {
      entries.push(note(0, [add(name, '')]));
      page += 1;
    }
    entries.push(note(1, [add(name, `${next}\n`)]));
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  return {
    text: (name: string) => readFileSync(join(folder, name), 'utf8'),
    found: () => found(t, entries, { folder }),
    damage(name: string, at: number): void {
      const bytes = Buffer.from(texts[name]!);
      bytes[at]! ^= 1;
      writeFileSync(join(folder, name), bytes);
    },
  };
}

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
