import { isMap, isScalar, isSeq, type Node, Pair, Scalar, YAMLMap } from 'yaml';
import type { ParsedDocument } from './fill.js';
import { followed } from './merge.js';
import { placeholdersOf } from './scalar.js';

/** The nodes of a document, with aliases followed, and new ones out of them: each knows where in the file it stands. */
export class YamlNodes {
  readonly #parsed: ParsedDocument;
  /** The whole document. */
  readonly top: Node | undefined;

  constructor(parsed: ParsedDocument) {
    this.#parsed = parsed;
    this.top = this.follow(parsed.document.contents ?? undefined);
  }

  follow(node: Node | undefined): Node | undefined {
    return followed(node, this.#parsed.targets);
  }

  /** The value of a key; `undefined` where there is no such key, or no map. */
  member(map: Node | undefined, name: string): Node | undefined {
    const pair = this.#pairs(map).find(({ key }) => (key as Scalar).value === name);
    return this.follow((pair?.value as Node | null) ?? undefined);
  }

  /** The value at a path of keys. */
  at(path: readonly string[]): Node | undefined {
    return path.reduce<Node | undefined>((node, name) => this.member(node, name), this.top);
  }

  /** The keys of a map, in order; none of anything else. */
  keys(map: Node | undefined): readonly string[] {
    return this.#pairs(map).map(({ key }) => String((key as Scalar).value));
  }

  /** The items of a list; none of anything else. */
  items(list: Node | undefined): readonly (Node | undefined)[] {
    const node = this.follow(list);
    return isSeq(node) ? node.items.map((item) => this.follow(item as Node)) : [];
  }

  isMap(node: Node | undefined): boolean {
    return isMap(this.follow(node));
  }

  /** What a scalar says as it is written; `undefined` of anything else, or of one with a placeholder. */
  plain(node: Node | undefined): unknown {
    const scalar = this.follow(node);
    return isScalar(scalar) && this.placeholders(scalar).length === 0 ? scalar.value : undefined;
  }

  /** The placeholders that a scalar holds, as they are written. */
  placeholders(node: Node | undefined): readonly string[] {
    const scalar = this.follow(node);
    if (!isScalar(scalar) || scalar.source?.includes(this.#parsed.masked.mask) !== true) return [];
    return placeholdersOf(scalar, this.#parsed.masked).map(({ source }) => source);
  }

  /** A map without some of its keys. Anything else is as it was. */
  without(map: Node | undefined, names: readonly string[]): Node | undefined {
    const node = this.follow(map);
    if (!isMap(node)) return node;
    return mapOf(
      node.items.filter(({ key }) => !names.includes(String((key as Scalar).value))),
      node,
    );
  }

  /** A map with another value at a key, which is added where it has none. */
  with(map: Node | undefined, name: string, value: Node): Node | undefined {
    const node = this.follow(map);
    if (!isMap(node)) return node;
    const has = node.items.some(({ key }) => (key as Scalar).value === name);
    const items = node.items.map((pair) => ((pair.key as Scalar).value === name ? new Pair(pair.key, value) : pair));
    return mapOf(has ? items : [...items, new Pair(this.scalar(name, value), value)], node);
  }

  /**
   * What `over` says, and what `under` says beside it: maps are merged, key by key, and all else takes the place of what was there. Each value stands
   * where it was written.
   */
  merged(under: Node | undefined, over: Node | undefined): Node | undefined {
    const [below, above] = [this.follow(under), this.follow(over)];
    if (above === undefined) return below;
    if (!isMap(below) || !isMap(above)) return above;
    const names = this.keys(above);
    const kept = below.items.filter(({ key }) => !names.includes(String((key as Scalar).value)));
    const taken = above.items.map((pair) => {
      const own = this.member(below, String((pair.key as Scalar).value));
      const value = (pair.value as Node | null) ?? undefined;
      return isMap(own) && isMap(this.follow(value)) ? new Pair(pair.key, this.merged(own, value)) : pair;
    });
    return mapOf([...kept, ...taken], above);
  }

  /** A value that is said to stand where `place` does. */
  scalar(value: unknown, place: Node | undefined): Scalar {
    const scalar = new Scalar(value);
    const [start = 0] = place?.range ?? [];
    scalar.range = [start, start, start];
    return scalar;
  }

  /** A map of these members, which is said to stand where `place` does. */
  map(members: Readonly<Record<string, Node>>, place: Node | undefined): Node {
    const items = Object.entries(members).map(([name, value]) => new Pair(this.scalar(name, value), value));
    return mapOf(items, place);
  }

  #pairs(map: Node | undefined): readonly Pair[] {
    const node = this.follow(map);
    return isMap(node) ? node.items : [];
  }
}

function mapOf(items: readonly Pair[], place: Node | undefined): YAMLMap {
  const map = new YAMLMap();
  map.items = [...items];
  map.range = place?.range ?? [0, 0, 0];
  return map;
}
