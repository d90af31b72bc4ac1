import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { SinkError } from '../../../lib/errors.js';
import { jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import { settle } from '../../support/resources.js';
import { temporaryFolder } from '../files.js';
import { pagesOf } from '../pages.js';
import { closed, stored } from './stored.js';

describe('jsonlFile with fsync', () => {
  it('has all of a file forced to the disk, its ending too, before it finishes', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl.gz');
    const disk = await slowDisk(t);
    const sink = jsonlFile(path, { fsync: 'end' });
    await stored(sink, pagesOf(['1', '2'])[0]!);
    let hasFinished = false;
    sink.once('finish', () => {
      hasFinished = true;
    });
    sink.end();
    const answer = await disk.asked();
    assert.equal(gunzipSync(readFileSync(path)).toString(), '1\n2\n');
    await settle();
    assert.equal(hasFinished, false);
    answer();
    await closed(sink);
    assert.equal(hasFinished, true);
  });

  it('fails when the disk does not take it', async (t) => {
    const disk = await slowDisk(t);
    const sink = jsonlFile(join(temporaryFolder(t), 'out.jsonl'), { fsync: 'end' });
    await stored(sink, pagesOf(['1'])[0]!);
    const failed = new Promise<Error>((resolve) => sink.once('error', resolve));
    sink.end();
    (await disk.asked())(new Error('the disk is gone'));
    const error = await failed;
    assert.ok(error instanceof SinkError);
    assert.match(error.message, /^Cannot force to the disk .*the disk is gone/);
  });

  it('has each page on the disk before it is stored, with `page`', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    const disk = await slowDisk(t);
    const sink = jsonlFile(path, { fsync: 'page' });
    let isStored = false;
    const storing = stored(sink, pagesOf(['1'])[0]!).then(() => {
      isStored = true;
    });
    const answer = await disk.asked();
    assert.equal(readFileSync(path, 'utf8'), '1\n');
    await settle();
    assert.equal(isStored, false);
    answer();
    await storing;
    sink.end();
    (await disk.asked())();
    await closed(sink);
  });

  it('has nothing forced to the disk with `never`', async (t) => {
    const disk = await slowDisk(t);
    const sink = jsonlFile(join(temporaryFolder(t), 'out.jsonl'), { fsync: 'never' });
    await stored(sink, pagesOf(['1'])[0]!);
    sink.end();
    await closed(sink);
    assert.equal(disk.waiting.length, 0);
  });
});

/** Has each `fsync` of the test take until it is answered. */
async function slowDisk(t: TestContext) {
  const waiting: ((error?: Error) => void)[] = [];
  let onAsked = (): void => {};
  const handle = await open(import.meta.filename);
  const prototype = Object.getPrototypeOf(handle) as { sync(): Promise<void> };
  await handle.close();
  t.mock.method(prototype, 'sync', () => {
    return new Promise<void>((resolve, reject) => {
      waiting.push((error) => (error === undefined ? resolve() : reject(error)));
      onAsked();
    });
  });
  return {
    /** The answers to those that were asked for. */
    waiting,
    /** Resolves with the answer to the next one that is asked for. */
    async asked(): Promise<(error?: Error) => void> {
      while (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          onAsked = resolve;
        });
      }
      return waiting.shift()!;
    },
  };
}
