import { GAP_CAUSES } from '../frame/gap.js';
import { FieldReader, scalarAt } from '../json/field.js';
import { integerAt } from '../json/integer.js';

/** What a gap line says, as far as it is understood. */
export interface GapLine {
  readonly cause: string;
  /** Epoch milliseconds; `null` when that is not known. */
  readonly from: number | null;
  readonly to: number | null;
  /** `null` when there was no frame. */
  readonly after: number | bigint | null;
  readonly before: number | bigint | null;
  readonly dropped: number;
  /** `null` when that is not known. */
  readonly durationMs: number | null;
  readonly missing: number | bigint | undefined;
  /** Whether its server has sent what was missed: then nothing is missing. */
  readonly isReplayed: boolean;
}

/** Reads gap lines: `{"gap":{…}}`, as `gaps: records` stores them. A record of a feed that looks alike, and lacks one of their keys, is none. */
export class GapLineReader {
  readonly #fields = Object.fromEntries(KEYS.map((key) => [key, new FieldReader(['gap', key])])) as Fields;

  /** The gap line in bytes[start, end), a text that passed the check; `undefined` where that is another record. */
  read(bytes: Buffer, start: number, end: number): GapLine | undefined {
    if (!beginsWith(bytes, start, end, BEGIN)) return undefined;
    const cause = this.#scalar('cause', bytes, start, end);
    const [from, to, dropped, durationMs] = (['from', 'to', 'dropped', 'duration_ms'] as const).map((key) =>
      this.#scalar(key, bytes, start, end),
    );
    const after = this.#number('after_sequence', bytes, start, end);
    const before = this.#number('before_sequence', bytes, start, end);
    if (typeof cause !== 'string' || after === undefined || before === undefined) return undefined;
    if (!isTime(from) || !isTime(to) || !isTime(durationMs) || typeof dropped !== 'number') return undefined;
    const missing = this.#number('missing', bytes, start, end) ?? undefined;
    const isReplayed = this.#scalar('replayed', bytes, start, end) === true;
    return { cause, from, to, after, before, dropped, durationMs, missing, isReplayed };
  }

  #scalar(key: Key, bytes: Buffer, start: number, end: number): ReturnType<typeof scalarAt> {
    const field = this.#fields[key];
    return field.find(bytes, start, end) ? scalarAt(bytes, field.start, field.end) : undefined;
  }

  #number(key: Key, bytes: Buffer, start: number, end: number): number | bigint | null | undefined {
    if (this.#scalar(key, bytes, start, end) === null) return null;
    const field = this.#fields[key];
    return field.find(bytes, start, end) ? integerAt(bytes, field.start, field.end) : undefined;
  }
}

/** What makes no sense in a gap line by itself, as a clause; `undefined` when all does. */
export function nonsenseOf({ cause, from, to, after, before, dropped, missing }: GapLine): string | undefined {
  if (!Object.hasOwn(GAP_CAUSES, cause))
    return `its cause is ${JSON.stringify(cause.slice(0, MOST_SHOWN))}, which is none`;
  if (from !== null && to !== null && from > to) return `it ends (${to}) before it begins (${from})`;
  if (after === null || before === null) return undefined;
  if (before <= after)
    return `its \`before_sequence\` (${before}) does not come after its \`after_sequence\` (${after})`;
  const between = BigInt(before) - BigInt(after) - 1n;
  if (cause === 'overflow' && BigInt(dropped) > between) {
    return `it dropped ${dropped} frames, and only ${between} are between ${after} and ${before}`;
  }
  if (missing !== undefined && BigInt(missing) > between) {
    return `it misses ${missing} numbers, and only ${between} are between ${after} and ${before}`;
  }
  return undefined;
}

function isTime(value: unknown): value is number | null {
  return value === null || typeof value === 'number';
}

/** Whether bytes[start, end) begin with these. */
export function beginsWith(bytes: Buffer, start: number, end: number, begin: Buffer): boolean {
  if (end - start < begin.length) return false;
  for (let i = 0; i < begin.length; i++) if (bytes[start + i] !== begin[i]) return false;
  return true;
}

const BEGIN = Buffer.from('{"gap":{');
const KEYS = [
  'cause',
  'from',
  'to',
  'dropped',
  'duration_ms',
  'after_sequence',
  'before_sequence',
  'missing',
  'replayed',
] as const;
type Key = (typeof KEYS)[number];
type Fields = Readonly<Record<Key, FieldReader>>;
const MOST_SHOWN = 40;
