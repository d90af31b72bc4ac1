import { isUtf8 } from 'node:buffer';
import { formatBytes, formatDuration, formatNumber } from '../format.js';
import { type FieldSeen, fieldsOf } from './fields.js';
import type { Observation } from './observe.js';

/** What the first frames of a feed suggest for its pipeline file. */
export interface Suggestion {
  readonly messageFormat: 'json' | 'raw_string' | 'binary';
  /** When some frames are JSON and others are not. */
  readonly onParseError: 'skip' | undefined;
  readonly split: 'lines' | undefined;
  readonly recordsPath: string | undefined;
  /** What was seen, for people: a line each. */
  readonly notes: readonly string[];
  readonly fields: readonly FieldSeen[];
}

/** What to write for a feed that sent this. */
export function suggest({ frames, tookMs }: Observation): Suggestion | undefined {
  if (frames.length === 0) return undefined;
  const texts = frames.map(({ data }) => (isUtf8(data) ? data.toString() : undefined));
  const values = texts.map(parsed);
  const jsonFrames = values.filter((value) => value !== undefined).length;
  const bytes = frames.reduce((sum, { data }) => sum + data.length, 0);
  const binary = frames.filter(({ isBinary }) => isBinary).length;
  const kind = binary === 0 ? 'text' : binary === frames.length ? 'binary' : `${binary} of them binary`;
  const notes = [
    `It sent ${formatNumber(frames.length, 'frame')} within ${formatDuration(tookMs)}: ${kind}, ${formatBytes(bytes / frames.length)} on average.`,
  ];
  if (jsonFrames === 0) return withoutJson(texts, notes);
  const onParseError = jsonFrames < frames.length ? 'skip' : undefined;
  if (onParseError !== undefined) notes.push(`${frames.length - jsonFrames} of them are no JSON, and are dropped.`);
  const found = values.flatMap((value) => (value === undefined ? [] : [value.json]));
  const recordsPath = onParseError === undefined ? recordsPathOf(found) : undefined;
  if (recordsPath !== undefined) notes.push('Each frame holds an array of objects: each of them becomes a record.');
  const records = recordsPath === undefined ? found : found.flatMap((value) => at(value, recordsPath) as unknown[]);
  return { messageFormat: 'json', onParseError, split: undefined, recordsPath, notes, fields: fieldsOf(records) };
}

function withoutJson(texts: readonly (string | undefined)[], notes: string[]): Suggestion {
  const none = { onParseError: undefined, recordsPath: undefined, notes };
  if (texts.some((text) => text === undefined)) {
    notes.push('They are no text: they are stored as base64.');
    return { ...none, messageFormat: 'binary', split: undefined, fields: [] };
  }
  const lines = texts.flatMap((text) => text?.split('\n').filter((line) => line.trim() !== '') ?? []);
  const values = lines.map(parsed);
  if (values.length > 0 && values.every((value) => value !== undefined)) {
    notes.push('Each frame holds many lines of JSON: each of them becomes a record.');
    return { ...none, messageFormat: 'json', split: 'lines', fields: fieldsOf(values.map((value) => value?.json)) };
  }
  notes.push('They are no JSON: they are stored as text.');
  return { ...none, messageFormat: 'raw_string', split: undefined, fields: [] };
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

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;
