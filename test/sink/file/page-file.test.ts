import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { SinkError } from '../../../lib/errors.js';
import { Account } from '../../../lib/sink/file/account.js';
import type { OutputFile } from '../../../lib/sink/file/output-file.js';
import { PageFile } from '../../../lib/sink/file/page-file.js';
import { settle } from '../../support/resources.js';
import { pagesOf } from '../pages.js';

describe('PageFile', () => {
  it('writes a page behind what goes in front of it, and counts it once both are in the file', async () => {
    const { file, pages, account } = start('none');
    pages.lead(Buffer.from('\n'));
    const stored = pages.store(pagesOf(['1', '2'])[0]!);
    await settle();
    assert.deepEqual(file.writes, ['\n']);
    file.answer();
    await settle();
    assert.deepEqual(file.writes, ['\n', '1\n2\n']);
    assert.deepEqual([pages.records, account.pages], [0, 0]);
    file.answer();
    await stored;
    assert.deepEqual([pages.records, account.pages], [2, 1]);
  });

  it('writes no page behind what could not go in front of it', async () => {
    const { file, pages } = start('none');
    pages.lead(Buffer.from('\n'));
    const stored = pages.store(pagesOf(['1'])[0]!);
    const failed = assert.rejects(stored, (error) => error instanceof SinkError && error.recordsWritten === 0);
    await settle();
    file.answer(new Error('no space'));
    await failed;
    assert.deepEqual([file.writes, file.cuts], [['\n'], [0]]);
  });

  it('has ended once its ending is in the file', async () => {
    const { file, pages } = start('gzip');
    const stored = pages.store(pagesOf(['1'])[0]!);
    await file.isAsked(1);
    file.answer();
    await stored;
    let hasEnded = false;
    const ended = pages.end().then(() => {
      hasEnded = true;
    });
    await file.isAsked(2);
    await settle();
    assert.equal(hasEnded, false);
    file.answer();
    await ended;
    assert.equal(gunzipSync(file.bytes).toString(), '1\n');
  });

  it('tells an ending that could not be written', async () => {
    const { file, pages } = start('gzip');
    const failed = assert.rejects(pages.end(), /The ending of a gzip file is missing/);
    await file.isAsked(1);
    file.answer(new Error('no space'));
    await failed;
  });
});

function start(compression: 'none' | 'gzip') {
  const file = new SlowFile();
  const account = new Account('out.jsonl');
  return { file, account, pages: new PageFile(file as unknown as OutputFile, compression, account, 0) };
}

/** A file in memory each of whose writes takes until it is answered; one of nothing is none. */
class SlowFile implements Pick<OutputFile, 'isNew' | 'size' | 'write' | 'cutBack'> {
  readonly isNew = true;
  readonly writes: string[] = [];
  readonly cuts: number[] = [];
  bytes = Buffer.alloc(0);
  answer: (error?: Error) => void = () => assert.fail('nothing is written');
  #onAsked = (): void => {};

  get size(): number {
    return this.bytes.length;
  }

  write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return Promise.resolve();
    this.writes.push(bytes.toString());
    this.#onAsked();
    return new Promise((resolve, reject) => {
      this.answer = (error) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        this.bytes = Buffer.concat([this.bytes, bytes]);
        resolve();
      };
    });
  }

  /** Resolves with the write of this number: 1, 2, … */
  async isAsked(number: number): Promise<void> {
    while (this.writes.length < number) {
      await new Promise<void>((resolve) => {
        this.#onAsked = resolve;
      });
    }
  }

  cutBack(size: number): Promise<boolean> {
    this.cuts.push(size);
    this.bytes = this.bytes.subarray(0, size);
    return Promise.resolve(true);
  }
}
