import { optionError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import { isPromise, reasonOf, wrongResult } from '../internal/given-function.js';
import { MAX_DEPTH } from '../json/check.js';
import { serialise } from '../json/serialise.js';
import { notStorable } from '../json/storable.js';
import type { FrameFacts } from './message.js';

/**
 * Makes a record out of the bytes of a frame, which are good for as long as it runs.
 *
 * @returns a value that JSON can hold, a `bigint` as the integer it is; or a Buffer or Uint8Array that is a JSON text by itself
 */
export type Decode = (data: Buffer, frame: FrameFacts) => unknown;

/** What came of it: a JSON text, which is still to be checked where it is the decoder's own, or nothing. */
export type Decoded =
  | { readonly text: Buffer; readonly isChecked: boolean }
  | { readonly reason: string; readonly cause: unknown };

/** @throws {ConfigError} when it returned what cannot be used: that is no fault of the frame's */
export function decodeFrame(decode: Decode, frame: Frame): Decoded {
  let value: unknown;
  try {
    value = decode(frame.data, frame);
  } catch (cause) {
    return { reason: `\`decode\` failed${reasonOf(cause)},`, cause };
  }
  if (value instanceof Uint8Array) {
    return { text: Buffer.from(value.buffer, value.byteOffset, value.length), isChecked: false };
  }
  return { text: textOf(value), isChecked: true };
}

function textOf(value: unknown): Buffer {
  if (value === undefined || isPromise(value)) throw wrongResult(OPTION, value, WANTED);
  const found = notStorableWithin(value, 0);
  if (found !== undefined) {
    const place = found.keys.length === 0 ? '' : ` at ${JSON.stringify(found.keys.join('.'))}`;
    throw optionError(OPTION, `The function returned what JSON cannot hold${place}. ${found.reason}`);
  }
  try {
    return serialise(value);
  } catch (cause) {
    throw optionError(OPTION, `The function returned what JSON cannot hold. ${(cause as Error).message}`, cause);
  }
}

/** The first thing within, all the way down, of which JSON would write something else: decoders give bytes and maps. */
function notStorableWithin(value: unknown, depth: number): { keys: string[]; reason: string } | undefined {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return undefined;
  const reason = notStorable(value);
  if (reason !== undefined) return { keys: [], reason };
  if (typeof (value as { readonly toJSON?: unknown }).toJSON === 'function') return undefined;
  for (const key of Object.keys(value)) {
    const found = notStorableWithin((value as Record<string, unknown>)[key], depth + 1);
    if (found !== undefined) return { keys: [key, ...found.keys], reason: found.reason };
  }
  return undefined;
}

const OPTION = 'parse.decode';
const WANTED = "the record's value, or its JSON text as a Buffer, and no promise of it";
