/** One form of a path, and a record in which it leads to a value. */
export interface PathForm {
  readonly path: string;
  /** The record, as text: `value` at the path, something else where a path that is misread would lead, and other keys. */
  record(value: unknown, others?: object): string;
}

/** Every form of a path that is understood. */
export const PATH_FORMS: readonly PathForm[] = [
  form('a', (a) => ({ a })),
  form('a.b', (b) => ({ 'a.b': DECOY, a: { b } })),
  form('$.a', (a) => ({ $: { a: DECOY }, a })),
  form('$.a.b', (b) => ({ $: { a: { b: DECOY } }, 'a.b': DECOY, a: { b } })),
  form("$['a.b']", (value) => ({ a: { b: DECOY }, 'a.b': value })),
  form('$["a.b"]', (value) => ({ a: { b: DECOY }, 'a.b': value })),
  form('["a.b"]', (value) => ({ a: { b: DECOY }, 'a.b': value })),
  form("$['a.b'].c", (c) => ({ a: { b: { c: DECOY } }, 'a.b': { c } })),
  form('a[0]', (value) => ({ 'a[0]': DECOY, a: [value, DECOY] })),
  form('a.1', (value) => ({ 'a.1': DECOY, a: [DECOY, value] })),
  form('$.a[0].b', (b) => ({ a: [{ b }, { b: DECOY }] })),
  form("$['$x']", (value) => ({ x: DECOY, $x: value })),
  { path: '$', record: (value) => JSON.stringify(value) },
];

function form(path: string, place: (value: unknown) => object): PathForm {
  return { path, record: (value, others = {}) => JSON.stringify({ ...place(value), ...others }) };
}

const DECOY = 'not this';
