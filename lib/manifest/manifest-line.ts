import { createHash } from 'node:crypto';
import type { GapSum, KeepLimit, ManifestEntry } from './manifest-entry.js';

/**
 * An entry as a line of a manifest, with its line feed: JSON, its keys in snake_case, the SHA-256 of the line before it last.
 *
 * @param previous what {@link hashOfLine} says of the line before it; `null` in the first one
 */
export function encodeLine(entry: ManifestEntry, previous: string | null): Buffer {
  return Buffer.from(`${JSON.stringify({ ...factsOf(entry), previous })}\n`);
}

/** The SHA-256 of a line without its line feed, in hexadecimal: what the next line says of it. */
export function hashOfLine(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A line that was read. */
export interface DecodedLine {
  readonly entry: ManifestEntry;
  /** What it says of the line before it. */
  readonly previous: string | null;
}

/** What a line without its line feed tells, or, as a clause, what is wrong with it. Keys that are not known are left to later versions. */
export function decodeLine(text: Buffer): DecodedLine | string {
  let value: unknown;
  try {
    value = JSON.parse(text.toString('utf8'));
  } catch {
    return 'it is no JSON';
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return 'it is no JSON object';
  const facts = value as Facts;
  const wrong = keyThatIsWrong(facts);
  if (wrong !== undefined) return `its \`${wrong}\` is not what that key holds`;
  return { entry: entryOf(facts), previous: facts['previous'] as string | null };
}

type Facts = Readonly<Record<string, unknown>>;

function factsOf(entry: ManifestEntry): Facts {
  const { event, path } = entry;
  if (entry.event === 'removed') return { event, path, at: entry.at, limit: entry.limit };
  const { records, bytes, sha256, gaps } = entry;
  return {
    ...{ event, path, records, bytes, sha256 },
    first_sequence: entry.firstSequence ?? null,
    last_sequence: entry.lastSequence ?? null,
    first_received_at: entry.firstReceivedAt ?? null,
    last_received_at: entry.lastReceivedAt ?? null,
    gaps: { count: gaps.count, ms: gaps.ms, missing: gaps.missing },
  };
}

function entryOf(facts: Facts): ManifestEntry {
  const path = facts['path'] as string;
  if (facts['event'] === 'removed') {
    return { event: 'removed', path, at: facts['at'] as number, limit: facts['limit'] as KeepLimit };
  }
  const known = (key: string): number | undefined => (facts[key] as number | null) ?? undefined;
  const { count, ms, missing } = facts['gaps'] as GapSum;
  return {
    ...{ event: 'sealed', path },
    records: facts['records'] as number,
    bytes: facts['bytes'] as number,
    sha256: facts['sha256'] as string,
    firstSequence: known('first_sequence'),
    lastSequence: known('last_sequence'),
    firstReceivedAt: known('first_received_at'),
    lastReceivedAt: known('last_received_at'),
    gaps: { count, ms, missing },
  };
}

/** The first key whose value it cannot have. */
function keyThatIsWrong(facts: Facts): string | undefined {
  const { event } = facts;
  const keys = event === 'sealed' ? SEALED : event === 'removed' ? REMOVED : undefined;
  if (keys === undefined) return 'event';
  return Object.keys(keys).find((key) => !(keys[key] as Test)(facts[key]));
}

type Test = (value: unknown) => boolean;

/** A path that leads from a folder to something in it. */
function isInside(value: unknown): boolean {
  if (typeof value !== 'string' || /[\\\0]/.test(value)) return false;
  return value.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCountOrNull(value: unknown): boolean {
  return value === null || isCount(value);
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isGapSum(value: unknown): boolean {
  const { count, ms, missing } = (value ?? {}) as Partial<GapSum>;
  return [count, ms, missing].every(isCount);
}

const COMMON: Readonly<Record<string, Test>> = {
  path: isInside,
  previous: (value) => value === null || isHash(value),
};

const SEALED: Readonly<Record<string, Test>> = {
  ...COMMON,
  records: isCount,
  bytes: isCount,
  sha256: isHash,
  first_sequence: isCountOrNull,
  last_sequence: isCountOrNull,
  first_received_at: isCountOrNull,
  last_received_at: isCountOrNull,
  gaps: isGapSum,
};

const REMOVED: Readonly<Record<string, Test>> = {
  ...COMMON,
  at: isCount,
  limit: (value) => value === 'bytes' || value === 'age' || value === 'files',
};
