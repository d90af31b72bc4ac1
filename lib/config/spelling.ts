import type { JsonSchema } from '../internal/json-schema.js';
import { type Finding, type Path, valueFinding } from './check/findings.js';
import { isDuration, keyOfCodeName, mayBeNone, type Properties } from './fields/code-name.js';
import { sourceConfigSchema } from './source-schema.js';

/** A configuration whose keys have the spelling of files or that of code, in that of files. Nothing else of it is checked. */
export class Spelling {
  readonly config: unknown;
  readonly findings: Finding[] = [];
  /** Where what stands somewhere stood before, by its path. */
  readonly #places = new Map<string, Path>();

  constructor(given: unknown) {
    this.config = this.#written(sourceConfigSchema, given, { now: [], before: [] });
  }

  /** How a place in it was spelled. */
  given(path: Path): Path {
    const ends = path.map((_, index) => path.length - index);
    const known = ends.find((end) => this.#places.has(idOf(path.slice(0, end)))) ?? 0;
    return [...(this.#places.get(idOf(path.slice(0, known))) ?? []), ...path.slice(known)];
  }

  #written(schema: JsonSchema, value: unknown, place: Place): unknown {
    const { items } = schema;
    if (Array.isArray(value) && items !== undefined)
      return value.map((item, index) => this.#written(items, item, below(place, index, index)));
    return isObject(value) ? this.#object(propertiesOf(schema, value), value, place) : value;
  }

  #object(known: Properties, value: Given, place: Place): unknown {
    const written: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const inCode = Object.hasOwn(known, name) ? undefined : keyOfCodeName(name, known);
      const key = inCode ?? name;
      const at = below(place, key, name);
      const id = idOf(at.now);
      if (this.#places.has(id)) {
        const message = `It is another spelling of \`${this.#places.get(id)!.at(-1)}\`, which is there, too. Remove one of the two.`;
        this.findings.push({ path: at.before, at: 'key', message });
        continue;
      }
      this.#places.set(id, at.before);
      const schema = known[key] ?? {};
      const isTime = inCode !== undefined && isDuration(schema) && !isObject(member);
      written[key] = isTime ? this.#seconds(schema, member, at) : this.#written(schema, member, at);
    }
    return written;
  }

  /** What is no number of milliseconds stays as it is. */
  #seconds(schema: JsonSchema, ms: unknown, { before }: Place): unknown {
    const least = (schema.minimum ?? 0) * 1000;
    const orNone = mayBeNone(schema);
    if (orNone && ms === 'none') return ms;
    if (ms === null || (typeof ms === 'number' && Number.isFinite(ms) && ms >= least)) return ms && ms / 1000;
    this.findings.push(
      valueFinding(
        before,
        `Expected a finite number of milliseconds of at least ${least}${orNone ? ", or 'none'" : ''}.`,
      ),
    );
    return ms;
  }
}

/** The path to a value, in the spelling of files and in that which was given. */
interface Place {
  readonly now: Path;
  readonly before: Path;
}

function below({ now, before }: Place, key: string | number, name: string | number): Place {
  return { now: [...now, key], before: [...before, name] };
}

/** The keys that are known of an object; of one with a `type` those that go with it. */
function propertiesOf(schema: JsonSchema, value: Given): Properties {
  return Object.assign({}, ...partsOf(schema, value).map(({ properties }) => properties)) as Properties;
}

function partsOf(schema: JsonSchema, value: Given): JsonSchema[] {
  const { $ref, else: otherwise, allOf = [] } = schema;
  const referred = $ref === undefined ? undefined : sourceConfigSchema.$defs[$ref.replace('#/$defs/', '')];
  const ofType = allOf.find((one) => typeOf(one.if) === value['type'])?.then;
  return [schema, ...[referred, otherwise, ofType].flatMap((part) => (part === undefined ? [] : partsOf(part, value)))];
}

/** The `type` that a condition of a schema asks for. */
function typeOf(condition: JsonSchema | undefined): unknown {
  const type = condition?.properties?.['type'];
  return typeof type === 'object' ? type.const : undefined;
}

function idOf(path: Path): string {
  return JSON.stringify(path);
}

function isObject(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Given = Readonly<Record<string, unknown>>;
