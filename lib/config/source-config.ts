import { lingerFor } from '../batch/options.js';
import { BACKFILL_OPTIONS, type BackfillOptions } from '../connect/options/backfill-options.js';
import { INTAKE_OPTIONS, type ResolvedIntakeOptions } from '../connect/options/intake-options.js';
import { LIVENESS_OPTIONS, type ResolvedLivenessOptions } from '../connect/options/liveness-options.js';
import { RECONNECT_OPTIONS, type ResolvedReconnectOptions } from '../connect/options/reconnect-options.js';
import { RESUME_OPTIONS, type ResolvedResumeOptions } from '../connect/options/resume-options.js';
import { type ResolvedRotationOptions, ROTATION_OPTIONS } from '../connect/options/rotation-options.js';
import { type ResolvedSocketOptions, SOCKET_OPTIONS } from '../connect/options/socket-options.js';
import { type ResolvedSubscribeOptions, SUBSCRIBE_OPTIONS } from '../connect/options/subscribe-options.js';
import { ConfigError } from '../errors.js';
import { ByContent } from '../internal/by-content.js';
import type { ResolvedOf } from '../internal/options/option.js';
import type { AuthSpec } from './auth/auth-spec.js';
import { formatPath, type IsHidden, toProblem } from './check/findings.js';
import { checkReach } from './check/reach-rules.js';
import { type Checked, schemaCheck } from './check/schema-check.js';
import { isSecret } from './check/secret-keys.js';
import { checkAddresses, checkSourceRules } from './check/source-rules.js';
import { type Context, fillPlaceholders } from './context.js';
import { addressesOf } from './fields/address.js';
import { type DeadLetterFiles, letterFilesIn } from './fields/letter-files.js';
import { resolved } from './fields/option-surface.js';
import { REACH_CONFIG, type TlsFiles } from './fields/reach.js';
import { BATCH_CONFIG, PARSE_CONFIG, RECORD_OPTIONS } from './fields/record-options.js';
import { sourceConfigSchema } from './source-schema.js';
import type { SourceConfig } from './source-settings.js';
import { Spelling } from './spelling.js';

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
  readonly deadLetter: DeadLetterFiles | undefined;
  readonly liveness: ResolvedLivenessOptions;
  readonly reach: ResolvedOf<typeof REACH_CONFIG> & { readonly tls: TlsFiles };
  readonly subscribe: ResolvedSubscribeOptions;
  readonly intake: ResolvedIntakeOptions;
  readonly resume: ResolvedResumeOptions;
  readonly backfill: { readonly backfill: BackfillOptions | undefined };
  readonly rotation: ResolvedRotationOptions;
  readonly reconnect: ResolvedReconnectOptions;
}

/** What a configuration says beside its address. All that say the same share one: nobody changes it, or anything in it. */
export type ResolvedSettings = Omit<ResolvedSourceConfig, 'url' | 'urls'>;

/** What {@link resolveSourceConfig} takes beside the configuration. */
export interface ResolveOptions {
  /** What `{name}` placeholders in the address are filled from. @default {} */
  readonly context?: Context | undefined;
  /** Which values are not shown when they are wrong, beside those of credentials. @default none */
  readonly isHidden?: IsHidden | undefined;
}

/**
 * Checks a configuration and fills in the defaults. An explicit `undefined` or `null` means the default.
 * The given object is not changed, and changing it changes nothing of the result.
 *
 * @throws {ConfigError} with every problem that was found
 * @example resolveSourceConfig({ url: 'wss://example.com/feed', idle_timeout: 30 }).idleTimeoutMs // 30_000
 */
export function resolveSourceConfig(config: unknown, options: ResolveOptions = {}): ResolvedSourceConfig {
  const { context = {}, isHidden = () => false } = options;
  const { findings, value } = checked(config, context, isHidden);
  if (findings.length > 0) throw new ConfigError(findings.map(toProblem));
  return toResolved(value as SourceConfig, context);
}

/**
 * The same for a configuration that code wrote: each key has the spelling of files or that of code.
 *
 * @throws {ConfigError} with every problem that was found, also a key that has both
 * @example resolveCodeConfig({ url: 'wss://example.com/feed', idleTimeoutMs: 30_000 }, {}).idleTimeoutMs // 30_000
 */
