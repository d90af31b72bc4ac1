import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import { batch, openSpool, openState, type Page, parse } from '../../../lib/index.js';
import { frameOf } from '../../support/messages.js';
import { tempFolder } from '../../support/temp-folder.js';

describe('a sink of files of your own, by what the package exports,', () => {
  for (const hasSpool of [false, true]) {
    it(`goes on where the run before came to: with a state${hasSpool ? ' and a spool' : ''}`, async (t) => {
      const feed = await ownFeed(t, hasSpool);
      await feed.run([0, 1, 2, 3, 4]);
      // As a run leaves it that dies before it has acknowledged what it wrote.
      appendFileSync(feed.output, '{"n":5}\n{"n":');
      const { position, told } = await feed.run([5, 6]);
      assert.equal(position?.sequence, 5);
      assert.deepEqual(feed.numbers(), [0, 1, 2, 3, 4, 5, 6]);
      assert.deepEqual(told, [`begin ${'{"n":0}\n'.length * 5}`, '5: file 40 to 56']);
      assert.equal(readFileSync(`${feed.output}.torn`, 'utf8'), '{"n":5}\n{"n":\n');
    });
  }

  it('takes nothing away of a file that it was not told of, and that a run has added to and not acknowledged', async (t) => {
    const feed = await ownFeed(t, false);
    appendFileSync(feed.output, '{"n":"before"}\n');
    // It begins, writes, and dies.
    await assert.rejects(feed.run([0, 1], { diesBeforeAcknowledging: true }), /died/);
    assert.deepEqual(feed.numbers(), ['before', 0, 1]);
    await feed.run([0, 1, 2]);
    assert.deepEqual(feed.numbers(), ['before', 0, 1, 2]);
  });

  it('may say where it begins when nobody asks', async (t) => {
    const output = join(await tempFolder(t), 'out.jsonl');
    const pages = Readable.from([frameOf('{"n":0}')])
      .pipe(parse())
      .pipe(batch());
    await pipeline(pages, new Lines(output, [], false));
    assert.equal(readFileSync(output, 'utf8'), '{"n":0}\n');
  });
});

/** As docs/library.md shows it. */
class Lines extends Writable {
  readonly #path: string;
  readonly #told: string[];
  readonly #dies: boolean;
  #handle: FileHandle | undefined;
  #hasBegun = false;

  constructor(path: string, told: string[], dies: boolean) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#path = path;
    this.#told = told;
    this.#dies = dies;
  }

  override _construct(callback: (error?: Error | null) => void): void {
    open(this.#path, 'a').then((handle) => {
      this.#handle = handle;
      callback();
    }, callback);
  }

  override _write(page: Page, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#store(page).then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    Promise.resolve(this.#handle?.close()).then(() => callback(error), callback);
  }

  async #store(page: Page): Promise<void> {
    const { size: start } = await this.#handle!.stat();
    if (!this.#hasBegun) {
      await page.begin({ path: this.#path, start });
      this.#told.push(`begin ${start}`);
    }
    this.#hasBegun = true;
    await this.#handle!.appendFile(page.bytes);
    if (this.#dies) throw new Error('died');
    const end = start + page.bytes.length;
    this.#told.push(`${page.frame(0).sequence}: file ${start} to ${end}`);
    page.acknowledge({ files: [{ path: this.#path, start, end, crc32: crc32(page.bytes) }] });
  }
}

async function ownFeed(t: TestContext, hasSpool: boolean) {
  const folder = await tempFolder(t);
  const output = join(folder, 'out.jsonl');
  return {
    output,
    numbers: () =>
      readFileSync(output, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { n: unknown }).n),
    async run(numbers: readonly number[], { diesBeforeAcknowledging = false } = {}) {
      const told: string[] = [];
      const state = await openState(join(folder, 'state'));
      const spool = hasSpool ? await openSpool(join(folder, 'spool'), { state }) : undefined;
      const { position } = spool ?? state;
      const frames = numbers.map((n) => frameOf(`{"n":${n}}`, { sequence: n, receivedAt: 1_000 + n }));
      const sink = new Lines(output, told, diesBeforeAcknowledging);
      const kept = spool === undefined ? [state.keep()] : [spool.keep(), state.keep()];
      try {
        await pipeline([Readable.from(frames), parse(), batch({ size: 5 }), ...kept, sink]);
      } finally {
        await spool?.close();
        await state.close();
      }
      return { position, told };
    },
  };
}
