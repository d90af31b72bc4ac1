/**
 * A run that resumes, into a file whose pages are held back: `URL FOLDER fused|stages`. Some pages are let through, then nothing is, until the
 * socket is paused for that; then one page is, and no more. It says how many frames it had received when that one was stored.
 */
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSource, jsonlFile, openState, type Page } from '../../../lib/index.js';

const [url, folder, arrangement] = process.argv.slice(2) as [string, string, string];
const state = await openState(join(folder, 'state'));
const source = createSource(
  {
    ...{ url, unbounded: true, batchSize: 20, linger: 'none' },
    resume: { values: { n: { path: 'n' } }, into: { query: { after: '{n}' } } },
  },
  { position: state.position },
);
const streams = arrangement === 'fused' ? [source.pages()] : source.stages();
const first = streams[0] as ReturnType<typeof source.pages>;
const paused = new Promise<void>((resolve) => void first.once('paused', () => resolve()));
let pages = 0;
const held = new Transform({
  objectMode: true,
  highWaterMark: 1,
  transform(page: Page, _encoding, callback) {
    pages += 1;
    if (pages < HELD) callback(null, page);
    else if (pages === HELD) void paused.then(() => callback(null, page));
    // This one is never handed on: the one before it is stored by the time that the ledger has it.
    else console.log(source.stats.frames);
  },
});
const HELD = 5;
await pipeline([...streams, state.keep(), held, jsonlFile(join(folder, 'out.jsonl'), { append: true })]);
