// A spool whose sink is stuck while hundreds of megabytes come, in a process of its own, so that its memory is its own. Arguments: the
// folder, and how many pages come. It prints one JSON object with what `Report` holds. Run it with --expose-gc.
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { resolveBatchOptions } from '../../../lib/batch/options.js';
import { BatchStep } from '../../../lib/batch/step.js';
import { ReceivedFrame } from '../../../lib/frame/received-frame.js';
import { acknowledging, openSpool, type Page } from '../../../lib/index.js';
import { JsonCheck } from '../../../lib/json/check.js';

export interface Report {
  /** Records that the sink was given in the end, in order. */
  readonly records: number;
  /** What waited when all had come, on the disk, in bytes. */
  readonly waiting: number;
  /** Resident memory in bytes, after a garbage collection: when a tenth had come, all had, and all was delivered. */
  readonly rss: readonly [early: number, late: number, end: number];
}

const [folder, count] = process.argv.slice(2) as [string, string];
const pages = Number(count);
const spool = await openSpool(folder, { reusePages: true });
const keep = spool.keep();
let letGo = (): void => {};
const stuck = new Promise<void>((resolve) => {
  letGo = resolve;
});
let records = 0;
const sink = new Writable({
  objectMode: true,
  highWaterMark: 1,
  write(page: Page, _encoding, callback) {
    const check = (): void => {
      const [first] = page.records as [{ n: number }];
      const isNext = first.n === records;
      records += page.length;
      page.release();
      callback(isNext ? null : new Error(`${first.n} came behind ${records} records`));
    };
    void stuck.then(check);
  },
});
const running = pipeline(keep, acknowledging(sink));
const filler = 'x'.repeat(1_000);
const check = new JsonCheck();
const batch = new BatchStep(resolveBatchOptions({ size: 500 }), true);
const rss: number[] = [];
let n = 0;
for (let page = 0; page < pages; page++) {
  let full: Page | undefined;
  while (full === undefined) {
    const data = Buffer.from(`{"n":${n},"filler":"${filler}"}`);
    check.check(data, 0, data.length);
    full = batch.addText(new ReceivedFrame(data, false, 1_000 + n, 'ws://127.0.0.1/', 1, n), data, check, 'number');
    n += 1;
  }
  await new Promise<void>((resolve) => void keep.write(full, () => resolve()));
  // As a socket does, it lets others have their turn.
  await nextTurn();
  if (page === Math.floor(pages / 10)) rss.push(memory());
}
rss.push(memory());
const waiting = spool.backlog.bytes;
letGo();
keep.end();
await running;
rss.push(memory());
await spool.close();
const report: Report = { records, waiting, rss: rss as unknown as Report['rss'] };
console.log(JSON.stringify(report));

function memory(): number {
  global.gc?.();
  return process.memoryUsage.rss();
}
