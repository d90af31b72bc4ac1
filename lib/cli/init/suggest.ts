import { isUtf8 } from 'node:buffer';
import { type Codec, decompressed } from '../../internal/decompress.js';
import type { Split } from '../../internal/split.js';
import { lacksZstd } from '../../internal/zstd.js';
import type { MessageFormatName } from '../../parse/formats.js';
import { contentText } from '../../parse/look/hint.js';
import { lookAt } from '../../parse/look/look.js';
import { SEPARATORS } from '../../parse/look/separators.js';
import { formatBytes, formatDuration, formatNumber } from '../report/format.js';
import { type FieldSeen, fieldsOf } from './fields.js';
import type { Observation } from './observe.js';

/** What the first frames of a feed suggest for its pipeline file. */
export interface Suggestion {
  /** What all binary frames are compressed with. */
  readonly decompress: Codec | undefined;
  readonly messageFormat: MessageFormatName;
  /** When some frames are JSON and others are not. */
  readonly onParseError: 'skip' | undefined;
  readonly split: Split | undefined;
  readonly recordsPath: string | undefined;
  /** What was seen, for people: a line each. */
  readonly notes: readonly string[];
  readonly fields: readonly FieldSeen[];
}

/** What to write for a feed that sent this. */
export function suggest({ frames: observed, tookMs }: Observation): Suggestion | undefined {
  if (observed.length === 0) return undefined;
  const decompress = codecOf(observed);
  const frames = decompress === undefined ? observed : observed.map((frame) => inflated(frame, decompress));
  const texts = frames.map(({ data }) => (isUtf8(data) ? data.toString() : undefined));
  const values = texts.map(parsed);
  const jsonFrames = values.filter((value) => value !== undefined).length;
  const bytes = observed.reduce((sum, { data }) => sum + data.length, 0);
  const binary = frames.filter(({ isBinary }) => isBinary).length;
  const kind = binary === 0 ? 'text' : binary === frames.length ? 'binary' : `${binary} of them binary`;
  const notes = [
    `It sent ${formatNumber(frames.length, 'frame')} within ${formatDuration(tookMs)}: ${kind}, ${formatBytes(bytes / frames.length)} on average.`,
  ];
  if (decompress !== undefined) notes.push(`Its binary frames are compressed: \`decompress: ${decompress}\`.`);
  if (jsonFrames === 0) return { ...withoutJson(frames, texts, notes), decompress };
  const onParseError = jsonFrames < frames.length ? 'skip' : undefined;
  if (onParseError !== undefined) notes.push(`${frames.length - jsonFrames} of them are no JSON, and are dropped.`);
  const found = values.flatMap((value) => (value === undefined ? [] : [value.json]));
  const recordsPath = onParseError === undefined ? recordsPathOf(found) : undefined;
  if (recordsPath !== undefined) notes.push('Each frame holds an array of objects: each of them becomes a record.');
  const records = recordsPath === undefined ? found : found.flatMap((value) => at(value, recordsPath) as unknown[]);
  const fields = fieldsOf(records);
  return { decompress, messageFormat: 'json', onParseError, split: undefined, recordsPath, notes, fields };
}

function withoutJson(
  frames: Observation['frames'],
  texts: readonly (string | undefined)[],
  notes: string[],
): Omit<Suggestion, 'decompress'> {
  const none = { onParseError: undefined, recordsPath: undefined, notes };
  const contents = frames.map(({ data }) => lookAt(data).content);
  if (contents.some(({ kind }) => !TEXTUAL.has(kind))) {
    const [first] = contents;
    const isKnown =
      first !== undefined && first.kind !== 'unknown' && contents.every(({ kind }) => kind === first.kind);
    notes.push(`They are no text${isKnown ? `, and look like ${contentText(first)}` : ''}: they are stored as base64.`);
    return { ...none, messageFormat: 'binary', split: undefined, fields: [] };
  }
  for (const { separator, split, holds } of SEPARATORS) {
    const pieces = texts.flatMap((text) => text?.split(separator).filter((piece) => piece.trim() !== '') ?? []);
    const values = pieces.map(parsed);
    if (values.length === 0 || values.includes(undefined)) continue;
    notes.push(`Each frame holds ${holds}: each of them becomes a record.`);
    return { ...none, messageFormat: 'json', split, fields: fieldsOf(values.map((value) => value?.json)) };
  }
  notes.push('They are no JSON: they are stored as text.');
  return { ...none, messageFormat: 'raw_string', split: undefined, fields: [] };
}

/** What every binary frame is compressed with; `undefined` when there is none, or they differ, or this Node cannot undo it. */
function codecOf(frames: Observation['frames']): Codec | undefined {
  const codecs = new Set(frames.flatMap(({ data, isBinary }) => (isBinary ? [lookAt(data).codec] : [])));
  const [codec] = codecs;
  return codecs.size === 1 && !(codec === 'zstd' && lacksZstd()) ? codec : undefined;
}

function inflated(frame: Observation['frames'][number], codec: Codec): Observation['frames'][number] {
  const result = frame.isBinary ? decompressed(codec, frame.data, MAX_INFLATED_BYTES) : undefined;
  return result !== undefined && 'bytes' in result ? { ...frame, data: result.bytes } : frame;
}

/** Where in every frame an array of objects stands: at the top, or below one key. */
function recordsPathOf(values: readonly unknown[]): string | undefined {
  if (values.every(isArrayOfObjects)) return '';
  const [first] = values;
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return undefined;
  return Object.keys(first).find(
    (key) => PLAIN_KEY.test(key) && values.every((value) => isArrayOfObjects(at(value, key))),
  );
}

function isArrayOfObjects(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))
  );
}

function at(value: unknown, key: string): unknown {
  if (key === '') return value;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function parsed(text: string | undefined): { readonly json: unknown } | undefined {
  if (text === undefined) return undefined;
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

const TEXTUAL: ReadonlySet<string> = new Set(['json', 'pieces', 'text']);
const MAX_INFLATED_BYTES = 8 * 1024 * 1024;
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;
