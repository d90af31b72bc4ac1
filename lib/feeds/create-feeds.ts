import { below, toProblem } from '../config/check/findings.js';
import { schemaCheck } from '../config/check/schema-check.js';
import { resolved, ruleFindings } from '../config/fields/option-surface.js';
import { ConfigError } from '../errors.js';
import { EXECUTION_OPTIONS, RESTART_OPTIONS } from '../feed/many-options.js';
import { pipelineFileSchema } from '../feed/pipeline-schema.js';
import { systemClock } from '../internal/clock.js';
import { type Logger, silentLogger } from '../internal/logger.js';
import { unknownKey } from '../internal/options.js';
import type { FeedDescription } from './feed-description.js';
import { Feeds } from './feeds.js';

/** What {@link createFeeds} takes: under the names of pipeline files. */
export type FeedsConfig = {
  readonly feeds: readonly FeedDescription[];
  /**
   * How they run beside each other: so many at once; whether the others go on when one has failed; how often they connect to one host
   * (`'5/s'`), and so many connects at once. @default all, 'continue', as often as each likes
   */
  readonly execution?: {
    readonly max_concurrent?: number;
    readonly on_error?: 'continue' | 'stop';
    readonly connect_rate?: string;
    readonly max_connecting?: number;
  };
  /** Whether one that is over is started anew, after which wait, and how often in a row without a record. @default none is */
  readonly restart?: {
    readonly on?: 'failure' | 'always' | 'never';
    readonly backoff?: number | string | object;
    readonly max?: number;
  };
  /** Told what sources refuse, and what sinks have to tell, each entry with `feed`: anything of pino's shape. @default nothing is logged */
  readonly logger?: Logger;
  /** What `{name}` in addresses is filled from. @default {} */
  readonly context?: Readonly<Record<string, unknown>>;
};

/**
 * Many feeds in one process, each looked after by itself: one that fails ends alone, and is started anew as `restart` says.
 *
 * @throws {ConfigError} with all that is wrong with a feed, also when two have one name, file, state or spool; nothing was connected
 * @example
 * ```ts
 * const feeds = createFeeds({
 *   feeds: ['btc', 'eth'].map((name) => ({
 *     name,
 *     source: { config: { url: `wss://example.com/${name}`, unbounded: true, reconnect: true } },
 *     sink: { type: 'jsonl', config: { path: `out/${name}.jsonl`, append: true } },
 *   })),
 *   restart: { on: 'failure' },
 * });
 * feeds.on('finished', ({ feed, error }) => console.log(feed, error ?? 'is over'));
 * feeds.start();
 * process.once('SIGTERM', () => feeds.stop());
 * await feeds.done();
 * ```
 */
export function createFeeds(config: FeedsConfig): Feeds {
  const { feeds, logger = silentLogger, context = {}, ...head } = config;
  const foreign = Object.keys(config).filter((key) => !KEYS.includes(key));
  if (foreign.length > 0) throw new ConfigError(foreign.map((path) => ({ path, message: unknownKey(path, KEYS) })));
  const { findings, value } = checkHead(head, () => false);
  const { execution = {}, restart } = value as { readonly execution?: object; readonly restart?: object };
  const rules = restart === undefined ? [] : below(['restart'], ruleFindings(RESTART_OPTIONS, [], restart));
  const problems = [...findings, ...rules].map(toProblem);
  if (problems.length > 0) throw new ConfigError(problems);
  return new Feeds(
    feeds,
    {
      ...resolved(EXECUTION_OPTIONS, execution),
      restart: restart === undefined ? undefined : resolved(RESTART_OPTIONS, restart),
      clock: systemClock,
    },
    { logger, context },
  );
}

const KEYS = ['feeds', 'execution', 'restart', 'logger', 'context'];
/** As files are checked, of which code has a part. */
const checkHead = schemaCheck('many', { ...pipelineFileSchema.$defs['many'], $defs: pipelineFileSchema.$defs });
