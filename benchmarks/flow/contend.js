/**
 * What is compared, each in a process of its own: `node contend.js NAME URL PATH`; `node contend.js` names them. Plain
 * JavaScript, so that nothing but the contender runs. Those of spillway come from `dist`, as a user runs them. Prints
 * the number of records that were handled, and the peak of resident memory, as JSON.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import split2 from 'split2';
import WebSocket, { createWebSocketStream } from 'ws';
import { batch, createSource, jsonlFile, openSpool, openState, parse, WebSocketReadable } from '../../dist/index.js';

/** Whether the feed is compressed, and all of them say that they can take that. */
const isDeflated = process.env.DEFLATE === '1';

const CONTENDERS = {
  'ws alone, frames thrown away': (url) => onMessage(url, () => {}),
  'bare loop: ws + JSON.parse': (url) => onMessage(url, (data) => JSON.parse(data.toString())),
  'createWebSocketStream + split2(JSON.parse)': async (url) => {
    let records = 0;
    const sink = new Writable({
      objectMode: true,
      write(_value, _encoding, callback) {
        records += 1;
        callback();
      },
    });
    await pipeline(createWebSocketStream(connect(`${url}/lines`)), split2(JSON.parse), sink);
    return records;
  },
  'bare loop to a file: ws + JSON.parse + JSON.stringify': async (url, path) => {
    const file = createWriteStream(path);
    const records = await onMessage(url, (data) => file.write(`${JSON.stringify(JSON.parse(data.toString()))}\n`));
    file.end();
    await once(file, 'close');
    return records;
  },
  'bare loop to a file: ws + JSON.parse, its text': async (url, path) => {
    const file = createWriteStream(path);
    const records = await onMessage(url, (data) => {
      const text = data.toString();
      JSON.parse(text);
      file.write(`${text}\n`);
    });
    file.end();
    await once(file, 'close');
    return records;
  },
  'spillway, fused to pages': async (url) => {
    let records = 0;
    for await (const page of createSource({ url, unbounded: true }).pages()) records += page.length;
    return records;
  },
  'spillway, fused to pages, all values': async (url) => {
    let records = 0;
    for await (const page of createSource({ url, unbounded: true }).pages()) records += page.records.length;
    return records;
  },
  'spillway, fused to a JSONL file': async (url, path) => {
    const source = createSource({ url, unbounded: true, per_message_deflate: isDeflated });
    await pipeline(source.pages(), jsonlFile(path));
    return source.stats.records;
  },
  'spillway, fused to a JSONL file, pages reused': async (url, path) => {
    const source = createSource({ url, unbounded: true, per_message_deflate: isDeflated }, { reusePages: true });
    await pipeline(source.pages(), jsonlFile(path));
    return source.stats.records;
  },
  'spillway, fused to a JSONL file, with a state': async (url, path) =>
    kept(url, path, await openState(`${path}.state-${process.pid}`)),
  'spillway, fused to a JSONL file, with a spool': async (url, path) =>
    kept(url, path, await openSpool(`${path}.spool-${process.pid}`)),
  'spillway, fused to a JSONL file, that resumes': async (url, path) => {
    const source = createSource({ url, unbounded: true, resume: RESUME });
    await pipeline(withCursors(source.pages()), jsonlFile(path));
    return source.stats.records;
  },
  'spillway, fused to a JSONL file, by a filter that drops half': async (url, path) => {
    const transforms = [{ type: 'filter', config: { path: 'm', op: 'eq', value: true } }];
    const source = createSource({ url, unbounded: true, transforms });
    await pipeline(source.pages(), jsonlFile(path));
    const { records, filtered } = source.stats;
    if (Math.abs(records / (records + filtered) - 0.5) > 0.02) throw new Error(`${filtered} is not half.`);
    return records + filtered;
  },
  'spillway, fused with envelope to a JSONL file': async (url, path) => {
    const source = createSource({ url, unbounded: true, envelope: true });
    await pipeline(source.pages(), jsonlFile(path));
    return source.stats.records;
  },
  'spillway, by hand to a JSONL file': async (url, path) => {
    const batched = batch();
    await pipeline(new WebSocketReadable(url, { perMessageDeflate: isDeflated }), parse(), batched, jsonlFile(path));
    return batched.records;
  },
  'spillway, by hand to a JSONL file, that resumes': async (url, path) => {
    const batched = batch();
    await pipeline(new WebSocketReadable(url, { resume: RESUME }), parse(), withCursors(batched), jsonlFile(path));
    return batched.records;
  },
};

