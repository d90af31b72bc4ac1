import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { SinkError } from '../../../lib/errors.js';
import type { Logger } from '../../../lib/internal/logger.js';
import { jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import type { JsonlFileOptions } from '../../../lib/sink/file/jsonl-file-options.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { readText, temporaryFolder } from '../files.js';
import { lines, pagesOf, records } from '../pages.js';
import { closed, stored } from './stored.js';

const noNames = process.platform !== 'linux' && 'only Linux tells what an open file is called now';

describe('jsonlFile, when its file is deleted under it,', () => {
  const ways: Readonly<Record<string, (path: string) => void>> = {
    'is deleted': (path) => unlinkSync(path),
    'is deleted with its folder': (path) => rmSync(dirname(path), { recursive: true }),
    'is deleted, and another file is put there': (path) => {
      unlinkSync(path);
      writeFileSync(path, '');
    },
    'is overwritten by a rename': (path) => {
      writeFileSync(`${path}.new`, '');
      renameSync(`${path}.new`, path);
    },
    'is renamed and deleted later': (path) => {
      renameSync(path, `${path}.1`);
      unlinkSync(`${path}.1`);
    },
  };
  for (const name of ['out.jsonl', 'out.jsonl.gz']) {
    for (const [what, remove] of Object.entries(ways)) {
      it(`makes ${name} again when it ${what}, tells it, and stores the page in hand there`, async (t) => {
        const path = join(temporaryFolder(t), 'folder', name);
        const { sink, clock, told } = open(path);
        for (const page of pagesOf(['1', '2', '3'], 2)) await stored(sink, page);
        remove(path);
        await clock.advance(1000);
        await stored(sink, pagesOf(['4', '5'])[0]!);
        await stored(sink, pagesOf(['6'])[0]!);
        sink.end();
        await closed(sink);
        assert.equal(readText(path), '4\n5\n6\n');
        assert.deepEqual(told, [
          [
            { event: 'file_deleted', path, records: 3 },
            `${path} was deleted while it was written to: 3 records of this run went with it. It is made again, and what ` +
              'comes is written there.',
          ],
        ]);
        assert.equal(sink.stats.records, 3);
        assert.equal(sink.report().gone, 3);
        assert.deepEqual(sink.report().files, [
          { name: path, state: 'deleted', records: 3 },
          { name: path, state: 'in_place', records: 3 },
        ]);
      });
    }
  }

  it('looks at a page at most once a second, and at every fsync', async (t) => {
    for (const fsync of ['never', 'page'] as const) {
      const path = join(temporaryFolder(t), 'out.jsonl');
      const { sink, clock, told } = open(path, { fsync });
      await stored(sink, pagesOf(['1'])[0]!);
      unlinkSync(path);
      await clock.advance(999);
      await stored(sink, pagesOf(['2'])[0]!);
      assert.equal(existsSync(path), fsync === 'page');
      assert.equal(told.length, fsync === 'page' ? 1 : 0);
      await clock.advance(1);
      await stored(sink, pagesOf(['3'])[0]!);
      sink.end();
      await closed(sink);
      assert.equal(readText(path), fsync === 'page' ? '2\n3\n' : '3\n');
      assert.equal(told.length, 1);
    }
  });

  it('tells at the end what went with it', async (t) => {
    for (const name of ['out.jsonl', 'out.jsonl.gz']) {
      const path = join(temporaryFolder(t), name);
      const { sink, told } = open(path);
      await stored(sink, pagesOf(['1', '2'])[0]!);
      unlinkSync(path);
      sink.end();
      await closed(sink);
      assert.equal(existsSync(path), false);
      assert.deepEqual(told[0]![0], { event: 'file_deleted', path, records: 2 });
      assert.match(told[0]![1], /: 2 records of this run went with it\.$/);
      assert.equal(sink.stats.records, 0);
      assert.equal(sink.report().gone, 2);
    }
  });

  it('fails when it cannot be made again', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    const { sink, clock } = open(path);
    await stored(sink, pagesOf(['1'])[0]!);
    unlinkSync(path);
    mkdirSync(path);
    await clock.advance(1000);
    const error = await failed(sink, ['2', '3']);
    assert.match(error.message, /^Cannot open \S+: it is a folder \(EISDIR\)\. No record of this run is stored\./);
    assert.equal(error.recordsWritten, 0);
    assert.equal(sink.report().gone, 1);
  });

  it('fails with `onMissing: fail`, at a page and at the end', async (t) => {
    for (const isEnd of [false, true]) {
      const path = join(temporaryFolder(t), 'out.jsonl');
      const { sink, clock } = open(path, { onMissing: 'fail' });
      await stored(sink, pagesOf(['1', '2'])[0]!);
      unlinkSync(path);
      await clock.advance(1000);
      const error = await failed(sink, isEnd ? [] : ['3']);
      assert.equal(
        error.message,
        `Cannot go on with ${path}: it was deleted while it was written to, and \`onMissing\` is \`fail\`. No record of ` +
          "this run is stored. 2 records went with it. Find out who does that, or set `onMissing: 'create'`.",
      );
      assert.equal(error.recordsWritten, 0);
      assert.equal(existsSync(path), false);
    }
  });
});

