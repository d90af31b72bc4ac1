import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml';
import { ALIAS_BOMB } from './aliases.js';

/**
 * Gives every map what it merges by `<<` (YAML 1.1): the pairs of another map, or of several, but for keys that it has. Of
 * several the first that has a key counts.
 *
 * @param targets what each alias stands for
 * @returns the first thing that is wrong, or `undefined`
 */
export function mergeMaps(document: Document.Parsed, targets: ReadonlyMap<Alias, Node>): Wrong | undefined {
  const waiting = new Set<YAMLMap>();
  visit(document, { Map: (_key, map) => void (map.items.some(isMergeKey) && waiting.add(map)) });
  let room = MAX_MERGED;
  /** What is merged comes first, since it may merge something, too. */
  const merge = (map: YAMLMap): Wrong | undefined => {
    if (!waiting.delete(map)) return undefined;
    const [merges, own] = [map.items.filter(isMergeKey), map.items.filter((pair) => !isMergeKey(pair))];
    const seen = new Set(own.map(keyOf));
    for (const { key, value } of merges) {
      for (const source of sourcesOf(value as Node | null, targets)) {
        if (!isMap(source)) return { offset: ((value ?? key) as Node).range?.[0] ?? 0, message: NO_MAP };
        const wrong = merge(source);
        if (wrong !== undefined) return wrong;
        const fresh = source.items.filter((pair) => !seen.has(keyOf(pair)));
        room -= fresh.length;
        if (room < 0) return { offset: (key as Node).range?.[0] ?? 0, message: ALIAS_BOMB };
        for (const pair of fresh) seen.add(keyOf(pair));
        own.push(...fresh);
      }
    }
    map.items = own;
    return undefined;
  };
  for (const map of waiting) {
    const wrong = merge(map);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** What a node stands for when aliases are followed. */
export function followed(node: Node | undefined, targets: ReadonlyMap<Alias, Node>): Node | undefined {
  let target = node;
  while (isAlias(target)) target = targets.get(target);
  return target;
}

interface Wrong {
  readonly offset: number;
  readonly message: string;
}

/** The maps that a value of `<<` stands for: one, or a list of them. */
function sourcesOf(value: Node | null, targets: ReadonlyMap<Alias, Node>): (Node | undefined)[] {
  const target = followed(value ?? undefined, targets);
  return isSeq(target) ? target.items.map((item) => followed(item as Node, targets)) : [target];
}

/** In quotes it is a key like any other. */
function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

function keyOf({ key }: Pair): unknown {
  return isScalar(key) ? key.value : key;
}

/** Further than that no configuration grows. */
const MAX_MERGED = 100_000;
const NO_MAP = 'Expected a mapping, an alias of one, or a list of such: that is what `<<` merges.';
