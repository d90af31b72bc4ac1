import type { Writable } from 'node:stream';
import type { ResolvedSinkConfig, SinkType } from '../config/sinks/kinds.js';
import type { KafkaReport } from '../sink/kafka/report.js';

/** A sink, ready for `pipeline()`. */
export interface OpenSink {
  readonly stream: SinkWritable;
  /** Where the records are, for people: `out/trades.jsonl`. */
  readonly target: string;
  /** Whether it writes to a terminal, where a status line would get between the records. */
  readonly isOnTerminal: boolean;
  /** How the delivery went, for sinks whose target says what it took. */
  readonly delivery?: () => KafkaReport;
  /** Whether it writes by threads, which `process.exit()` waits for. */
  readonly hasThreads: boolean;
}

/** What every sink is: a Writable of pages that counts what it has stored. */
type SinkWritable = Writable & {
  readonly stats: { readonly records: number };
  /** Whether who read from it went away, so that what comes is dropped. */
  readonly isBroken?: boolean;
};

/**
 * The sink that a pipeline file names. It is loaded when it is used.
 *
 * @throws {ConfigError} when this machine cannot do what is configured
 */
export function openSink(config: ResolvedSinkConfig, run: RunFacts = {}): Promise<OpenSink> {
  const open: (config: never, run: RunFacts) => Promise<OpenSink> = OPEN[config.type];
  return open(config as never, run);
}

/** What a sink may want to know of the run. */
interface RunFacts {
  /** What the feed is called. */
  readonly feed?: string | undefined;
}

/** One line a sink: what its `type` stands for. */
const OPEN: {
  readonly [T in SinkType]: (config: Extract<ResolvedSinkConfig, { type: T }>, run: RunFacts) => Promise<OpenSink>;
} = {
  async jsonl({ path, type: _, ...options }) {
    const { jsonlFile } = await import('../sink/jsonl-file.js');
    return { stream: jsonlFile(path, options), target: path, isOnTerminal: false, hasThreads: true };
  },
  async kafka({ type: _, deadLetterPath, ...options }, { feed }) {
    const { openKafkaSink } = await import('./kafka-sink.js');
    return openKafkaSink({ ...options, feed }, deadLetterPath);
  },
  async stdout({ type: _, ...options }) {
    const { stdout } = await import('../sink/stdout.js');
    const { destination } = options;
    const target = destination === 'stdout' ? 'standard output' : 'standard error';
    return { stream: stdout(options), target, isOnTerminal: process[destination].isTTY === true, hasThreads: false };
  },
};
