/** What records look like: their fields by path, with types and examples. Memory is bounded, however many there are. */
export class Shape {
  /** The records themselves. */
  readonly root: ShapeNode = newNode();
  records = 0;
  bytes = 0;
  minBytes = Number.POSITIVE_INFINITY;
  maxBytes = 0;
  /** Whether some paths were left out, since there were too many of them, or too deep. */
  isCut = false;
  readonly #maxPaths: number;
  #nodes = 1;

  /** @param maxPaths how many paths are looked at */
  constructor(maxPaths = MAX_PATHS) {
    this.#maxPaths = maxPaths;
  }

  /** @param bytes how long its text is */
  add(record: unknown, bytes: number): void {
    this.records += 1;
    this.bytes += bytes;
    this.minBytes = Math.min(this.minBytes, bytes);
    this.maxBytes = Math.max(this.maxBytes, bytes);
    this.#see(this.root, record, 0);
  }

  #see(node: ShapeNode, value: unknown, depth: number): void {
    const kind = kindOf(value);
    node.seen += 1;
    node.kinds.set(kind, (node.kinds.get(kind) ?? 0) + 1);
    if (kind === 'object') {
      for (const [key, item] of Object.entries(value as object)) {
        const child = node.children.get(key) ?? this.#newChild(depth);
        if (child === undefined) continue;
        node.children.set(key, child);
        this.#see(child, item, depth + 1);
      }
    } else if (kind === 'array') {
      for (const item of value as unknown[]) {
        node.items ??= this.#newChild(depth);
        if (node.items === undefined) return;
        this.#see(node.items, item, depth + 1);
      }
    } else {
      keepExample(node.examples, value);
    }
  }

  #newChild(depth: number): ShapeNode | undefined {
    if (this.#nodes < this.#maxPaths && depth < MAX_DEPTH) {
      this.#nodes += 1;
      return newNode();
    }
    this.isCut = true;
    return undefined;
  }
}

/** What stood at one path. */
export interface ShapeNode {
  /** How many values. */
  seen: number;
  /** How many of each kind. */
  readonly kinds: Map<Kind, number>;
  /** Some different scalars, as clipped JSON. */
  readonly examples: string[];
  /** Of objects: by key. */
  readonly children: Map<string, ShapeNode>;
  /** Of arrays: all elements. */
  items: ShapeNode | undefined;
}

/** `huge`: a number that became infinite when it was parsed, and is of no type of JSON Schema. */
export type Kind = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'huge';

function newNode(): ShapeNode {
  return { seen: 0, kinds: new Map(), examples: [], children: new Map(), items: undefined };
}

function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'bigint':
      return 'integer';
    case 'number':
      return Number.isInteger(value) ? 'integer' : Number.isFinite(value) ? 'number' : 'huge';
    default:
      return value === null ? 'null' : Array.isArray(value) ? 'array' : 'object';
  }
}

function keepExample(examples: string[], value: unknown): void {
  if (examples.length === MAX_EXAMPLES) return;
  // Clipped before it is quoted: it may be megabytes.
  const isLong = typeof value === 'string' && value.length > MAX_EXAMPLE_LENGTH;
  const shown = isLong ? `${value.slice(0, MAX_EXAMPLE_LENGTH)}…` : value;
  const text = typeof shown === 'string' ? JSON.stringify(shown) : String(shown);
  if (!examples.includes(text)) examples.push(text);
}

/** How many paths are looked at. */
export const MAX_PATHS = 2_000;
/** How deep. */
export const MAX_DEPTH = 32;
const MAX_EXAMPLES = 3;
const MAX_EXAMPLE_LENGTH = 40;