describe('jsonlFile, when its file is renamed under it,', () => {
  const ways: Readonly<
    Record<string, readonly [(path: string) => void, named: string | undefined, state: 'moved' | 'replaced']>
  > = {
    'is renamed': [(path) => renameSync(path, `${path}.1`), 'folder/out.jsonl.1', 'moved'],
    'is renamed, and another file is put there': [
      (path) => {
        renameSync(path, `${path}.1`);
        writeFileSync(path, '');
      },
      'folder/out.jsonl.1',
      'replaced',
    ],
    'is in a folder that is renamed': [
      (path) => renameSync(dirname(path), `${dirname(path)}-1`),
      'folder-1/out.jsonl',
      'moved',
    ],
    'has another name, and loses this one': [
      (path) => {
        linkSync(path, `${path}.1`);
        unlinkSync(path);
      },
      undefined,
      'moved',
    ],
  };
  for (const [what, [rename, named, state]] of Object.entries(ways)) {
    it(`goes on in it when it ${what}, and tells it once`, { skip: noNames }, async (t) => {
      const folder = temporaryFolder(t);
      const path = join(folder, 'folder/out.jsonl');
      const { sink, clock, told } = open(path);
      await stored(sink, pagesOf(['1'])[0]!);
      rename(path);
      for (const text of ['2', '3']) {
        await clock.advance(1000);
        await stored(sink, pagesOf([text])[0]!);
      }
      sink.end();
      await closed(sink);
      const name = named === undefined ? undefined : join(folder, named);
      assert.equal(readText(name ?? `${path}.1`), '1\n2\n3\n');
      assert.equal(told.length, 1);
      assert.deepEqual(told[0]![0], {
        event: 'file_renamed',
        path,
        name: name ?? null,
        replaced: state === 'replaced',
      });
      assert.match(
        told[0]![1],
        / was renamed( to .*)? while .*What comes is written to the renamed file until it is reopened\.$/,
      );
      assert.equal(sink.stats.records, 3);
      assert.equal(sink.report().gone, 0);
      assert.deepEqual(sink.report().files, [{ name: name ?? path, state, records: 3 }]);
    });
  }

  it('goes on behind a symbolic link that leads elsewhere now, and tells it', { skip: noNames }, async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'link.jsonl');
    symlinkSync('one.jsonl', path);
    const { sink, clock, told } = open(path);
    await stored(sink, pagesOf(['1'])[0]!);
    unlinkSync(path);
    symlinkSync('two.jsonl', path);
    await clock.advance(1000);
    await stored(sink, pagesOf(['2'])[0]!);
    await sink.reopen();
    await stored(sink, pagesOf(['3'])[0]!);
    sink.end();
    await closed(sink);
    assert.equal(readText(join(folder, 'one.jsonl')), '1\n2\n');
    assert.equal(readText(join(folder, 'two.jsonl')), '3\n');
    assert.equal(told.length, 1);
  });

  it('makes it again when the renamed one is deleted, too', { skip: noNames }, async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    const { sink, clock, told } = open(path);
    await stored(sink, pagesOf(['1'])[0]!);
    renameSync(path, `${path}.1`);
    await clock.advance(1000);
    await stored(sink, pagesOf(['2'])[0]!);
    unlinkSync(`${path}.1`);
    await clock.advance(1000);
    await stored(sink, pagesOf(['3'])[0]!);
    sink.end();
    await closed(sink);
    assert.equal(readText(path), '3\n');
    assert.deepEqual(
      told.map(([facts]) => (facts as { event: string }).event),
      ['file_renamed', 'file_deleted'],
    );
    assert.equal(sink.report().gone, 2);
  });

  it('fails with `onMissing: fail`', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    const { sink, clock } = open(path, { onMissing: 'fail' });
    await stored(sink, pagesOf(['1'])[0]!);
    renameSync(path, `${path}.1`);
    await clock.advance(1000);
    const error = await failed(sink, ['2']);
    assert.match(
      error.message,
      /: it was renamed( to \S+)? while .*2 records of this run are stored, each of them whole\./,
    );
    assert.equal(error.recordsWritten, 2);
    assert.equal(readText(`${path}.1`), '1\n2\n');
  });
});

