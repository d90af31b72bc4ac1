/**
 * Carries a feed into Kafka, in a process of its own, so that its memory is its own: `carry.ts TASK`, the task as JSON.
 * Prints what it sees as JSON, a line at a time, and last of all how it ended.
 */
import { pipeline } from 'node:stream/promises';
import { type NotGiven, notGiven } from '../../../lib/cli/report/not-given.js';
import { createSource, openSpool, SinkError } from '../../../lib/index.js';
import type { KafkaOptions, KafkaReport } from '../../../lib/sink/kafka/index.js';
import { clients } from '../clients.js';

export interface Task {
  readonly url: string;
  readonly client: string;
  readonly options: KafkaOptions;
  /** The folder of a spool, when there is one. */
  readonly spool?: string | undefined;
}

/** What is seen in between. */
export interface Sight {
  readonly received: number;
  readonly acknowledged: number;
  readonly retries: number;
  readonly isPaused: boolean;
  readonly rss: number;
  /** What is alive after a full collection, in the heap and outside it; with `--expose-gc` alone, else 0. */
  readonly live: number;
}

/** How it ended. */
export interface End extends KafkaReport {
  readonly received: number;
  readonly notGiven: NotGiven | undefined;
  /** The message and the code of what the run failed with. */
  readonly error: { readonly message: string; readonly code: string | undefined } | undefined;
}

const { url, client, options, spool: folder } = JSON.parse(process.argv[2] as string) as Task;
const spool = folder === undefined ? undefined : await openSpool(folder, { drainTimeoutMs: options.drainTimeoutMs });
const source = createSource({ url, unbounded: true, batch_size: 500, max_buffered_bytes: 1024 * 1024 });
const { open } = clients.find(({ name }) => name === client)!;
const sink = open(options);
const live = (): number => {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
let sights = 0;
const timer = setInterval(() => {
  const { frames, paused } = source.stats;
  const { records } = sink.stats;
  const sight: Sight = {
    received: frames,
    acknowledged: records,
    retries: sink.stats.retries,
    isPaused: paused,
    rss: process.memoryUsage.rss(),
    live: globalThis.gc !== undefined && sights++ % 10 === 0 ? live() : 0,
  };
  console.log(JSON.stringify(sight));
}, 20);
const closed = new Promise((resolve) => sink.once('close', resolve));
const between = spool === undefined ? [] : [spool.keep()];
const error = await pipeline([source.pages(), ...between, sink]).then(
  () => undefined,
  (reason: Error) => reason,
);
await closed;
await spool?.close();
clearInterval(timer);
const end: End = {
  ...sink.report(),
  received: source.stats.records,
  notGiven: notGiven(source, sink.report()),
  error: error && { message: error.message, code: error instanceof SinkError ? error.code : undefined },
};
console.log(JSON.stringify({ end }));
