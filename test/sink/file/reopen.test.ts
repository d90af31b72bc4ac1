import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Page } from '../../../lib/batch/page.js';
import { SinkError } from '../../../lib/errors.js';
import { jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import { readText, temporaryFolder } from '../files.js';
import { lines, pagesOf, records } from '../pages.js';
import { closed, stored } from './stored.js';

describe('jsonlFile.reopen()', () => {
  for (const name of ['out.jsonl', 'out.jsonl.gz']) {
    it(`finishes a renamed ${name} and goes on at the path, with nothing lost or written twice`, async (t) => {
      const path = join(temporaryFolder(t), name);
      const renamed = join(path, '..', `1.${name}`);
      const sink = jsonlFile(path);
      await stored(sink, pagesOf(['1', '2'])[0]!);
      renameSync(path, renamed);
      await stored(sink, pagesOf(['3'])[0]!);
      await sink.reopen();
      assert.equal(readText(renamed), '1\n2\n3\n');
      await stored(sink, pagesOf(['4', '5'])[0]!);
      sink.end();
      await closed(sink);
      assert.equal(readText(path), '4\n5\n');
      assert.equal(readText(renamed), '1\n2\n3\n');
      const bytes = readFileSync(path).length + readFileSync(renamed).length;
      assert.deepEqual(sink.stats, { records: 5, pages: 3, bytes });
      assert.deepEqual(sink.report().files, [
        { name: process.platform === 'linux' ? renamed : path, state: 'moved', records: 3 },
        { name: path, state: 'in_place', records: 2 },
      ]);
      assert.equal(sink.report().gone, 0);
    });

    it(`goes on behind what it wrote when ${name} was not renamed, and with another file behind what that holds`, async (t) => {
      const path = join(temporaryFolder(t), name);
      const sink = jsonlFile(path);
      await stored(sink, pagesOf(['1'])[0]!);
      await sink.reopen();
      await stored(sink, pagesOf(['2'])[0]!);
      await sink.reopen();
      assert.equal(readText(path), '1\n2\n');
      assert.deepEqual(sink.report().files, [{ name: path, state: 'in_place', records: 2 }]);
      const other = readFileSync(path);
      renameSync(path, `${path}.1`);
      writeFileSync(path, other);
      await sink.reopen();
      await stored(sink, pagesOf(['3'])[0]!);
      sink.end();
      await closed(sink);
      assert.equal(readText(path), '1\n2\n3\n');
    });
  }

  it('waits for the page that is being written, and lets the next one wait', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const texts = records(4000, 200);
    const [first, second] = pagesOf(texts, 2000) as [Page, Page];
    const sink = jsonlFile(path);
    await stored(sink, pagesOf(['0'])[0]!);
    sink.write(first);
    renameSync(path, `${path}.1.gz`);
    const reopened = sink.reopen();
    sink.write(second);
    await reopened;
    sink.end();
    await closed(sink);
    assert.equal(readText(`${path}.1.gz`), `0\n${lines(texts.slice(0, 2000))}`);
    assert.equal(readText(path), lines(texts.slice(2000)));
    assert.equal(sink.stats.records, 4001);
  });

  it('leaves a file that nothing was written to as it is, and still replaces it with the first page', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    writeFileSync(path, 'yesterday\n');
    const sink = jsonlFile(path);
    await new Promise(setImmediate);
    await sink.reopen();
    assert.equal(readText(path), 'yesterday\n');
    await stored(sink, pagesOf(['1'])[0]!);
    assert.equal(readText(path), '1\n');
    sink.end();
    await closed(sink);
  });

  it('goes on in the old file when the path cannot be opened, and says so', async (t) => {
    for (const name of ['out.jsonl', 'out.jsonl.gz']) {
      const path = join(temporaryFolder(t), name);
      const sink = jsonlFile(path);
      await stored(sink, pagesOf(['1'])[0]!);
      renameSync(path, `${path}.1.gz`);
      mkdirSync(path);
      await assert.rejects(sink.reopen(), (error) => {
        assert.ok(error instanceof SinkError);
        assert.match(error.message, /^Cannot open \S+: it is a folder \(EISDIR\)\. One record of this run is stored/);
        return true;
      });
      await stored(sink, pagesOf(['2'])[0]!);
      rmSync(path, { recursive: true });
      await sink.reopen();
      await stored(sink, pagesOf(['3'])[0]!);
      sink.end();
      await closed(sink);
      assert.equal(readText(path), '3\n');
      const old = readFileSync(`${path}.1.gz`);
      assert.equal(name.endsWith('.gz') ? readText(`${path}.1.gz`) : old.toString(), '1\n2\n');
    }
  });

  it('does nothing after the end, and with a device', async (t) => {
    const sink = jsonlFile(join(temporaryFolder(t), 'out.jsonl'));
    sink.end();
    await closed(sink);
    await sink.reopen();
    const device = jsonlFile('/dev/null');
    await stored(device, pagesOf(['1'])[0]!);
    await device.reopen();
    await stored(device, pagesOf(['2'])[0]!);
    device.end();
    await closed(device);
    assert.equal(device.stats.records, 2);
  });

  it('lets go of the old file', { skip: process.platform !== 'linux' && 'only Linux lists open files' }, async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    const sink = jsonlFile(path);
    for (let n = 0; n < 20; n++) {
      await stored(sink, pagesOf([String(n)])[0]!);
      renameSync(path, `${path}.${n}`);
      await sink.reopen();
    }
    assert.equal(openFiles().filter((name) => name.startsWith(path)).length, 1);
    sink.end();
    await closed(sink);
    assert.equal(openFiles().filter((name) => name.startsWith(path)).length, 0);
  });
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
}
