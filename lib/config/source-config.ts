import type { ResolvedIntakeOptions } from '../connect/intake-options.js';
import type { ResolvedLivenessOptions } from '../connect/liveness-options.js';
import type { ResolvedRotationOptions } from '../connect/rotation-options.js';
import type { ResolvedSubscribeOptions } from '../connect/subscribe-options.js';
import { ConfigError } from '../errors.js';
import type { AuthSpec } from './auth-spec.js';
import { type Context, fillPlaceholders } from './context.js';
import { parseDuration } from './durations.js';
import { type AddressConfig, addressesOf } from './fields/address.js';
import { toMs } from './fields/duration.js';
import { type IntakeConfig, resolveIntake } from './fields/intake.js';
import { type LivenessConfig, resolveLiveness } from './fields/liveness.js';
import { type ReachConfig, type ResolvedReachConfig, resolveReach } from './fields/reach.js';
import { type ReconnectConfig, resolveReconnect } from './fields/reconnect.js';
import { type RotationConfig, resolveRotation } from './fields/rotation.js';
import type { SelectConfig } from './fields/select.js';
import { resolveSubscribe, type SubscribeConfig } from './fields/subscribe.js';
import { type Finding, type IsHidden, isSecret, toProblem } from './findings.js';
import { schemaCheck } from './schema-check.js';
import { checkSourceRules } from './source-rules.js';
import { sourceConfigSchema } from './source-schema.js';

/**
 * What a user writes: in `createSource(config)`, and below `pipeline.source.config` in a pipeline file. Durations are
 * numbers of seconds, or text such as `"500ms"`, `"30s"`, `"5m"`. One of `max_messages`, `idle_timeout` and
 * `unbounded: true` must be set.
 */
export interface SourceSettings
  extends LivenessConfig,
    ReachConfig,
    ReconnectConfig,
    RotationConfig,
    SelectConfig,
    SubscribeConfig,
    IntakeConfig {
  /** How to prove who we are. @default { type: 'none' } */
  readonly auth?: AuthSpec | undefined;
  /** Sent in this order after every connect and reconnect. @default [] */
  readonly subscribe_messages?: readonly string[] | undefined;
  /** What a frame holds. `raw_string` is UTF-8, bad bytes replaced; `binary` becomes base64. @default 'json' */
  readonly message_format?: 'json' | 'raw_string' | 'binary' | undefined;
  /** What to do with a frame that is no JSON: end the run with an error, or count and drop it. @default 'fail' */
  readonly on_parse_error?: 'fail' | 'skip' | undefined;
  /** Store `{ data, received_at, url }` in place of the bare record. @default false */
  readonly envelope?: boolean | undefined;
  /** Send a WebSocket ping at this interval. @default none: no pings are sent */
  readonly ping_interval?: number | string | undefined;
  /** Stop, successfully, after this many records. @default none: records are not counted */
  readonly max_messages?: number | undefined;
  /** Stop, successfully, after this long without any inbound frame. @default none: silence ends nothing */
  readonly idle_timeout?: number | string | undefined;
  /** A larger message fails the connection. At most 2^31 - 1. @default 67_108_864 */
  readonly max_message_bytes?: number | undefined;
  /** Records a page, from 0 (one page for the whole run) to 1,000,000. @default 1000 */
  readonly batch_size?: number | undefined;
  /** Allow a run that nothing ends. @default false */
  readonly unbounded?: boolean | undefined;

  /** Emit a partly filled page once its first record is this old. @default none: a page waits until it is full */
  readonly linger?: number | string | undefined;
  /** Emit a page once it holds this many bytes; `batch_size: 0` has no such cut. @default 16_777_216 */
  readonly page_bytes?: number | undefined;
  /** `lines`: a frame holds one record a line. Not with `binary`. @default 'none' */
  readonly split?: 'none' | 'lines' | undefined;
  /** Where in a frame the array stands whose elements are the records: `data.trades`. @default none: a frame is a record */
  readonly records_path?: string | undefined;
  /** How integers past 2^53 appear in parsed values. @default 'number' */
  readonly big_integers?: 'number' | 'bigint' | 'string' | undefined;
  /** A JSON Schema that every record must satisfy. @default none: records are not validated */
  readonly record_schema?: Readonly<Record<string, unknown>> | undefined;
  /** What to do with a record that breaks `record_schema`. @default 'fail' */
  readonly on_invalid_record?: 'fail' | 'skip' | undefined;
  /** How long a connect may take. @default 10 */
  readonly handshake_timeout?: number | string | undefined;
  /** The sub-protocols to offer, the preferred one first. @default [] */
  readonly protocols?: readonly string[] | undefined;
  /** Sent with the upgrade request. @default {} */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Offer permessage-deflate. @default false */
  readonly per_message_deflate?: boolean | undefined;
  /** Pause the socket while this many received bytes wait for a slow sink. @default 16_777_216 */
  readonly max_buffered_bytes?: number | undefined;
}

/** {@link SourceSettings}, and where the feed is: `url`, or `urls`. */
export type SourceConfig = SourceSettings & AddressConfig;

