import type { JsonSchema } from '../../internal/json-schema.js';
import { DURATION_PATTERN, durationOrPattern, POSITIVE_DURATION_PATTERN } from '../durations.js';

/**
 * What a key of a configuration is called in code.
 *
 * @param schema what may stand under it
 * @example codeNameOf('idle_timeout', positiveDuration) // 'idleTimeoutMs'
 */
export function codeNameOf(key: string, schema: JsonSchema): string {
  const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const isMore = schema.properties !== undefined;
  return isDuration(schema) && !isMore ? `${name}Ms` : name;
}

/** Whether a number under it is a stretch of time: seconds there, milliseconds in code. */
export function isDuration({ pattern }: JsonSchema): boolean {
  return pattern === DURATION_PATTERN || pattern === POSITIVE_DURATION_PATTERN || mayBeNone({ pattern });
}

/** Whether such a stretch of time can be `none`. */
export function mayBeNone({ pattern }: JsonSchema): boolean {
  return pattern === OR_NONE;
}

/** The key that has this name in code, of those that are known. */
export function keyOfCodeName(name: string, known: Properties): string | undefined {
  return Object.keys(known).find((key) => key !== name && codeNameOf(key, known[key]!) === name);
}

/** What may stand under each key. */
export type Properties = Readonly<Record<string, JsonSchema>>;

const OR_NONE = durationOrPattern(['none']);
