import { type Document, isAlias, isPair, isScalar, isSeq, type Node, type Scalar, visit } from 'yaml';
import {
  BROKEN_PLACEHOLDER,
  type Environment,
  type EnvPlaceholder,
  lookUp,
  type MaskedText,
  PLACEHOLDER_OPENING,
  unmask,
  unsetVariable,
  valuesFromEnvironment,
} from './environment.js';
import type { Path } from './findings.js';

/** What came of replacing the placeholders of a document. */
export interface Replacement {
  /** Scalars whose value, or a part of it, came from the environment; and what did. */
  readonly replaced: ReadonlyMap<Node, readonly string[]>;
  /** Scalars whose value is not known, since a placeholder in them is wrong; each has a failure. */
  readonly unresolved: ReadonlySet<Node>;
  readonly failures: readonly { readonly path: Path; readonly offset: number; readonly message: string }[];
}

/** Puts the variables' values into the values of a document that was parsed from the masked text, and nowhere else. */
export function replacePlaceholders(document: Document.Parsed, masked: MaskedText, env: Environment): Replacement {
  const replaced = new Map<Node, readonly string[]>();
  const unresolved = new Set<Node>();
  const failures: { path: Path; offset: number; message: string }[] = [];
  const take = taker(masked);
  visit(document, {
    Node: (key, node, ancestors) => {
      const offset = node.range?.[0] ?? 0;
      const fail = (message: string, at = offset) => {
        failures.push({ path: pathOf(ancestors, key), offset: at, message });
        unresolved.add(node as Node);
      };
      const name = isAlias(node) ? node.source : `${node.anchor ?? ''}${node.tag ?? ''}`;
      if (name.includes(masked.mask)) fail(ONLY_IN_VALUES);
      if (!isScalar(node)) return;
      if (masked.text.slice(offset, node.range?.[1]).includes(PLACEHOLDER_OPENING)) fail(BROKEN_PLACEHOLDER);
      if (node.source?.includes(masked.mask) !== true) return;

      const placeholders = take(node);
      if (key === 'key') {
        // As it stood in the file, so that messages can name it.
        node.value = unmask(
          node.source,
          masked.mask,
          placeholders,
          placeholders.map(({ source }) => source),
        );
        fail(ONLY_IN_VALUES);
        return;
      }
      const values = placeholders.map((placeholder) => {
        const value = lookUp(placeholder, env);
        if (value === undefined) fail(unsetVariable(placeholder.name), placeholder.offset);
        else if (placeholder.fallback?.includes(PLACEHOLDER_OPENING) === true)
          fail(BROKEN_PLACEHOLDER, placeholder.offset);
        return value ?? '';
      });
      replaced.set(node, valuesFromEnvironment(placeholders, env));
      assign(node, unmask(node.source, masked.mask, placeholders, values), document);
    },
  });
  return { replaced, unresolved, failures };
}

/**
 * Gives out the placeholders of one scalar after the other, in the order of the document. Those that no scalar asks
 * for stand in comments.
 */
function taker({ text, placeholders }: MaskedText): (node: Scalar) => EnvPlaceholder[] {
  let next = 0;
  return (node) => {
    const [start, end] = node.range!;
    // The first line of a block scalar is its header, which may end in a comment.
    const from = node.type?.startsWith('BLOCK') === true ? text.indexOf('\n', start) : start;
    while (next < placeholders.length && placeholders[next]!.offset < from) next++;
    const first = next;
    while (next < placeholders.length && placeholders[next]!.offset < end) next++;
    return placeholders.slice(first, next);
  };
}

/** A plain scalar is typed as if its text stood in the file; a quoted one stays text. */
function assign(node: Scalar, text: string, { schema, options }: Document.Parsed): void {
  node.value = text;
  if (node.type !== 'PLAIN' || node.tag !== undefined) return;
  const plain = text.trim();
  for (const tag of schema.tags) {
    if (tag.default !== true || !('test' in tag) || tag.test?.test(plain) !== true) continue;
    const value = (tag.resolve as (text: string, onError: () => void, options: unknown) => unknown)(
      plain,
      ignore,
      options,
    );
    node.value = isScalar(value) ? value.value : value;
    return;
  }
}

function pathOf(ancestors: readonly unknown[], key: unknown): Path {
  const path: (string | number)[] = [];
  const above = key === 'key' ? ancestors.slice(0, -1) : ancestors;
  above.forEach((ancestor, index) => {
    if (isPair(ancestor)) path.push(isScalar(ancestor.key) ? String(ancestor.key.value) : '');
    else if (isSeq(ancestor))
      path.push(index + 1 < above.length ? ancestor.items.indexOf(above[index + 1]) : Number(key));
  });
  return path;
}

function ignore(): void {}

const ONLY_IN_VALUES = 'Environment placeholders are replaced in values only, not in keys, anchors, aliases and tags.';
