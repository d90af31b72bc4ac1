import { INTAKE_OPTIONS, type ResolvedIntakeOptions } from '../connect/options/intake-options.js';
import { LIVENESS_OPTIONS, type ResolvedLivenessOptions } from '../connect/options/liveness-options.js';
import { RECONNECT_OPTIONS, type ResolvedReconnectOptions } from '../connect/options/reconnect-options.js';
import { type ResolvedRotationOptions, ROTATION_OPTIONS } from '../connect/options/rotation-options.js';
import { type ResolvedSocketOptions, SOCKET_OPTIONS } from '../connect/options/socket-options.js';
import { type ResolvedSubscribeOptions, SUBSCRIBE_OPTIONS } from '../connect/options/subscribe-options.js';
import { ConfigError } from '../errors.js';
import type { ResolvedOf } from '../internal/options/option.js';
import type { AuthSpec } from './auth/auth-spec.js';
import { type IsHidden, toProblem } from './check/findings.js';
import { schemaCheck } from './check/schema-check.js';
import { isSecret } from './check/secret-keys.js';
import { checkSourceRules } from './check/source-rules.js';
import { type Context, fillPlaceholders } from './context.js';
import { addressesOf } from './fields/address.js';
import { resolved } from './fields/option-surface.js';
import { REACH_CONFIG, type TlsConfig } from './fields/reach.js';
import { BATCH_CONFIG, PARSE_CONFIG, RECORD_OPTIONS } from './fields/record-options.js';
import { sourceConfigSchema } from './source-schema.js';
import type { SourceConfig } from './source-settings.js';

/** A {@link SourceConfig} that was found valid: camelCase, milliseconds, defaults filled in, placeholders replaced. */
export interface ResolvedSourceConfig
  extends ResolvedSocketOptions,
    ResolvedOf<typeof PARSE_CONFIG>,
    ResolvedOf<typeof BATCH_CONFIG>,
    ResolvedOf<typeof RECORD_OPTIONS> {
  /** A configuration holds no functions, and bytes as text. */
  readonly subscribeMessages: readonly string[];
  /** The first of `urls`. */
  readonly url: string;
  readonly urls: readonly string[];
  readonly auth: AuthSpec;
  readonly onParseError: 'fail' | 'skip';
  readonly recordsPath: string | undefined;
  readonly liveness: ResolvedLivenessOptions;
  readonly reach: ResolvedOf<typeof REACH_CONFIG> & { readonly tls: TlsConfig };
  readonly subscribe: ResolvedSubscribeOptions;
  readonly intake: ResolvedIntakeOptions;
  readonly rotation: ResolvedRotationOptions;
  readonly reconnect: ResolvedReconnectOptions;
}

/** What {@link resolveSourceConfig} takes beside the configuration. */
export interface ResolveOptions {
  /** What `{name}` placeholders in the address are filled from. @default {} */
  readonly context?: Context | undefined;
  /** Which values are not shown when they are wrong, beside those of credentials. @default none */
  readonly isHidden?: IsHidden | undefined;
}

/**
 * Checks a configuration and fills in the defaults. An explicit `undefined` or `null` means the default.
 * The given object is not changed, and nothing of it is shared with the result but `record_schema`.
 *
 * @throws {ConfigError} with every problem that was found
 * @example resolveSourceConfig({ url: 'wss://example.com/feed', idle_timeout: 30 }).idleTimeoutMs // 30_000
 */
export function resolveSourceConfig(config: unknown, options: ResolveOptions = {}): ResolvedSourceConfig {
  const { context = {}, isHidden = () => false } = options;
  const { findings, value } = checkSchema(
    definedOnly(config, OBJECT_DEPTH),
    (path) => isSecret(path) || isHidden(path),
  );
  const all = [...findings, ...checkSourceRules(value, context)];
  if (all.length > 0) throw new ConfigError(all.map(toProblem));
  return toResolved(value as SourceConfig, context);
}

/** The resolved form of a configuration in which nothing is wrong. */
export function toResolved(config: SourceConfig, context: Context): ResolvedSourceConfig {
  const given = definedOnly(config, OBJECT_DEPTH) as SourceConfig;
  const read = resolved(FLAT_OPTIONS, given) as Flat;
  const reach = resolved(REACH_CONFIG, given);
  const refusal = (said: 'fail' | 'skip' | undefined, read: 'fail' | 'skip') =>
    said === undefined && given.dead_letter !== undefined ? 'skip' : read;
  const urls = addressesOf(given).map((url) => fillPlaceholders(url, context));
  return {
    url: urls[0] as string,
    urls,
    auth: given.auth ?? { type: 'none' },
    ...read,
    onParseError: refusal(given.on_parse_error, read.onParseError),
    onInvalidRecord: refusal(given.on_invalid_record, read.onInvalidRecord),
    liveness: resolved(LIVENESS_OPTIONS, given),
    reach: { ...reach, tls: reach.tls ?? {} },
    subscribe: resolved(SUBSCRIBE_OPTIONS, given),
    intake: resolved(INTAKE_OPTIONS, given),
    rotation: resolved(ROTATION_OPTIONS, given),
    reconnect: resolved(RECONNECT_OPTIONS, given),
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

const FLAT_OPTIONS = { ...SOCKET_OPTIONS, ...PARSE_CONFIG, ...BATCH_CONFIG, ...RECORD_OPTIONS };
type Flat = Pick<ResolvedSourceConfig, keyof typeof FLAT_OPTIONS>;

const checkSchema = schemaCheck('source', sourceConfigSchema);

/** config → auth → config → headers */
const OBJECT_DEPTH = 4;
