import { type Alias, type Document, isAlias, type Node, visit } from 'yaml';

/** What every alias of a document stands for, or the first of them that cannot be followed. */
export type AliasTargets =
  | { readonly targets: ReadonlyMap<Alias, Node> }
  | { readonly offset: number; readonly message: string };

/** Looks up the last anchor of its name before each alias. An alias inside what it names would never end. */
export function resolveAliases(document: Document.Parsed): AliasTargets {
  const targets = new Map<Alias, Node>();
  const anchors = new Map<string, Node>();
  let failure: { offset: number; message: string } | undefined;
  visit(document, {
    Node: (_key, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node as Node);
        return undefined;
      }
      const offset = node.range?.[0] ?? 0;
      const target = anchors.get(node.source);
      if (target === undefined || (target.range?.[1] ?? 0) > offset) failure = { offset, message: BAD_ALIAS };
      else if (targets.size === MAX_ALIASES) failure = { offset, message: ALIAS_BOMB };
      else targets.set(node, target);
      return failure === undefined ? undefined : visit.BREAK;
    },
  });
  return failure ?? { targets };
}

/** The sentence for a file that would grow to many times its size. */
export const ALIAS_BOMB =
  'The file uses aliases or `vars` so often, or so deep, that it would grow without measure. Write the values out.';

const BAD_ALIAS = 'This alias names no anchor that is complete before it. Move the anchor up, or write the value out.';
const MAX_ALIASES = 1000;
