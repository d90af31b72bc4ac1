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
    let failure: unknown;
    // Not `assert.rejects()`: it takes a promise of the error for the error.
    const stored = pages.store(pagesOf(['1'])[0]!).catch((reason: unknown) => {
      failure = reason;
    });
    await settle();
    file.answer(new Error('no space'));
    await stored;
    assert.ok(failure instanceof SinkError);
    assert.equal(failure.recordsWritten, 0);
    assert.deepEqual([file.writes, file.cuts], [['\n'], [0]]);
  });

  it('is mended once what was torn is cut off and the rest written anew', async () => {
    const { file, pages } = start('none', Buffer.from('1\n2\n3'));
    let isMended = false;
    const [ending, saved, torn] = [Buffer.alloc(0), Buffer.from('2\n'), Buffer.from('3')];
    const mended = pages.mend({ kind: 'torn', size: 5, keep: 2, ending, saved, torn }).then(() => {
      isMended = true;
    });
    await file.isAsked(1);
    assert.deepEqual([file.cuts, file.writes], [[2], ['2\n']]);
    await settle();
    assert.equal(isMended, false);
    file.answer();
    await mended;
    assert.equal(file.bytes.toString(), '1\n2\n');
  });

  it('ends what was written anew, though no page came', async () => {
    const { file, pages } = start('gzip', Buffer.from('torn'));
    const saved = Buffer.from('1\n');
    const mended = pages.mend({ kind: 'torn', size: 4, keep: 0, ending: NOTHING, saved, torn: NOTHING });
    await file.isAsked(1);
    file.answer();
    await mended;
    const ended = pages.end();
    await file.isAsked(2);
    file.answer();
    await ended;
    assert.equal(gunzipSync(file.bytes).toString(), '1\n');
  });

  it('begins no member that would lack its end when what was torn is cut off, and the first page fails', async () => {
    const { file, pages } = start('gzip', Buffer.from('torn'));
    await pages.mend({ kind: 'torn', size: 4, keep: 0, ending: NOTHING, saved: NOTHING, torn: NOTHING });
    const failed = assert.rejects(pages.store(pagesOf(['1'])[0]!), SinkError);
    await file.isAsked(1);
    file.answer(new Error('no space'));
    await failed;
    assert.deepEqual([file.bytes.length, file.cuts], [0, [0, 0]]);
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
    assert.deepEqual(file.cuts, [0]);
  });

  it('adds no ending to an empty file that was there when no page came', async () => {
    const { file, pages } = start('gzip', Buffer.alloc(0));
    await pages.end();
    assert.deepEqual(file.writes, []);
  });
});

const NOTHING = Buffer.alloc(0);

/** @param held what a file that was there holds; without it, it is new */
function start(compression: 'none' | 'gzip', held?: Buffer) {
  const file = new SlowFile(held);
  const account = new Account('out.jsonl');
  return {
    file,
    account,
    pages: new PageFile(file as unknown as OutputFile, { compression, level: undefined }, account, 0),
  };
}

/** A file in memory each of whose writes takes until it is answered; one of nothing is none. */
class SlowFile implements Pick<OutputFile, 'isNew' | 'size' | 'write' | 'cutBack' | 'cutTo'> {
  readonly isNew: boolean;
  readonly writes: string[] = [];
  readonly cuts: number[] = [];
  bytes: Buffer;
  answer: (error?: Error) => void = () => assert.fail('nothing is written');
  #onAsked = (): void => {};

  constructor(held: Buffer | undefined) {
    this.isNew = held === undefined;
    this.bytes = held ?? Buffer.alloc(0);
  }

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

  async cutBack(size: number): Promise<boolean> {
    await settle();
    await this.cutTo(size);
    return true;
  }

  cutTo(size: number): Promise<void> {
    this.cuts.push(size);
    this.bytes = this.bytes.subarray(0, size);
    return Promise.resolve();
  }
}
