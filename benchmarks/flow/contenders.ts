/**
 * What is compared: each takes a feed's URL and resolves to the number of records that it has handled. Those of
 * spillway come from `dist`, as a user runs them.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import split2 from 'split2';
import WebSocket, { createWebSocketStream } from 'ws';
import type * as Spillway from '../../lib/index.js';

/** What a contender is given. */
export interface Task {
  readonly url: string;
  /** A file to write to. */
  readonly path: string;
}

/** The contenders that run in a process of ours, by name. */
export const CONTENDERS: Readonly<Record<string, (task: Task) => Promise<number>>> = {
  'ws alone, frames thrown away': ({ url }) => onMessage(url, () => {}),
  'bare loop: ws + JSON.parse': ({ url }) => onMessage(url, (data) => JSON.parse(data.toString())),
  'createWebSocketStream + split2(JSON.parse)': async ({ url }) => {
    const count = counter();
    await pipeline(createWebSocketStream(connect(`${url}/lines`)), split2(JSON.parse), count.sink(1));
    return count.total;
  },
  'bare loop to a file: ws + JSON.parse + JSON.stringify': async ({ url, path }) => {
    const file = createWriteStream(path);
    const records = await onMessage(url, (data) => file.write(`${JSON.stringify(JSON.parse(data.toString()))}\n`));
    file.end();
    await once(file, 'close');
    return records;
  },
  'spillway, fused to pages': async ({ url }) => {
    const { createSource } = await spillway();
    let records = 0;
    for await (const page of createSource({ url, unbounded: true }).pages()) records += page.length;
    return records;
  },
  'spillway, fused to pages, all values': async ({ url }) => {
    const { createSource } = await spillway();
    let records = 0;
    for await (const page of createSource({ url, unbounded: true }).pages()) records += page.records.length;
    return records;
  },
  'spillway, fused to a JSONL file': async ({ url, path }) => {
    const { createSource, jsonlFile } = await spillway();
    const source = createSource({ url, unbounded: true });
    await pipeline(source.pages(), jsonlFile(path));
    return source.stats.records;
  },
  'spillway, fused with envelope to a JSONL file': async ({ url, path }) => {
    const { createSource, jsonlFile } = await spillway();
    const source = createSource({ url, unbounded: true, envelope: true });
    await pipeline(source.pages(), jsonlFile(path));
    return source.stats.records;
  },
  'spillway, by hand to a JSONL file': async ({ url, path }) => {
    const { batch, jsonlFile, parse, WebSocketReadable } = await spillway();
    const batched = batch();
    await pipeline(new WebSocketReadable(url), parse(), batched, jsonlFile(path));
    return batched.records;
  },
};

function connect(url: string): WebSocket {
  return new WebSocket(url, { perMessageDeflate: false });
}

async function onMessage(url: string, work: (data: Buffer) => unknown): Promise<number> {
  const ws = connect(url);
  let records = 0;
  ws.on('message', (data) => {
    work(data as Buffer);
    records += 1;
  });
  await once(ws, 'close');
  return records;
}

function counter() {
  let total = 0;
  return {
    get total() {
      return total;
    },
    sink: (each: number) =>
      new Writable({
        objectMode: true,
        write(_chunk, _encoding, callback) {
          total += each;
          callback();
        },
      }),
  };
}

async function spillway(): Promise<typeof Spillway> {
  return (await import(new URL('../../dist/index.js', import.meta.url).href)) as typeof Spillway;
}