export function resolveCodeConfig(config: unknown, context: Context): ResolvedSourceConfig {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return resolvedCode(config, context);
  let made: ResolvedSourceConfig | undefined;
  const settings = KNOWN_IN_CODE.of(config, (copy) => {
    made = resolvedCode(copy, context);
    return settingsIn.get(made) as ResolvedSettings;
  });
  if (made !== undefined) return made;
  // All but the address was found valid before.
  const { url } = config as { readonly url?: unknown };
  const given = config as Readonly<Record<string, unknown>>;
  const isSound =
    typeof url === 'string' &&
    url !== '' &&
    checkAddresses(given, context).length === 0 &&
    checkReach(given).length === 0;
  return isSound ? placed(settings, [url], context) : resolvedCode(config, context);
}

function resolvedCode(config: unknown, context: Context): ResolvedSourceConfig {
  const spelling = new Spelling(config);
  const { findings, value } = checked(spelling.config, context, () => false);
  const misspelt = new Set(spelling.findings.map(({ path }) => formatPath(path)));
  const others = findings.map((finding) => ({ ...finding, path: spelling.given(finding.path) }));
  const all = [...spelling.findings, ...others.filter(({ path }) => !misspelt.has(formatPath(path)))];
  if (all.length > 0) throw new ConfigError(all.map(toProblem));
  return toResolved(value as SourceConfig, context);
}

function checked(config: unknown, context: Context, isHidden: IsHidden): Checked {
  const { findings, value } = checkSchema(
    definedOnly(config, OBJECT_DEPTH),
    (path) => isSecret(path) || isHidden(path),
  );
  return { findings: [...findings, ...checkSourceRules(value, context)], value };
}

/** The resolved form of a configuration in which nothing is wrong. */
export function toResolved(config: SourceConfig, context: Context): ResolvedSourceConfig {
  const settings = KNOWN.of(config, (copy) => settingsOf(copy as SourceConfig));
  return placed(settings, addressesOf(definedOnly(config, 1) as SourceConfig), context);
}

/** What it says beside its address, as long as nobody has put it together of others: the same object for all that say the same. */
export function sharedSettings(config: ResolvedSourceConfig): ResolvedSettings | undefined {
  return settingsIn.get(config);
}

function settingsOf(config: SourceConfig): ResolvedSettings {
  const given = definedOnly(config, OBJECT_DEPTH) as SourceConfig;
  const read = resolved(FLAT_OPTIONS, given) as Flat;
  const reach = resolved(REACH_CONFIG, given);
  const refusal = (said: 'fail' | 'skip' | undefined, read: 'fail' | 'skip') =>
    said === undefined && given.dead_letter !== undefined ? 'skip' : read;
  return {
    auth: given.auth ?? { type: 'none' },
    ...read,
    lingerMs: lingerFor(read.batchSize, given.linger === undefined ? undefined : read.lingerMs),
    onParseError: refusal(given.on_parse_error, read.onParseError),
    onInvalidRecord: refusal(given.on_invalid_record, read.onInvalidRecord),
    deadLetter: letterFilesIn(read.deadLetter),
    liveness: resolved(LIVENESS_OPTIONS, given),
    reach: { ...reach, tls: reach.tls ?? {} },
    subscribe: resolved(SUBSCRIBE_OPTIONS, given),
    intake: resolved(INTAKE_OPTIONS, given),
    resume: resolved(RESUME_OPTIONS, given),
    backfill: resolved(BACKFILL_OPTIONS, given) as ResolvedSourceConfig['backfill'],
    rotation: resolved(ROTATION_OPTIONS, given),
    reconnect: resolved(RECONNECT_OPTIONS, given),
  };
}

function placed(settings: ResolvedSettings, templates: readonly string[], context: Context): ResolvedSourceConfig {
  const urls = templates.map((url) => fillPlaceholders(url, context));
  const config = { url: urls[0] as string, urls, ...settings };
  settingsIn.set(config, settings);
  return config;
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

/** Settings as files write them, and as code does. */
const KNOWN = new ByContent<ResolvedSettings>('url');
const KNOWN_IN_CODE = new ByContent<ResolvedSettings>('url');
const settingsIn = new WeakMap<ResolvedSourceConfig, ResolvedSettings>();

const checkSchema = schemaCheck('source', sourceConfigSchema);

/** config → auth → config → headers */
const OBJECT_DEPTH = 4;
