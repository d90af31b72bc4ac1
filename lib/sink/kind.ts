import type { Writable } from 'node:stream';
import type { KeptFiles } from '../batch/sink-position.js';
import type { StoredPosition } from '../batch/stored-position.js';
import type { FaucetTerms } from '../config/faucet/terms.js';
import type { DeadLetterFiles } from '../config/fields/letter-files.js';
import { type FieldsOf, fieldsOf, keysWhere } from '../config/fields/option-surface.js';
import type { JsonSchema } from '../internal/json-schema.js';
import type { Logger } from '../internal/logger.js';
import type { OptionTable } from '../internal/options/option.js';
import type { LetterRules } from '../parse/letter-writable.js';
import type { SinkCheck } from './check.js';
import type { FileReport, OpenFileReport } from './file/live-file.js';
import type { KafkaReport } from './kafka/delivery/report.js';
import type { isOutOfTime } from './page-sink.js';
import type { RolledReport } from './rolled/rolled-folder.js';

/**
 * All that a pipeline file and the commands need to know of a sink, in the sink's own folder. `Config` is what its
 * configuration comes to. What only a run of this sink needs is loaded by `open` and `check`, when they are called.
 */
export interface SinkKind<Config extends object> {
  /** Every key of its `config`, as files write it. */
  readonly keys: OptionTable;
  /** The JSON Schema of that: what {@link sinkSchema} makes of the keys. */
  readonly schema: SinkSchema;
  /** What the original's sink of this name takes beyond ours, from the top of its `config`. */
  readonly faucet: readonly FaucetTerms[];
  /** Whether it can go on in another file, under the same name, while it runs: `--on-hangup reopen`. */
  readonly isReopenable: boolean;
  /** The terms of code for a valid configuration, with defaults filled in. */
  resolve(given: object): Config;
  /** Where the records go, for people, before it is opened. */
  placeOf(config: Config): string;
  /**
   * Looks at what can be told without opening or connecting anything.
   *
   * @throws {ConfigError} when this machine cannot do what is configured
   */
  checkUsable(config: Config): void;
  /** What there is to look at before such a run, one by one. Nothing is written. */
  check(config: Config, run: Pick<SinkRun, 'goesOn'>): AsyncIterable<SinkCheck>;
  /** Whether it keeps how far the feed is stored itself, so that it is opened first, and its `position` rules. */
  keepsPosition?(config: Config): boolean;
  /** Where its configuration has what it refuses go, for sinks that refuse records: whoever opens it gives it that as `deadLetter`. */
  lettersOf?(config: Config): DeadLetterFiles | undefined;
  /** @throws {ConfigError} when this machine cannot do what is configured */
  open(config: Config, run: SinkRun): Promise<OpenSink>;
}

/** What `pipeline.sink.config` may be. */
export interface SinkSchema<Properties = Readonly<Record<string, JsonSchema>>> extends JsonSchema {
  readonly description: string;
  readonly properties: Properties & Readonly<Record<string, JsonSchema>>;
}

/** The JSON Schema of a sink's `config`. */
export function sinkSchema<T extends OptionTable>(
  keys: T,
  {
    title,
    description,
    ...rules
  }: Omit<JsonSchema, 'properties'> & { readonly title: string; readonly description: string },
): SinkSchema<FieldsOf<T>> {
  const required = keysWhere(keys, ({ isRequired }) => isRequired);
  return {
    ...{ title, description, type: 'object', additionalProperties: false },
    ...(required.length > 0 && { required }),
    properties: fieldsOf(keys),
    ...rules,
  };
}

/** What a sink may want to know of the run. */
export interface SinkRun {
  /** What the feed is called. */
  readonly feed?: string | undefined;
  /** Told what the sink has to tell beside errors. */
  readonly logger?: Logger | undefined;
  /** Where what a sink refuses goes, with its `store`: where it says itself, or where the pipeline has all go. */
  readonly deadLetter?: LetterRules | undefined;
  /** Whether it goes on where an earlier run came to: what that has stored stays. */
  readonly goesOn?: boolean | undefined;
  /** Whether what comes are records of earlier runs, and no run of the feed: a sink keeps no position of that. */
  readonly isReplay?: boolean | undefined;
  /** What is kept of files that the run before has not finished. */
  readonly state?: KeptFiles | undefined;
}

/** A sink, ready for `pipeline()`, and what it tells about itself. */
export interface OpenSink {
  readonly stream: SinkWritable;
  /** Where the records are, for people: `out/trades.jsonl`. */
  readonly target: string;
  /** Whether it writes to a terminal, where a status line would get between the records. */
  readonly isOnTerminal: boolean;
  /** Takes the feed over, and resolves to where earlier runs came to, for sinks that keep that. */
  readonly position?: () => Promise<StoredPosition | undefined>;
  /** How the delivery went, for sinks whose target says what it took. */
  readonly delivery?: () => KafkaReport;
  /** Which files the records went to, for sinks that write to one. */
  readonly files?: () => FileReport;
  /** How large the files are that records go to now: of many the ones that were used last. */
  readonly openFiles?: () => readonly OpenFileReport[];
  /** Which files were finished, for sinks that write to one after another. */
  readonly rolled?: () => RolledReport;
  /** Finishes the file and goes on in what its path leads to now, for sinks that write to one. */
  readonly reopen?: () => Promise<void>;
}

/** What every sink is, and what looks at records and stores none: a Writable of pages that counts. */
type SinkWritable = Writable & {
  readonly stats: { readonly records: number };
  /** Whether who read from it went away, so that what comes is dropped. */
  readonly isBroken?: boolean;
  /** Whether it has all records that it was to get, so that what comes is dropped. */
  readonly isFull?: boolean;
  /** Whether a run has ended and it could not store in time what it was given. */
  readonly [isOutOfTime]?: boolean;
};
