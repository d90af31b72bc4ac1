/** A run with a spool and a state into a sink that takes its time: `URL FOLDER MS [MAX]`. */
import { openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { createSource, openSpool, openState, type Page } from '../../../lib/index.js';

const [url, folder, ms, most] = process.argv.slice(2) as [string, string, string, string?];
const path = join(folder, 'out.jsonl');
const state = await openState(join(folder, 'state'));
const spool = await openSpool(join(folder, 'spool'), { state });
const limit = most === undefined ? { unbounded: true } : { maxMessages: Number(most) };
const source = createSource(
  { url, ...limit, batchSize: 20, lingerMs: 2, gaps: 'records' },
  { position: spool.position },
);
const fd = openSync(path, 'a');
let hasBegun = false;
const sink = new Writable({
  objectMode: true,
  highWaterMark: 1,
  write(page: Page, _encoding, callback) {
    setTimeout(() => void store(page).then(() => callback(), callback), Number(ms));
  },
});
try {
  await pipeline(source.pages(), spool.keep(), state.keep(), sink);
} finally {
  await spool.close();
  await state.close();
}

async function store(page: Page): Promise<void> {
  const { bytes } = page;
  const start = statSync(path as string).size;
  // What stands in the file from there on, and is not acknowledged, the next run takes away.
  if (!hasBegun) await page.begin({ path: path as string, start });
  hasBegun = true;
  writeSync(fd, bytes);
  page.acknowledge({ files: [{ path: path as string, start, end: start + bytes.length, crc32: crc32(bytes) }] });
}
