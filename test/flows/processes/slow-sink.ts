// Takes a flood into a sink that stalls at random, in a process of its own, so that its memory is its own. Argument:
// JSON of what `Task` holds. It prints one JSON object with what `Report` holds. Run it with --expose-gc.
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSource, type Page } from '../../../lib/index.js';
import { ROUND, ROUND_PAGE } from '../support/round.js';
import { randomNumbers } from '../support/seed.js';

export interface Task {
  readonly url: string;
  readonly frames: number;
  readonly isFused: boolean;
  readonly isDeflated: boolean;
  readonly seed: number;
}

export interface Report {
  readonly records: number;
  /** How often the sink was slow enough to hold the socket. */
  readonly pauses: number;
  /** Resident memory in bytes, after a garbage collection: at each per cent of the run, from 1 on. */
  readonly rss: readonly number[];
}

const { url, frames, isFused, isDeflated, seed } = JSON.parse(process.argv[2]!) as Task;
const below = randomNumbers(seed);
const source = createSource({
  url: isDeflated ? `${url}/deflated` : url,
  per_message_deflate: isDeflated,
  max_messages: frames,
  batch_size: ROUND.length,
  linger: 'none',
});
const streams = isFused ? [source.pages()] : source.stages();
let pauses = 0;
(streams[0] as ReturnType<typeof source.pages>).on('paused', () => pauses++);
let records = 0;
const rss: number[] = [];

const sink = new Writable({
  objectMode: true,
  highWaterMark: 1,
  write(page: Page, _encoding, callback) {
    // Every page is one whole round, so nothing was lost, doubled or swapped.
    if (!page.bytes.equals(ROUND_PAGE)) {
      callback(new Error(`The page behind record ${records} is not one round of the flood: ${page.text(0)}`));
      return;
    }
    records += page.length;
    if (records >= ((rss.length + 1) * frames) / 100) {
      global.gc?.();
      rss.push(process.memoryUsage.rss());
    }
    stall(turnsOf(), callback);
  },
});

/** Mostly not at all, often a little, now and then long enough for all buffers to fill. */
function turnsOf(): number {
  const kind = below(100);
  if (kind < 70) return 0;
  return kind < 98 ? below(10) : below(500);
}

function stall(turns: number, callback: () => void): void {
  if (turns === 0) callback();
  else setImmediate(stall, turns - 1, callback);
}

await pipeline([...streams, sink]);
const report: Report = { records, pauses, rss };
console.log(JSON.stringify(report));
