import { isPath } from './field.js';

/** A frame of JSON that has a field: with that very value, where `equals` is given. */
export interface FieldMatch {
  /** Where the field stands: `event`, `result.status`. */
  readonly path: string;
  /** The value to have. @default any */
  readonly equals?: string | number | boolean | null | undefined;
}

/** A frame that is this text, and nothing else. */
export interface TextMatch {
  readonly text: string;
}

/** Which frames are meant. */
export type FrameMatch = FieldMatch | TextMatch;

/**
 * Whether it is a {@link FrameMatch}.
 *
 * @throws {ConfigError} when its path cannot be read
 */
export function isFrameMatch(value: unknown, option: string): value is FrameMatch {
  if (typeof value !== 'object' || value === null) return false;
  const { text, path, equals } = value as Partial<FieldMatch & TextMatch>;
  const extra = Object.keys(value).filter((key) => !['text', 'path', 'equals'].includes(key));
  if (extra.length > 0) return false;
  if (text !== undefined) return typeof text === 'string' && path === undefined && equals === undefined;
  return isScalar(equals) && isPath(path, `${option}.path`);
}

/** What {@link isFrameMatch} accepts, as the end of "expected …". */
export const FRAME_MATCH = 'a match: `{ path, equals }`, `{ path }` or `{ text }`';

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value);
}
