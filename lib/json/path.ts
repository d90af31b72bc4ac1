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
 * Compiles a path: `price`, `data.price`, `$.data.price`, `trades[0].id`, `$['a.b']`. These are the paths of JSONPath that
 * lead to one value.
 *
 * Keys are separated by dots; a leading `$` stands for the value itself, and alone, as the empty path does, for all of it. A
 * segment of digits, `trades[0]` or `trades.0`, is an index where it meets an array, and a key where it meets an object. A key
 * that holds a dot or a bracket is written `['a.b']` or `["a.b"]`, with the escapes of JSON, and so are a first key that
 * begins with `$`, and a key `*`. Or the path is given as an array: `['data', 'a.b', 0]`.
 *
 * @param option The name of the option that the path came from, for the message. Default: `path`.
 * @throws {ConfigError} if the path cannot be read.
 */
export function compilePath(path: string | readonly (string | number)[], option = 'path'): Path {
  if (typeof path === 'string') {
    const keys: string[] = [];
    const problem = readPath(path, keys, true);
    if (problem !== undefined) throw optionError(option, problem);
    return { text: path, segments: keys.map(compileSegment) };
  }
  if (!Array.isArray(path)) {
    throw optionError(option, `A path must be a string such as "data.price", or an array of keys and indices.`);
  }
  const keys = path.map((segment) => checkSegment(segment, option));
  return { text: JSON.stringify(path), segments: keys.map(compileSegment) };
}

/** Why {@link compilePath} cannot read a path, as a sentence; `undefined`: it can. `isHidden`: the path is not shown. */
export function pathProblem(path: string, isHidden = false): string | undefined {
  return readPath(path, [], !isHidden);
}

/**
 * Whether it is a path as text.
 *
 * @throws {ConfigError} if it is a text that {@link compilePath} cannot read
 */
export function isPath(path: unknown, option: string): path is string {
  if (typeof path === 'string') compilePath(path, option);
  return typeof path === 'string';
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

/** Reads the keys of a path, or says from where on that cannot be done, and why. */
function readPath(path: string, keys: string[], isShown: boolean): string | undefined {
  let i = path.startsWith('$') ? 1 : 0;
  while (i < path.length) {
    const match = (i === 0 ? FIRST : STEP).exec(path.slice(i));
    if (match === null) {
      const shown = isShown ? ` ${JSON.stringify(path)}` : '';
      return `The path${shown} cannot be read from character ${i + 1} on: ${whyNot(path, i)} ${UNDERSTOOD}`;
    }
    const [all, bare, index, double, single] = match;
    keys.push(bare ?? index ?? (JSON.parse(double ?? asDouble(single as string)) as string));
    i += all.length;
  }
  return undefined;
}

function whyNot(path: string, i: number): string {
  const rest = path.slice(i);
  if (i === 1 && /^[^.[\]]/.test(rest)) return "a first key that begins with `$` is written in brackets, as `$['$x']`.";
  if (/^(?:\.\.|\.?\*|\[(?:[*?:-]|\d+[:,]|["'][^\]]*,))/.test(rest)) {
    return "a path leads to one value, so wildcards, slices, filters and `..` are none; a key `*` is written `['*']`.";
  }
  if (/^\.?$/.test(rest)) return 'a key is missing.';
  if (rest.startsWith('[')) return 'this is neither `[0]` nor a key in quotes and brackets.';
  return rest.startsWith('.') ? 'a dot stands between two keys.' : 'a dot or a bracket is missing.';
}

/** A key in single quotes, as a JSON string. */
function asDouble(single: string): string {
  const content = single.slice(1, -1).replace(/\\.|"/g, (found) => SWAPPED[found] ?? found);
  return `"${content}"`;
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

const BARE = '(?!\\*(?:[.[]|$))[^.[\\]]+';
const WHOLE_NUMBER = '0|[1-9]\\d*';
const ESCAPE = (quote: string) => `\\\\(?:[${quote}\\\\/bfnrt]|u[\\da-fA-F]{4})`;
const QUOTED = (quote: string) => `${quote}(?:[^${quote}\\\\\\x00-\\x1f]|${ESCAPE(quote)})*${quote}`;
/** Groups: 1 is an index, 2 and 3 are keys as they stand, with their quotes. */
const BRACKET = `\\[(?:(${WHOLE_NUMBER})|(${QUOTED('"')})|(${QUOTED("'")}))\\]`;

const FIRST = new RegExp(`^(?:(${BARE})|${BRACKET})`);
const STEP = new RegExp(`^(?:\\.(${BARE})|${BRACKET})`);

/** What {@link compilePath} reads, as the `pattern` of a JSON Schema. */
export const PATH_PATTERN: string = ((step) => `^(?:\\$${step}*|(?:(?!\\$)${BARE}|${BRACKET})${step}*)?$`)(
  `(?:\\.${BARE}|${BRACKET})`,
);

const SWAPPED: Readonly<Record<string, string>> = { '"': '\\"', "\\'": "'" };

const UNDERSTOOD =
  'Understood are keys with dots between them (`data.price`, `$.data.price`), indices (`trades[0]`, `trades.0`), keys in ' +
  "brackets (`$['a.b']`), and `$` for the whole.";

const INDEX = /^(?:0|[1-9]\d*)$/;

/** What a JSON string cannot hold as it is. */
const ESCAPED = /["\\\x00-\x1f]/;
