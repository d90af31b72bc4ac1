import type { Transform } from 'node:stream';
import { batch } from '../batch/batch.js';
import { credentialsFromAuth } from '../config/auth/credentials-from-auth.js';
import { tlsFromConfig } from '../config/auth/tls-files.js';
import type { CodeSourceConfig } from '../config/code-settings.js';
import { datasetUri } from '../config/dataset-uri.js';
import { type ResolvedSourceConfig, resolveCodeConfig } from '../config/source-config.js';
import { sourceConfigSchema } from '../config/source-schema.js';
import type { BackfillFunction } from '../connect/options/backfill-options.js';
import type { CredentialProvider, Credentials } from '../connect/options/credentials.js';
import type { SubscribeStep } from '../connect/options/subscribe-options.js';
import type { ConnectBudget } from '../connect/reach/connect-budget.js';
import { oauth2 } from '../connect/reach/oauth2.js';
import { refreshToken } from '../connect/reach/refresh-token.js';
import { telling } from '../connect/reach/secrets.js';
import { tokenEndpoint } from '../connect/reach/token-endpoint.js';
import { TokenSharing } from '../connect/reach/token-sharing.js';
import { WebSocketReadable } from '../connect/websocket-readable.js';
import { envelope } from '../envelope/envelope.js';
import { optionError } from '../errors.js';
import type { FeedPosition } from '../frame/feed-position.js';
import type { Clock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import { resolveRejectOptions } from '../internal/reject-options.js';
import type { Surface } from '../internal/surface.js';
import type { Decode } from '../parse/decode.js';
import type { LetterRules } from '../parse/letter-writable.js';
import { type ParseTransform, parse } from '../parse/parse.js';
import { select } from '../select/select.js';
import { type Stage, stageOf } from '../stage/stage.js';
import { NO_STATS } from '../telemetry/readings.js';
import type { SourceStats } from '../telemetry/stats.js';
import { transformPlace } from '../transform/transform-chain.js';
import { transformStage } from '../transform/transform-stage.js';
import type { JsonSchema } from '../validate/schema.js';
import { validate } from '../validate/validate.js';
import { addedStages } from './added-stages.js';
import { type CheckReport, type CheckWatcher, checkFeed } from './check.js';
import { openDeadLetters } from './dead-letters.js';
import { type FetchOptions, resolveFetchOptions } from './fetch-options.js';
import { PagesReadable } from './pages-readable.js';
import {
  batchOptions,
  connectOptions,
  parseOptions,
  type Surroundings,
  transformOptions,
  validateOptions,
} from './stage-options.js';
import { transformSteps } from './transforms.js';

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
  /**
   * Whether the memory of `pages()` is used again, which spares the garbage collector most of its work. Then nobody else may
   * hold a page, or a view of its bytes, when a sink of spillway's has stored it or `page.release()` was called. @default false
   */
  readonly reusePages?: boolean | undefined;
  /**
   * Stages that records go through before they are put into pages, in this order, and behind them stages over pages: what
   * `map()`, `filter()` and their kin return. What they do is done in each run anew; the streams themselves stay unused. @default none
   */
  readonly stages?: readonly Stage[] | undefined;
  /**
   * For a format of the feed's own, such as MessagePack or Protocol Buffers: makes the record of a frame's bytes, in place of
   * `message_format`; see `decode` of `parse()`. A frame on which it throws is refused as `on_parse_error` and `dead_letter` say.
   * @default none
   */
  readonly decode?: Decode | undefined;
  /**
   * Finds what is missing where `sequence` has a hole, in place of `backfill` of the configuration: see that of `WebSocketReadable`.
   * @default none
   */
  readonly backfill?: BackfillFunction | undefined;
  /** What the feed is called, in gaps. @default none */
  readonly feed?: string | undefined;
  /**
   * Where an earlier run of the feed came to, as `openState()` knows it: frames are numbered on from there, and what was missed
   * since is a gap with the cause `not_running`. @default none: frames are numbered from 0
   */
  readonly position?: FeedPosition | undefined;
  /** How quickly feeds may connect that share it, all together. @default none: each connects when it likes */
  readonly connectBudget?: ConnectBudget | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
  /** Where randomness comes from, numbers from 0 to below 1: for tests. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** What {@link createSource} returns. Each method begins a run of its own. */
export interface Source<T = unknown> {
  /** The JSON Schema (draft 2020-12) of the configuration. */
  readonly configSchema: JsonSchema;
  /** The feed's address without user info, query and fragment: a name for it that holds no credentials. */
  readonly datasetUri: string;
  /** A snapshot of the newest run; zeros before the first. */
  readonly stats: SourceStats;
  /** A Readable of pages, in the fused arrangement: the fast one. */
  pages(): PagesReadable<T>;
  /** The same as separate streams, for `pipeline(...source.stages(), sink)`: to put one of your own in between. */
  stages(): [WebSocketReadable, ParseTransform, ...Transform[]];
  /**
   * The values of all records of one run, in memory. When the run fails they are gone; with `onAbort: 'return'` an abort of the
   * `signal` is no failure, but the end.
   */
  fetchAll(options?: FetchOptions): Promise<T[]>;
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
 * Every stage from one configuration. Each key has the spelling of files (`idle_timeout: '30s'`) or that of code
 * (`idleTimeoutMs: 30_000`), never both.
 *
 * @typeParam T what you know of its records, and nothing checks: `createSource<Trade>(config)` has pages of trades. What
 *   `validate()` makes of its schema is checked
 * @throws {ConfigError} with every problem of the configuration; nothing was connected
 * @example
 * ```ts
 * const source = createSource({ url: 'wss://example.com/feed', max_messages: 100, idle_timeout: 30 });
 * await pipeline(source.pages(), jsonlFile('trades.jsonl'));
 * ```
 */
export function createSource<T = unknown>(config: CodeSourceConfig, options: SourceOptions = {}): Source<T> {
  const resolved = resolveCodeConfig(config, options.context ?? {});
  const isFile = Object.keys(config).some((key) => key.includes('_'));
  return sourceOf<T>(resolved, { ...options, surface: isFile ? 'file' : 'code' });
}

/** @internal {@link SourceOptions} of the command, which says itself what happens. */
export interface WatchedOptions extends SourceOptions {
  /** Whose names errors use. @default 'file' */
  readonly surface?: Surface;
  /** How many dead letters there may be, and in which form. */
  readonly letters?: LetterRules | undefined;
  /** Who gets tokens, shared by the feeds of a process: one token for all that ask the same of the same. */
  readonly tokens?: TokenSharing | undefined;
  /** Secrets came up that are not in the configuration, such as a token: before anybody else has them. */
  readonly secretsMet?: ((secrets: readonly string[]) => void) | undefined;
}

/** @internal The source of a configuration that was resolved before. */
export function sourceOf<T>(config: ResolvedSourceConfig, options: WatchedOptions): Source<T> {
  const around = surroundingsOf(config, options);
  // What cannot be used is found here, not when the first run begins: which is this one, unless stages are added, which have begun once made.
  const made = new PagesReadable<T>(config, { ...around, added: addedStages() }, options.reusePages);
  let first = around.added.messages.length + around.added.pages.length === 0 ? made : undefined;
  let current: Running = IDLE;
  const source: Source<T> = {
    configSchema: sourceConfigSchema,
    datasetUri: datasetUri(config),
    get stats() {
      return current.stats;
    },
    pages() {
      const pages = first ?? new PagesReadable<T>(config, around, options.reusePages);
      first = undefined;
      current = {
        get stats() {
          return {
            ...pages.stats,
            records: pages.records,
            skipped: pages.skipped,
            filtered: pages.filtered,
            deadLetters: pages.deadLetters,
          };
        },
        feed: pages,
        stop: () => pages.stop(),
      };
      return pages;
    },
    stages() {
      const { frames, parsed, validated, others, batched, all, letters } = newStages(config, around);
      current = {
        get stats() {
          const skipped = parsed.skipped + (validated?.skipped ?? 0) + sumOf(others, 'skipped');
          return {
            ...frames.stats,
            records: batched.records,
            skipped,
            filtered: sumOf(others, 'filtered'),
            deadLetters: letters?.count ?? 0,
          };
        },
        feed: frames,
        stop: () => frames.stop(),
      };
      return all;
    },
    async fetchAll(given = {}) {
      const { onAbort } = resolveFetchOptions(given);
      const values: T[] = [];
      try {
        for await (const page of source.pages()) {
          for (const value of page.records) values.push(value);
        }
      } catch (error) {
        const isAbort = options.signal?.aborted === true && (error as NodeJS.ErrnoException).code === 'ABORT_ERR';
        if (!isAbort || onAbort === 'throw') throw error;
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
  const { clock, secretsMet, tokens = new TokenSharing() } = options;
  const { proxy } = config.reach;
  const tls = tlsFromConfig(config.reach.tls);
  const way = { proxy, tls: forTokens(tls), clock };
  const around = [proxy, config.reach.tls];
  const credentials = credentialsFromAuth(config.auth, options.credentials ?? {}, {
    oauth2: (given) => tokens.of(['oauth2', given, around], () => oauth2({ ...given, ...way })),
    refreshToken: (given) => tokens.of(['refresh', given, around], () => refreshToken({ ...given, ...way })),
    tokenEndpoint: (given) => tokens.of(['endpoint', given, around], () => tokenEndpoint({ ...given, ...way })),
  });
  const isWatched = typeof credentials === 'function' && secretsMet !== undefined;
  return {
    credentials: isWatched ? telling(credentials, secretsMet) : credentials,
    signal: options.signal,
    logger: options.logger,
    feed: options.feed,
    position: options.position,
    connectBudget: options.connectBudget,
    clock,
    random: options.random,
    tls,
    added: addedStages(options.stages),
    decode: options.decode,
    backfill: backfillOf(config, options.backfill),
    letters: options.letters,
    surface: options.surface ?? 'file',
  };
}

function backfillOf(
  { backfill: { backfill } }: ResolvedSourceConfig,
  given: BackfillFunction | undefined,
): BackfillFunction | undefined {
  if (given === undefined || backfill === undefined) return given;
  throw optionError('backfill', 'The configuration has one, too. Remove one of the two.');
}

/** The token endpoint has a name of its own. */
function forTokens(tls: Surroundings['tls']): Surroundings['tls'] {
  if (typeof tls !== 'function') return { ...tls, servername: undefined };
  return async (request) => ({ ...(await tls(request)), servername: undefined });
}

function newStages(config: ResolvedSourceConfig, around: Surroundings) {
  const frames = new WebSocketReadable(config.urls, connectOptions(config, around));
  const kept = openDeadLetters(config, around);
  const letters = kept?.stream;
  const parsed = parse(parseOptions(config, around, letters));
  const validated =
    config.recordSchema === undefined
      ? undefined
      : validate(config.recordSchema, validateOptions(config, around, letters));
  const batched = batch(batchOptions(config, around));
  const selected = config.select === undefined ? undefined : select(config.select);
  const options = resolveRejectOptions('transforms', transformOptions(config, around, letters));
  const transforms = transformSteps(config.transforms).map((step, index) =>
    transformStage(() => step, options, transformPlace(index)),
  );
  const added = around.added.messages.map((make) => stageOf('message', make));
  const onPages = [...(kept?.pages ?? []), ...around.added.pages].map((make) => stageOf('page', make));
  const between = [validated, selected, config.envelope ? envelope() : undefined, ...transforms, ...added].filter(
    (stage) => stage !== undefined,
  );
  const all: [WebSocketReadable, ParseTransform, ...Transform[]] = [frames, parsed, ...between, batched, ...onPages];
  kept?.belongTo(frames);
  return { frames, parsed, validated, others: [...transforms, ...added, ...onPages], batched, all, letters };
}

function sumOf(stages: readonly Stage[], count: 'skipped' | 'filtered'): number {
  return stages.reduce((sum, stage) => sum + stage[count], 0);
}

const IDLE: Running = {
  feed: undefined,
  stats: NO_STATS,
  stop() {},
};
