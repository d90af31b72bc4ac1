import { visible } from '../../visible.js';

/** A field that records have. */
export interface FieldSeen {
  /** `data.price` */
  readonly path: string;
  readonly type: string;
  /** A value of it as JSON, clipped. */
  readonly example: string;
  /** What it may be good for. */
  readonly use: 'counts up' | 'names a thing' | undefined;
}

/** The fields of records, two levels deep, in the order in which they were seen. */
export function fieldsOf(records: readonly unknown[]): FieldSeen[] {
  const values = new Map<string, unknown[]>();
  for (const record of records) collect(record, '', values);
  return [...values].slice(0, MAX_FIELDS).map(([path, found]) => ({
    path,
    type: [...new Set(found.map(typeOf))].join(' or '),
    example: clipped(JSON.stringify(found[0])),
    use: useOf(path, found, records.length),
  }));
}

function collect(value: unknown, path: string, values: Map<string, unknown[]>, depth = 0): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!PLAIN_KEY.test(key)) continue;
    const below = path === '' ? key : `${path}.${key}`;
    if (depth < MAX_DEPTH && typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      collect(inner, below, values, depth + 1);
    } else if (values.size < MAX_FIELDS || values.has(below)) {
      values.set(below, [...(values.get(below) ?? []), inner]);
    }
  }
}

function useOf(path: string, found: readonly unknown[], records: number): FieldSeen['use'] {
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (found.length < records || found.length < ENOUGH) return undefined;
  if (
    found.every(
      (value, index) => Number.isSafeInteger(value) && (index === 0 || value === (found[index - 1] as number) + 1),
    )
  ) {
    return 'counts up';
  }
  return THING.test(name) && found.every((value) => typeof value === 'string') ? 'names a thing' : undefined;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** On one line, without what steers a terminal or an editor. */
function clipped(json: string): string {
  const text = visible(json);
  return text.length <= MAX_EXAMPLE ? text : `${text.slice(0, MAX_EXAMPLE)}…`;
}

const THING = /^(symbol|pair|market|instrument|product(_?id)?|ticker|channel|device(_?id)?|s)$/i;
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]{0,60}$/;
const ENOUGH = 3;
const MAX_DEPTH = 1;
const MAX_FIELDS = 20;
const MAX_EXAMPLE = 40;
