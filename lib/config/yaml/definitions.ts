import { closest, distance } from 'fastest-levenshtein';
import { isMap, type Node, type Scalar } from 'yaml';
import type { Path } from '../check/findings.js';
import { type GivenParams, isParam, paramValue } from '../placeholders/params.js';
import type { Definitions, ManyBlock, Origin, Resolved } from '../placeholders/surroundings.js';

/** What a node came to, with its placeholders replaced. */
export interface FilledNode {
  readonly value: unknown;
  readonly origin: Origin;
  /** Whether a placeholder in it has no value, which has a failure of its own. */
  readonly isUnresolved: boolean;
}

/** The `vars` and `params` of a document. Each may hold placeholders of others, but not of itself. */
export class FileDefinitions implements Definitions {
  readonly #section: (name: string) => Node | undefined;
  readonly #fill: (node: Node | undefined, path: Path) => FilledNode;
  readonly #given: GivenParams;
  /** Those that are being filled, the one that needs the next before it. */
  readonly #open: string[] = [];

  /**
   * @param section the value of a key at the top of the document
   * @param fill gives the value of a node
   */
  constructor(
    section: (name: string) => Node | undefined,
    fill: (node: Node | undefined, path: Path) => FilledNode,
    given: GivenParams,
  ) {
    this.#section = section;
    this.#fill = fill;
    this.#given = given;
  }

  vars(path: string): Resolved {
    return this.#at('vars', path, '`vars`');
  }

  ofMany(block: ManyBlock, path: string): Resolved {
    if (this.#section(block) === undefined) return { problem: notOfMany(block) };
    return this.#at(block, path, PLACES[block]);
  }

  #at(block: string, path: string, place: string): Resolved {
    const section = this.#section(block);
    const pairs = isMap(section) ? section.items : [];
    const named = (name: string) => pairs.find(({ key }) => (key as Scalar).value === name);
    // As in the original, a name may have dots.
    const [first = '', ...rest] = named(path) === undefined ? path.split('.') : [path];
    const pair = named(first);
    if (pair === undefined)
      return notDefined(
        place,
        first,
        pairs.map(({ key }) => String((key as Scalar).value)),
      );
    const found = this.#filled(`${block}.${first}`, (pair.value as Node | null) ?? undefined, [block, first]);
    if (!('value' in found)) return found;
    let { value } = found;
    for (const key of rest) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
        return notDefined(place, key, keysOf(value));
      value = (value as Record<string, unknown>)[key];
    }
    return { ...found, value };
  }

  param(name: string): Resolved {
    const found = this.#filled('params', this.#section('params'), ['params']);
    if (!('value' in found)) return found;
    const names = keysOf(found.value);
    if (!names.includes(name)) return notDefined('`params`', name, names);
    const param = (found.value as Record<string, unknown>)[name];
    const valued = isParam(param) ? paramValue(name, param, this.#given) : undefined;
    // What is wrong with it is said where it is declared.
    if (valued === undefined || 'message' in valued) return { problem: undefined };
    const text = String(valued.value);
    const isGiven = Object.hasOwn(this.#given, name);
    return {
      ...valued,
      isHidden: isGiven || found.isHidden,
      given: [...found.given, ...(isGiven ? [text] : [])],
      secrets: [...found.secrets, ...((param as { secret?: boolean }).secret === true ? [text] : [])],
    };
  }

  #filled(
    name: string,
    node: Node | undefined,
    path: Path,
  ): ({ readonly value: unknown } & Origin) | { readonly problem: string | undefined } {
    const at = this.#open.indexOf(name);
    if (at !== -1) {
      const circle = [...this.#open.slice(at), name].map((one) => `\`${one}\``).join(' → ');
      return { problem: `This goes in a circle: ${circle}. Write one of them out.` };
    }
    this.#open.push(name);
    const { value, origin, isUnresolved } = this.#fill(node, path);
    this.#open.pop();
    return isUnresolved ? { problem: undefined } : { value, ...origin };
  }
}

function notDefined(place: string, name: string, names: readonly string[]): Resolved {
  if (names.length === 0)
    return { problem: `There is no such key in ${place}. Define it there, or write the value out.` };
  const nearest = closest(name, names);
  const isNear = distance(name, nearest) <= Math.max(1, Math.floor(name.length / 2));
  const hint = isNear ? ` Did you mean \`${nearest}\`?` : '';
  return { problem: `There is no such key in ${place}.${hint} Define it there, or write the value out.` };
}

/** The sentence for what stands for a part of many feeds, where there is none. */
function notOfMany(block: ManyBlock): string {
  const what =
    block === 'each' ? 'a value of `each`' : block === 'row' ? 'the row of `matrix`' : `a template of ${PLACES[block]}`;
  return `\`\${${block}.…}\` stands for ${what}, and there is none here. Write the value out, or use \`\${vars.NAME}\` or \`\${param.NAME}\`.`;
}

/** Where they are defined, as people know it. */
const PLACES: Readonly<Record<ManyBlock, string>> = {
  row: 'the row of this feed in `matrix`',
  each: '`each`',
  sources: '`pipeline.sources`',
  sinks: '`pipeline.sinks`',
};

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
