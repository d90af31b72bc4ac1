/**
 * What was made of values, for those that come with the same content: of the last few of them, and for as long as somebody uses
 * it. It is made of a copy: who changes a value afterwards changes nothing that others use.
 */
export class ByContent<Made extends object> {
  /** Those that were used last come first. */
  #known: readonly WeakRef<Made>[] = [];
  /** What each was made of. It may hold credentials, and goes with what was made. */
  readonly #copies = new WeakMap<Made, object>();
  readonly #but: string;

  /** @param but the key of which it does not matter what stands there */
  constructor(but: string) {
    this.#but = but;
  }

  /** What was made of such a value before, or is made now. Of one that holds more than plain data it is made anew each time. */
  of(value: object, make: (value: object) => Made): Made {
    const found = this.#find(value);
    if (found !== undefined) return found;
    const copy = copyOf(value, { nodes: MOST_NODES }, 0);
    if (copy === NOT_PLAIN) return make(value);
    const made = make(copy as object);
    // It may be one that was made of a value in other words.
    this.#copies.set(made, copy as object);
    this.#putFirst(new WeakRef(made), made);
    return made;
  }

  #find(value: object): Made | undefined {
    for (const ref of this.#known) {
      const made = ref.deref();
      const copy = made && this.#copies.get(made);
      if (made === undefined || copy === undefined || !isSame(copy, value, this.#but)) continue;
      if (ref !== this.#known[0]) this.#putFirst(ref, made);
      return made;
    }
    return undefined;
  }

  #putFirst(ref: WeakRef<Made>, made: Made): void {
    const others = this.#known.filter((one) => {
      const other = one.deref();
      return other !== undefined && other !== made;
    });
    this.#known = [ref, ...others.slice(0, MOST - 1)];
  }
}

/** A deep copy of plain data; of anything else, and of more than can be compared in no time, there is none. */
function copyOf(value: unknown, left: { nodes: number }, depth: number): unknown {
  if (!isObject(value)) return typeof value === 'function' || typeof value === 'symbol' ? NOT_PLAIN : value;
  left.nodes -= 1;
  if (left.nodes < 0 || depth > MOST_DEPTH || !isPlain(value)) return NOT_PLAIN;
  const entries: [string, unknown][] = [];
  for (const key of Object.keys(value)) {
    const copy = copyOf(value[key], left, depth + 1);
    if (copy === NOT_PLAIN) return NOT_PLAIN;
    entries.push([key, copy]);
  }
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

/** Whether a value has the same keys in the same order, with the same values, as a copy. */
function isSame(copy: unknown, value: unknown, but?: string): boolean {
  if (!isObject(copy) || !isObject(value)) return Object.is(copy, value);
  if (!isPlain(value) || Array.isArray(copy) !== Array.isArray(value)) return false;
  const keys = Object.keys(copy);
  const given = Object.keys(value);
  return (
    given.length === keys.length &&
    given.every((key, index) => key === keys[index] && (key === but || isSame(copy[key], value[key])))
  );
}

function isPlain(value: Data): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // What is in a list besides its items, or lacks there, would be lost.
  if (Array.isArray(value)) return prototype === Array.prototype && Object.keys(value).length === value.length;
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(value).length === 0;
}

function isObject(value: unknown): value is Data {
  return typeof value === 'object' && value !== null;
}

type Data = Readonly<Record<string, unknown>>;

const NOT_PLAIN: unique symbol = Symbol('not plain');
/** Of how many values it is known. */
const MOST = 8;
/** Objects and lists in a value that is copied and compared. */
const MOST_NODES = 10_000;
const MOST_DEPTH = 100;
