import { closest, distance } from 'fastest-levenshtein';
import type { Node } from 'yaml';
import type { YamlNodes } from '../config/yaml/nodes.js';
import type { ConfigProblem } from '../errors.js';

/** What a source or sink is put together from. */
export interface Ends {
  readonly nodes: YamlNodes;
  /** The row of `matrix` that the feed is of, if it is of one. */
  readonly row: Node | undefined;
  /** What a scalar comes to when its placeholders are replaced. */
  readonly filledOf: (node: Node) => unknown;
  readonly problemAt: (node: Node, path: readonly string[], message: string) => ConfigProblem;
}

/**
 * The `source` or `sink` of a feed: that of `pipeline`, or the template that `ref` names, with what the row says merged onto it.
 *
 * @returns the node, `undefined` where there is none, or what is wrong
 */
export function endOf(kind: 'source' | 'sink', ends: Ends): Node | undefined | { readonly problem: ConfigProblem } {
  const { nodes, row } = ends;
  const [base, own] = [nodes.at(['pipeline', kind]), nodes.member(row, kind)];
  const [below, above] = [base, own].map((node) => nodes.without(node, ['ref']));
  const ref = nodes.member(own, 'ref') ?? nodes.member(base, 'ref');
  if (ref === undefined) return nodes.merged(below, above);
  const template = templateOf(kind, ref, ends);
  if (template !== undefined && 'problem' in template) return template;
  // A row with a `ref` of its own does not begin with what `pipeline` has.
  return nodes.merged(nodes.member(own, 'ref') === undefined ? nodes.merged(template, below) : template, above);
}

function templateOf(
  kind: 'source' | 'sink',
  ref: Node,
  { nodes, filledOf, problemAt }: Ends,
): Node | undefined | { readonly problem: ConfigProblem } {
  const name = filledOf(ref);
  // What is wrong with its placeholders is said where they stand.
  if (name === undefined) return undefined;
  const templates = nodes.at(['pipeline', `${kind}s`]);
  const found = typeof name === 'string' ? nodes.member(templates, name) : undefined;
  if (found !== undefined) return found;
  return { problem: problemAt(ref, ['pipeline', kind, 'ref'], noTemplate(kind, String(name), nodes.keys(templates))) };
}

function noTemplate(kind: string, name: string, known: readonly string[]): string {
  if (known.length === 0)
    return `There are no templates of this name: \`pipeline.${kind}s\` is missing, or empty. Define it there, or write the ${kind} out.`;
  const nearest = closest(name, known);
  const hint = distance(name, nearest) <= Math.min(2, name.length - 1) ? ` Did you mean \`${nearest}\`?` : '';
  return `\`pipeline.${kind}s\` has no template of this name.${hint} It has ${known.map((one) => `\`${one}\``).join(', ')}.`;
}
