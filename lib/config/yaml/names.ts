import { type Document, isAlias, isPair, isScalar, isSeq, type Node, visit } from 'yaml';
import type { Path } from '../check/findings.js';
import { escapedText, type MaskedText, piecesAround } from '../placeholders/scan.js';
import { placeholdersOf } from './scalar.js';

/** A node that is wrong, whatever else is said of it. */
export interface Failure {
  readonly node: Node;
  readonly path: Path;
  readonly offset: number;
  readonly message: string;
}

/** Placeholders where none can be: in keys, anchors, aliases and tags. Keys are given back their text. */
export function checkNames(document: Document.Parsed, masked: MaskedText): Failure[] {
  const failures: Failure[] = [];
  visit(document, {
    Node: (key, node, ancestors) => {
      const name = isAlias(node) ? node.source : `${node.anchor ?? ''}${node.tag ?? ''}`;
      const isWrong = name.includes(masked.mask) || (key === 'key' && isScalar(node) && restore(node, masked));
      if (!isWrong) return;
      failures.push({
        node: node as Node,
        path: pathOf(ancestors, key),
        offset: node.range?.[0] ?? 0,
        message: ONLY_IN_VALUES,
      });
    },
  });
  return failures;
}

/** Gives a key the text that stood in the file. @returns whether there is a placeholder in it */
function restore(key: Parameters<typeof placeholdersOf>[0], masked: MaskedText): boolean {
  if (key.source?.includes(masked.mask) !== true) return false;
  const placeholders = placeholdersOf(key, masked);
  const texts = placeholders.map((placeholder) => escapedText(placeholder) ?? placeholder.source);
  key.value = piecesAround(key.source, masked.mask, placeholders)
    .map((piece, index) => piece + (texts[index] ?? ''))
    .join('');
  return placeholders.some((placeholder) => escapedText(placeholder) === undefined);
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

const ONLY_IN_VALUES = 'Placeholders are replaced in values only, not in keys, anchors, aliases and tags.';
