import { optionError } from '../errors.js';

/** A compiled path: where in a JSON value a field stands. Made by {@link compilePath}. */
export interface Path {
  /** The path as it was given, for messages. */
  readonly text: string;
  /** From the outermost key to the innermost. None: the value itself. */
  readonly segments: readonly PathSegment[];
}

/** One step of a {@link Path}: into an object by key, or into an array by index. */
export interface PathSegment {
  readonly key: string;
  /** The key's bytes as they stand in JSON, or undefined if this key can only be written with an escape. */
  readonly plain: Uint8Array | undefined;
  /** The index into an array, or -1 if the key is not the canonical form of one. */
  readonly index: number;
}

/**
 * Compiles a path such as `data.price`, `trades.0.id` or `trades[0].id`.
 *
 * Keys are separated by dots. A segment of digits is an index where it meets an array, and a key where it meets an object.
 * A key that holds a dot or a bracket is written `["a.b"]`, or the path is given as an array: `['data', 'a.b', 0]`. The
 * empty path is the value itself.
 *
 * @param option The name of the option that the path came from, for the message. Default: `path`.
 * @throws {ConfigError} if the path cannot be read.
 */
export function compilePath(path: string | readonly (string | number)[], option = 'path'): Path {
  if (typeof path === 'string') return { text: path, segments: splitPath(path, option).map(compileSegment) };
  if (!Array.isArray(path)) {
    throw optionError(option, `A path must be a string such as "data.price", or an array of keys and indices.`);
  }
  const keys = path.map((segment) => checkSegment(segment, option));
  return { text: JSON.stringify(path), segments: keys.map(compileSegment) };
}

/** Whether it is a path that {@link compilePath} can read. */
export function isPath(path: unknown): path is string {
  try {
    if (typeof path === 'string') compilePath(path);
    return typeof path === 'string';
  } catch {
    return false;
  }
}

/** A path that may have been compiled already. */
export function toPath(path: Path | string | readonly (string | number)[]): Path {
  return typeof path === 'object' && 'segments' in path ? path : compilePath(path);
}

function checkSegment(segment: unknown, option: string): string {
  if (typeof segment === 'string') return segment;
  if (Number.isSafeInteger(segment) && (segment as number) >= 0) return String(segment);
  throw optionError(
    option,
    `A path's segment must be a key or an index (a whole number, 0 or more); found ${describe(segment)}.`,
  );
}

function splitPath(path: string, option: string): string[] {
  const keys: string[] = [];
  let i = 0;
  while (i < path.length) {
    const match = SEGMENT.exec(path.slice(i));
    // A dot stands between segments: not before the first, and not before a bracket.
    if (match === null || (match[1] !== undefined && (match[1] === '.') !== i > 0)) {
      throw optionError(
        option,
        `The path ${JSON.stringify(path)} cannot be read from character ${i + 1} on. ` +
          'Write keys with dots between them ("data.price"), indices as "trades.0" or "trades[0]", ' +
          'and a key that holds a dot or a bracket as ["a.b"].',
      );
    }
    const [all, , bare, bracketIndex, quoted] = match;
    keys.push(bare ?? bracketIndex ?? (JSON.parse(quoted) as string));
    i += all.length;
  }
  return keys;
}

function compileSegment(key: string): PathSegment {
  const bytes = Buffer.from(key);
  const plain = ESCAPED.test(key) || bytes.toString() !== key ? undefined : bytes;
  const index = INDEX.test(key) && Number.isSafeInteger(Number(key)) ? Number(key) : -1;
  return { key, plain, index };
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : value === null ? 'null' : `a value of type ${typeof value}`;
}

/** 1: the dot before a bare key, 2: the bare key, 3: an index in brackets, 4: a key in brackets, as a JSON string. */
const SEGMENT = /^(?:(\.?)([^.[\]]+)|\[(0|[1-9]\d*)\]|\[("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")\])/;

const INDEX = /^(?:0|[1-9]\d*)$/;

/** What a JSON string cannot hold as it is. */
const ESCAPED = /["\\\x00-\x1f]/;
