import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { createSource, jsonlFile, type Page, type SourceConfig, stdout } from '../../lib/index.js';
import { feed } from '../support/feed.js';
import { tempFolder } from '../support/temp-folder.js';

const RECORDS = 20_000;
const text = (n: number): string => `{"n":${n},"pad":"${'x'.repeat(n % 97)}"}`;
const EXPECTED = Array.from({ length: RECORDS }, (_, n) => `${text(n)}\n`).join('');
const PASSED = Array.from({ length: RECORDS }, (_, n) => (n % 3 === 0 ? `${text(n)}\n` : '')).join('');
const third = {
  type: 'filter',
  config: { path: 'n', op: 'in', value: Array.from({ length: 100 }, (_, k) => 3 * k) },
} as const;

for (const [what, config, expected] of [
  ['pages of any size', { batch_size: 37 }, EXPECTED],
  ['pages by default', {}, EXPECTED],
  ['a filter', { transforms: [third], batch_size: 10 }, PASSED.slice(0, PASSED.indexOf('{"n":300,'))],
] as const satisfies readonly (readonly [string, Partial<SourceConfig>, string])[]) {
  test(`with pages whose memory is used again, a file, a compressed one and a slow reader get every byte: ${what}`, async (t) => {
    const folder = await tempFolder(t);
    const server = await feed(t, async (client) => {
      await client.sendMany(Array.from({ length: RECORDS }, (_, n) => text(n)));
      await client.close(1000);
    });
    const read: Buffer[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      write(bytes: Buffer, _encoding, callback) {
        void setImmediate().then(() => {
          // As late as can be: by then nobody may have written over it.
          read.push(Buffer.from(bytes));
          callback();
        });
      },
    });
    const files = ['a.jsonl', 'a.jsonl.gz'].map((name) => join(folder, name));
    for (const sink of [...files.map((path) => jsonlFile(path)), stdout({ stream: slow })]) {
      const source = createSource({ url: server.url, unbounded: true, ...config }, { reusePages: true });
      await pipeline(source.pages(), sink);
    }
    assert.equal(readFileSync(files[0]!, 'utf8'), expected);
    assert.equal(gunzipSync(readFileSync(files[1]!)).toString(), expected);
    assert.equal(Buffer.concat(read).toString(), expected);
  });
}

test('a page that is not released keeps its memory, and one that is released gives it to a later page', async (t) => {
  const server = await feed(t, async (client) => {
    await client.sendMany(Array.from({ length: RECORDS }, (_, n) => text(n)));
    await client.close(1000);
  });
  const kept: { readonly page: Page; readonly text: string }[] = [];
  const memories = new Set<ArrayBufferLike>();
  let pages = 0;
  const source = createSource(
    { url: server.url, unbounded: true, batch_size: 10, linger: 'none' },
    { reusePages: true },
  );
  for await (const page of source.pages()) {
    memories.add(page.bytes.buffer);
    if (pages++ % 100 === 0) kept.push({ page, text: page.bytes.toString() });
    else page.release();
  }
  assert.deepEqual(
    kept.map(({ page }) => page.bytes.toString()),
    kept.map(({ text }) => text),
  );
  assert.ok(memories.size < pages / 4, `${memories.size} buffers for ${pages} pages`);
});
