/**
 * What is compared, each in a process of its own: `node contend.js NAME URL PATH`; `node contend.js` names them. Plain
 * JavaScript, so that nothing but the contender runs. Those of spillway come from `dist`, as a user runs them. Prints
 * the number of records that were handled, and the peak of resident memory, as JSON.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import split2 from 'split2';
import WebSocket, { createWebSocketStream } from 'ws';
import { batch, createSource, jsonlFile, parse, WebSocketReadable } from '../../dist/index.js';

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
    const source = createSource({ url, unbounded: true });
    await pipeline(source.pages(), jsonlFile(path));
    return source.stats.records;
  },
  'spillway, fused to a JSONL file, pages reused': async (url, path) => {
    const source = createSource({ url, unbounded: true }, { reusePages: true });
    await pipeline(source.pages(), jsonlFile(path));
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
    await pipeline(new WebSocketReadable(url), parse(), batched, jsonlFile(path));
    return batched.records;
  },
};

/** On feeds whose trades are numbered, each another text, which come slower: compared by CPU time alone, in `against.ts`. */
const ON_NUMBERED_FEEDS = {
  'spillway, fused to a JSONL file, with pings, a sequence check and gap records': (url, path) =>
    watched(`${url}/numbered`, { path: 't' }, path),
  'spillway, the same with a sequence for each of 8 symbols': (url, path) =>
    watched(`${url}/numbered-by-symbol`, { path: 't', key: 's' }, path),
};

/** A fused run to a file that tells every gap; there is none. */
async function watched(url, sequence, path) {
  const clocks = { ping_interval: 1, pong_timeout: 5, stale_timeout: 5 };
  const source = createSource({ url, unbounded: true, ...clocks, sequence, gaps: 'records' });
  await pipeline(source.pages(), jsonlFile(path));
  const { gaps, records, sequence: found } = source.stats;
  if (gaps + found.repeated + found.backwards > 0) throw new Error(`There is no hole, but ${JSON.stringify(found)}.`);
  return records;
}

function connect(url) {
  return new WebSocket(url, { perMessageDeflate: false });
}

async function onMessage(url, work) {
  const ws = connect(url);
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
  const records = await { ...CONTENDERS, ...ON_NUMBERED_FEEDS }[name](url, path);
  console.log(JSON.stringify({ records, maxRssMiB: process.resourceUsage().maxRSS / 1024 }));
}