/** A {@link SourceConfig} that was found valid: camelCase, milliseconds, defaults filled in, placeholders replaced. */
export interface ResolvedSourceConfig {
  /** The first of `urls`. */
  readonly url: string;
  readonly urls: readonly string[];
  readonly auth: AuthSpec;
  readonly subscribeMessages: readonly string[];
  readonly messageFormat: 'json' | 'raw_string' | 'binary';
  readonly onParseError: 'fail' | 'skip';
  readonly envelope: boolean;
  readonly pingIntervalMs: number | undefined;
  readonly maxMessages: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly maxMessageBytes: number;
  readonly batchSize: number;
  readonly unbounded: boolean;
  readonly lingerMs: number | undefined;
  readonly pageBytes: number;
  readonly split: 'none' | 'lines';
  readonly recordsPath: string | undefined;
  readonly bigIntegers: 'number' | 'bigint' | 'string';
  readonly recordSchema: Readonly<Record<string, unknown>> | undefined;
  readonly onInvalidRecord: 'fail' | 'skip';
  readonly select: readonly string[] | undefined;
  readonly handshakeTimeoutMs: number;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly perMessageDeflate: boolean;
  readonly maxBufferedBytes: number;
  readonly liveness: ResolvedLivenessOptions;
  readonly reach: ResolvedReachConfig;
  readonly subscribe: ResolvedSubscribeOptions;
  readonly intake: ResolvedIntakeOptions;
  readonly rotation: ResolvedRotationOptions;
  readonly reconnect: ReturnType<typeof resolveReconnect>;
}

/** What {@link resolveSourceConfig} takes beside the configuration. */
export interface ResolveOptions {
  /** What `{name}` placeholders in the address are filled from. @default {} */
  readonly context?: Context | undefined;
}

/**
 * Checks a configuration and fills in the defaults. An explicit `undefined` means the default; `null` is an error.
 * The given object is not changed, and nothing of it is shared with the result but `record_schema`.
 *
 * @throws {ConfigError} with every problem that was found
 * @example resolveSourceConfig({ url: 'wss://example.com/feed', idle_timeout: 30 }).idleTimeoutMs // 30_000
 */
export function resolveSourceConfig(config: unknown, options: ResolveOptions = {}): ResolvedSourceConfig {
  const context = options.context ?? {};
  const findings = checkSource(config, context);
  if (findings.length > 0) throw new ConfigError(findings.map(toProblem));
  return toResolved(config as SourceConfig, context);
}

/** Everything that is wrong with a source's configuration. */
export function checkSource(config: unknown, context: Context, isHidden: IsHidden = isSecret): Finding[] {
  const given = definedOnly(config, OBJECT_DEPTH);
  return [...checkSchema(given, isHidden), ...checkSourceRules(given, context)];
}

/** The resolved form of a configuration in which {@link checkSource} found nothing wrong. */
export function toResolved(config: SourceConfig, context: Context): ResolvedSourceConfig {
  const given = definedOnly(config, OBJECT_DEPTH) as SourceConfig;
  const urls = addressesOf(given).map((url) => fillPlaceholders(url, context));
  return {
    url: urls[0] as string,
    urls,
    auth: given.auth ?? { type: 'none' },
    subscribeMessages: given.subscribe_messages ?? [],
    messageFormat: given.message_format ?? defaults.message_format.default,
    onParseError: given.on_parse_error ?? defaults.on_parse_error.default,
    envelope: given.envelope ?? defaults.envelope.default,
    pingIntervalMs: toMs(given.ping_interval),
    maxMessages: given.max_messages,
    idleTimeoutMs: toMs(given.idle_timeout),
    maxMessageBytes: given.max_message_bytes ?? defaults.max_message_bytes.default,
    batchSize: given.batch_size ?? defaults.batch_size.default,
    unbounded: given.unbounded ?? defaults.unbounded.default,
    lingerMs: toMs(given.linger),
    pageBytes: given.page_bytes ?? defaults.page_bytes.default,
    split: given.split ?? defaults.split.default,
    recordsPath: given.records_path,
    bigIntegers: given.big_integers ?? defaults.big_integers.default,
    recordSchema: given.record_schema,
    onInvalidRecord: given.on_invalid_record ?? defaults.on_invalid_record.default,
    select: given.select,
    handshakeTimeoutMs: parseDuration(given.handshake_timeout ?? defaults.handshake_timeout.default),
    protocols: given.protocols ?? [],
    headers: given.headers ?? {},
    perMessageDeflate: given.per_message_deflate ?? defaults.per_message_deflate.default,
    maxBufferedBytes: given.max_buffered_bytes ?? defaults.max_buffered_bytes.default,
    liveness: resolveLiveness(given),
    reach: resolveReach(given),
    subscribe: resolveSubscribe(given),
    intake: resolveIntake(given),
    rotation: resolveRotation(given),
    reconnect: resolveReconnect(given),
  };
}

/** A copy without the keys whose value is `undefined`, as deep as this configuration has objects of its own. */
function definedOnly(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => definedOnly(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, key === 'record_schema' ? item : definedOnly(item, depth - 1)]),
  );
}

const defaults = sourceConfigSchema.properties;
const checkSchema = schemaCheck('source', sourceConfigSchema);

/** config → auth → config → headers */
const OBJECT_DEPTH = 4;
