import { optionError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import { functionFailed, wrongResult } from '../internal/given-function.js';
import { describe } from '../internal/options.js';
import { JsonCheck } from '../json/check.js';
import { compilePath, FieldReader, scalarAt } from '../json/field.js';
import { Message } from '../parse/message.js';
import type { ResolvedMergeOptions } from './options.js';

/** The time of an item; `undefined` when it has none of its own. */
export type TimeOf = (item: unknown) => number | undefined;

/** @throws {ConfigError} when the path cannot be read; so does what it returns, for an item or a result that cannot be used */
export function compileTimeOf(by: ResolvedMergeOptions['by']): TimeOf {
  if (by === undefined) return (item) => factsOf(item).receivedAt;
  if (typeof by === 'function') return (item) => (isGap(item) ? undefined : givenTime(by, item));
  const reader = new FieldReader(compilePath(by, 'merge.by'));
  const check = new JsonCheck();
  return (item) => {
    if (factsOf(item).gap !== undefined) return undefined;
    const text = item instanceof Message ? item.text : (item as Frame).data;
    // A frame can hold anything.
    if (!(item instanceof Message) && !check.check(text, 0, text.length)) return undefined;
    return reader.find(text, 0, text.length) ? numberOf(scalarAt(text, reader.start, reader.end)) : undefined;
  };
}

function givenTime(by: (item: never) => number, item: unknown): number {
  let time: unknown;
  try {
    time = by(item as never);
  } catch (cause) {
    throw functionFailed('merge.by', cause);
  }
  if (!Number.isFinite(time)) throw wrongResult('merge.by', time, 'a finite number');
  return time as number;
}

/** Many feeds write their times as text. */
function numberOf(scalar: unknown): number | undefined {
  const number = typeof scalar === 'string' && NUMBER.test(scalar) ? Number(scalar) : scalar;
  return Number.isFinite(number) ? (number as number) : undefined;
}

function factsOf(item: unknown): Omit<Frame, 'data'> {
  if (item instanceof Message) return item.frame;
  if (Buffer.isBuffer((item as Partial<Frame> | undefined)?.data)) return item as Frame;
  throw optionError(
    'merge',
    `Expected frames or messages from its inputs, got ${describe(item)}. Give a function as \`by\`.`,
  );
}

function isGap(item: unknown): boolean {
  return item instanceof Message ? item.isGap : (item as Partial<Frame> | undefined)?.gap !== undefined;
}

const NUMBER = /^-?\d+(\.\d+)?$/;