describe('jsonlFile, when its file is copied and emptied under it,', () => {
  for (const name of ['out.jsonl', 'out.jsonl.gz']) {
    it(`goes on from the begin of ${name}, without a hole, and tells it`, async (t) => {
      const path = join(temporaryFolder(t), name);
      const { sink, clock, told } = open(path);
      for (const page of pagesOf(['1', '2', '3'], 2)) await stored(sink, page);
      copyFileSync(path, `${path}.1`);
      truncateSync(path, 0);
      for (const page of pagesOf(['4', '5'], 1)) {
        await clock.advance(1000);
        await stored(sink, page);
      }
      sink.end();
      await closed(sink);
      assert.equal(readText(path), '4\n5\n');
      assert.deepEqual(
        told.map(([facts]) => facts),
        [{ event: 'file_emptied', path, records: 3 }],
      );
      assert.equal(sink.stats.records, 2);
      assert.equal(sink.report().gone, 3);
      assert.deepEqual(sink.report().files, [{ name: path, state: 'in_place', records: 2 }]);
    });

    it(`leaves a ${name} of whole lines however often it is emptied`, async (t) => {
      const path = join(temporaryFolder(t), name);
      const { sink, clock } = open(path);
      const texts = records(600);
      let copied = 0;
      for (const [n, page] of pagesOf(texts, 20).entries()) {
        await stored(sink, page);
        if (n % 3 === 1) await clock.advance(400);
        if (n % 7 !== 6) continue;
        copied = 20 * (n + 1);
        truncateSync(path, 0);
      }
      sink.end();
      await closed(sink);
      assert.equal(readText(path), lines(texts.slice(copied)));
      assert.equal(sink.stats.records, texts.length - copied);
      assert.equal(sink.report().gone, copied);
    });
  }

  it('leaves another writer of the same file in peace', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    const { sink } = open(path);
    await stored(sink, pagesOf(['1'])[0]!);
    appendFileSync(path, '"theirs"\n');
    await stored(sink, pagesOf(['2'])[0]!);
    sink.end();
    await closed(sink);
    assert.equal(readFileSync(path, 'utf8'), '1\n"theirs"\n2\n');
  });
});

type Told = readonly [facts: object, message: string];

function open(path: string, options: JsonlFileOptions = {}) {
  const told: Told[] = [];
  const clock = createFakeClock();
  const logger: Logger = { debug() {}, info() {}, warn: (...given) => void told.push(given), error() {} };
  return { sink: jsonlFile(path, { clock, logger, ...options }), clock, told };
}

/** The error that the sink ends with, when these records are given to it. */
async function failed(sink: ReturnType<typeof jsonlFile>, texts: readonly string[]): Promise<SinkError> {
  const error = new Promise<unknown>((resolve) => sink.once('error', resolve));
  for (const page of pagesOf(texts)) sink.write(page);
  sink.end();
  const reason = await error;
  await closed(sink);
  assert.ok(reason instanceof SinkError, String(reason));
  return reason;
}
