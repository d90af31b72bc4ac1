import type { Transform } from 'node:stream';
import { batch } from './batch/batch.js';
import { credentialsFromAuth } from './config/credentials-from-auth.js';
import { datasetUri } from './config/dataset-uri.js';
import { sourceConfigSchema } from './config/schema.js';
import { type ResolvedSourceConfig, resolveSourceConfig, type SourceConfig } from './config/source-config.js';
import { tlsFromConfig } from './config/tls-files.js';
import type { CredentialProvider, Credentials } from './connect/credentials.js';
import type { ConnectionStats } from './connect/events.js';
import { oauth2 } from './connect/oauth2.js';
import { telling } from './connect/secrets.js';
import type { SubscribeStep } from './connect/subscribe-options.js';
import { WebSocketReadable } from './connect/websocket-readable.js';
import { envelope } from './envelope/envelope.js';
import { optionError } from './errors.js';
import type { Clock } from './internal/clock.js';
import type { Logger } from './internal/logger.js';
import { type ParseTransform, parse } from './parse/parse.js';
import { select } from './select/select.js';
import { type CheckReport, type CheckWatcher, checkFeed } from './source/check.js';
import { PagesReadable } from './source/pages-readable.js';
import {
  batchOptions,
  connectOptions,
  parseOptions,
  type Surroundings,
  validateOptions,
} from './source/stage-options.js';
import { validate } from './validate/validate.js';

