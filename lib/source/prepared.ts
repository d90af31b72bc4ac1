import { type ResolvedBatchOptions, resolveBatchOptions } from '../batch/options.js';
import { type ResolvedSettings, type ResolvedSourceConfig, sharedSettings } from '../config/source-config.js';
import { type ResolvedWebSocketOptions, resolveWebSocketOptions } from '../connect/options/options.js';
import type { Path } from '../json/path.js';
import { type ResolvedParseOptions, resolveParseOptions } from '../parse/options.js';
import { selectPaths } from '../select/paths.js';
import type { Found } from '../validate/check.js';
import { jsonSchemaCheck } from '../validate/schema.js';
import { batchOptions, connectOptions, parseOptions, type Surroundings } from './stage-options.js';

/** What fused runs of one configuration have in common, whatever their addresses: made once, and changed by none of them. */
export interface Prepared {
  readonly connect: ResolvedWebSocketOptions;
  readonly batch: ResolvedBatchOptions;
  /** Without a dead letter file, which is a run's own. */
  readonly parse: ResolvedParseOptions;
  /** By `record_schema`, compiled. */
  readonly check: ((value: unknown) => Found) | undefined;
  readonly select: readonly Path[] | undefined;
  /** Keeps the settings known as long as a run of them is there. */
  readonly settings: ResolvedSettings | undefined;
}

/**
 * What is prepared for a run: what another run of the same settings has, if it has the same surroundings.
 *
 * @throws {ConfigError} when something cannot be used
 */
export function preparedFor(config: ResolvedSourceConfig, around: Surroundings): Prepared {
  const settings = sharedSettings(config);
  const known = settings && newest.get(settings);
  if (known !== undefined && SHARED_AROUND.every((name) => Object.is(known.around[name], around[name]))) {
    return known.prepared;
  }
  const prepared = prepare(config, around, settings);
  if (settings !== undefined) {
    const { logger, clock, surface, decode, backfill } = around;
    newest.set(settings, { around: { logger, clock, surface, decode, backfill }, prepared });
  }
  return prepared;
}

function prepare(config: ResolvedSourceConfig, around: Surroundings, settings: ResolvedSettings | undefined): Prepared {
  const { recordSchema, select } = config;
  return {
    batch: resolveBatchOptions(batchOptions(config, around)),
    connect: resolveWebSocketOptions({ ...connectOptions(config, { ...around, ...NOT_SHARED }), highWaterMark: PAGES }),
    parse: resolveParseOptions(parseOptions(config, around)),
    check: recordSchema === undefined ? undefined : jsonSchemaCheck(recordSchema, 'record_schema'),
    select: select === undefined ? undefined : selectPaths(select, 'select'),
    settings,
  };
}

/** What was prepared last for settings. Most programs have one clock and one logger. */
const newest = new WeakMap<ResolvedSettings, { readonly around: SharedAround; readonly prepared: Prepared }>();

/** Of the surroundings, what becomes a part of what is prepared. */
const SHARED_AROUND = ['logger', 'clock', 'surface', 'decode', 'backfill'] as const;
type SharedAround = Pick<Surroundings, (typeof SHARED_AROUND)[number]>;

/** What each run has for itself: `withOwnOptions()` puts it in. */
const NOT_SHARED = {
  credentials: { type: 'none' },
  tls: {},
  signal: undefined,
  feed: undefined,
  position: undefined,
  connectBudget: undefined,
  random: undefined,
} as const;

/** A page can hold a megabyte and more, and `max_buffered_bytes` rules besides: so few of them wait. */
const PAGES = 4;