/** Every record has a cursor. */
const RESUME = { values: { cursor: { path: 't' } }, into: { query: { cursor: '{cursor}' } } };

/** Each page has one. */
function withCursors(pages) {
  return pages.on('data', ({ cursor }) => {
    if (cursor?.values.cursor === undefined) throw new Error('There is a page without a cursor.');
  });
}

/**
 * Compared by CPU time alone, in `against.ts`: on feeds whose trades are numbered, each another text, which come slower; and
 * where most of a feed is dropped.
 */
const BY_CPU_TIME = {
  'spillway, fused to pages, of which few are taken and the oldest dropped': (url) => seldom(url, 'drop_oldest'),
  'spillway, fused to pages, of which few are taken and the newest dropped': (url) => seldom(url, 'drop_newest'),
  'spillway, fused to a JSONL file, with pings, a sequence check and gap records': (url, path) =>
    watched(`${url}/numbered`, { path: 't' }, path),
  'spillway, the same with a sequence for each of 8 symbols': (url, path) =>
    watched(`${url}/numbered-by-symbol`, { path: 't', key: 's' }, path),
};

/** A fused run to a file whose pages a ledger or a spool keeps, as the command does it. */
async function kept(url, path, keeper) {
  const source = createSource({ url, unbounded: true }, { position: keeper.position, reusePages: true });
  await pipeline(source.pages(), keeper.keep(), jsonlFile(path));
  await keeper.close();
  return source.stats.records;
}

/** The same feed plain, and with permessage-deflate: compared by CPU time alone, in `deflate.ts`. */
const ON_DEFLATED_FEEDS = {
  'spillway, compressed, to a JSONL file': async (url, path) => {
    const source = createSource({ url: `${url}/deflated`, unbounded: true, per_message_deflate: true });
    await pipeline(source.pages(), jsonlFile(path));
    return source.stats.records;
  },
  'ws alone, compressed, frames thrown away': (url) => onMessage(`${url}/deflated`, () => {}, true),
};

/** A consumer of a hundred pages a second, while all else is dropped. */
async function seldom(url, overflow) {
  const source = createSource({ url, unbounded: true, overflow });
  let records = 0;
  for await (const page of source.pages()) {
    records += page.length;
    await sleep(10);
  }
  if (source.stats.dropped < records) throw new Error(`Only ${source.stats.dropped} were dropped.`);
  return records + source.stats.dropped;
}

/** A fused run to a file that tells every gap; there is none. */
async function watched(url, sequence, path) {
  const clocks = { ping_interval: 1, pong_timeout: 5, stale_timeout: 5 };
  const source = createSource({ url, unbounded: true, ...clocks, sequence, gaps: 'records' });
  await pipeline(source.pages(), jsonlFile(path));
  const { gaps, records, sequence: found } = source.stats;
  if (gaps + found.repeated + found.backwards > 0) throw new Error(`There is no hole, but ${JSON.stringify(found)}.`);
  return records;
}

function connect(url, perMessageDeflate = false) {
  return new WebSocket(url, { perMessageDeflate });
}

async function onMessage(url, work, perMessageDeflate = isDeflated) {
  const ws = connect(url, perMessageDeflate);
  let records = 0;
  ws.on('message', (data) => {
    work(data);
    records += 1;
  });
  await once(ws, 'close');
  return records;
}

const [name, url, path] = process.argv.slice(2);
if (name === undefined) console.log(JSON.stringify(Object.keys(CONTENDERS)));
else {
  const records = await { ...CONTENDERS, ...BY_CPU_TIME, ...ON_DEFLATED_FEEDS }[name](url, path);
  console.log(JSON.stringify({ records, maxRssMiB: process.resourceUsage().maxRSS / 1024 }));
}