/** What {@link createSource} takes beside the configuration. */
export interface SourceOptions {
  /** What the `{name}` placeholders in `url` are filled from. @default {} */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** What `auth: { ref: name }` stands for, by name: a value, or a function asked again before every connect. @default {} */
  readonly credentials?: Readonly<Record<string, Credentials | CredentialProvider>> | undefined;
  /** Ends a run at any moment; what was received is delivered first, then the run fails with an AbortError. */
  readonly signal?: AbortSignal | undefined;
  /** Where to log to: anything of pino's shape. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** What the feed is called, in gaps. @default none */
  readonly feed?: string | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
  /** Where randomness comes from, numbers from 0 to below 1: for tests. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** A snapshot of a source's newest run. */
export interface SourceStats extends ConnectionStats {
  /** Records put into pages. */
  readonly records: number;
  /** Frames, lines, elements and records that were refused and dropped. */
  readonly skipped: number;
}

/** What {@link createSource} returns. Each method begins a run of its own. */
export interface Source {
  /** The JSON Schema (draft 2020-12) of the configuration. */
  readonly configSchema: typeof sourceConfigSchema;
  /** The feed's address without user info, query and fragment: a name for it that holds no credentials. */
  readonly datasetUri: string;
  /** A snapshot of the newest run; zeros before the first. */
  readonly stats: SourceStats;
  /** A Readable of pages, in the fused arrangement: the fast one. */
  pages(): PagesReadable;
  /** The same as separate streams, for `pipeline(...source.stages(), sink)`: to put one of your own in between. */
  stages(): [WebSocketReadable, ParseTransform, ...Transform[]];
  /** The values of all records of one run, in memory. */
  fetchAll(): Promise<unknown[]>;
  /** Connects, subscribes, waits for the first frame, and closes: what it found, or the error that a run would end with. */
  check(): Promise<CheckReport>;
  /**
   * Subscribes the newest run to more of the feed; see `WebSocketReadable.addSubscription()`.
   *
   * @throws {ConfigError} when no run has begun, there is one of this name, there are 10,000, or the step is none
   */
  addSubscription(name: string, step: SubscribeStep): Promise<void>;
  /**
   * Takes a subscription of the newest run back; see `WebSocketReadable.removeSubscription()`.
   *
   * @throws {ConfigError} when no run has begun, or the step is none
   */
  removeSubscription(name: string, step?: SubscribeStep): Promise<void>;
  /** Ends the newest run in good order: nothing further is received, what was is delivered. */
  stop(): void;
}

/**
 * Every stage from one configuration.
 *
 * @throws {ConfigError} with every problem of the configuration; nothing was connected
 * @example
 * ```ts
 * const source = createSource({ url: 'wss://example.com/feed', max_messages: 100, idle_timeout: 30 });
 * await pipeline(source.pages(), jsonlFile('trades.jsonl'));
 * ```
 */
export function createSource(config: SourceConfig, options: SourceOptions = {}): Source {
  const resolved = resolveSourceConfig(config, { context: options.context });
  return sourceOf(resolved, options);
}

/** @internal {@link SourceOptions} of the command, which says itself what happens. */
export interface WatchedOptions extends SourceOptions {
  /** Secrets came up that are not in the configuration, such as a token: before anybody else has them. */
  readonly secretsMet?: ((secrets: readonly string[]) => void) | undefined;
}

/** @internal The source of a configuration that was resolved before. */
export function sourceOf(config: ResolvedSourceConfig, options: WatchedOptions): Source {
  const around = surroundingsOf(config, options);
  // What cannot be used is found here, not when the first run begins.
  newStages(config, around);
  let current: Running = IDLE;
  const source: Source = {
    configSchema: sourceConfigSchema,
    datasetUri: datasetUri(config),
    get stats() {
      return current.stats;
    },
    pages() {
      const pages = new PagesReadable(config, around);
      current = {
        get stats() {
          return { ...pages.stats, records: pages.records, skipped: pages.skipped };
        },
        feed: pages,
        stop: () => pages.stop(),
      };
      return pages;
    },
    stages() {
      const { frames, parsed, validated, batched, all } = newStages(config, around);
      current = {
        get stats() {
          const skipped = parsed.skipped + (validated?.skipped ?? 0);
          return { ...frames.stats, records: batched.records, skipped };
        },
        feed: frames,
        stop: () => frames.stop(),
      };
      return all;
    },
    async fetchAll() {
      const values: unknown[] = [];
      for await (const page of source.pages()) {
        for (const value of page.records) values.push(value);
      }
      return values;
    },
    check: () => checkFeed(config, around),
    addSubscription: (name, step) => running('addSubscription').addSubscription(name, step),
    removeSubscription: (name, step) => running('removeSubscription').removeSubscription(name, step),
    stop: () => current.stop(),
  };
  return source;

  function running(method: string): PagesReadable | WebSocketReadable {
    if (current.feed === undefined) throw optionError(method, 'No run has begun: call pages() or stages() first.');
    return current.feed;
  }
}

/** The newest run of a source. */
interface Running {
  readonly stats: SourceStats;
  readonly feed: PagesReadable | WebSocketReadable | undefined;
  stop(): void;
}

/** @internal What `check()` of such a source does, with somebody who looks on. */
export function watchedCheck(
  config: ResolvedSourceConfig,
  options: WatchedOptions,
  watcher: CheckWatcher,
): Promise<CheckReport> {
  return checkFeed(config, surroundingsOf(config, options), watcher);
}

function surroundingsOf(config: ResolvedSourceConfig, options: WatchedOptions): Surroundings {
  const { clock, secretsMet } = options;
  const { proxy } = config.reach;
  const tls = tlsFromConfig(config.reach.tls);
  const credentials = credentialsFromAuth(config.auth, options.credentials ?? {}, (given) =>
    oauth2({ ...given, proxy, tls: forTokens(tls), clock }),
  );
  const isWatched = typeof credentials === 'function' && secretsMet !== undefined;
  return {
    credentials: isWatched ? telling(credentials, secretsMet) : credentials,
    signal: options.signal,
    logger: options.logger,
    feed: options.feed,
    clock,
    random: options.random,
    tls,
  };
}

/** The token endpoint has a name of its own. */
function forTokens(tls: Surroundings['tls']): Surroundings['tls'] {
  if (typeof tls !== 'function') return { ...tls, servername: undefined };
  return async (request) => ({ ...(await tls(request)), servername: undefined });
}

function newStages(config: ResolvedSourceConfig, around: Surroundings) {
  const frames = new WebSocketReadable(config.urls, connectOptions(config, around));
  const parsed = parse(parseOptions(config, around));
  const validated =
    config.recordSchema === undefined ? undefined : validate(config.recordSchema, validateOptions(config, around));
  const batched = batch(batchOptions(config, around));
  const selected = config.select === undefined ? undefined : select(config.select);
  const between = [validated, selected, config.envelope ? envelope() : undefined].filter(
    (stage) => stage !== undefined,
  );
  const all: [WebSocketReadable, ParseTransform, ...Transform[]] = [frames, parsed, ...between, batched];
  return { frames, parsed, validated, batched, all };
}

const IDLE: Running = {
  feed: undefined,
  stats: {
    state: 'idle',
    frames: 0,
    bytes: 0,
    controlFrames: 0,
    connections: 0,
    reconnects: 0,
    rotations: 0,
    paused: false,
    pausedMs: 0,
    bufferedFrames: 0,
    bufferedBytes: 0,
    lastFrameAt: undefined,
    gaps: 0,
    gapMs: 0,
    dropped: 0,
    duplicates: 0,
    sequence: undefined,
    records: 0,
    skipped: 0,
  },
  stop() {},
};
