import { visible } from '../../visible.js';
import { formatBytes, formatCount, formatNumber } from '../report/format.js';
import { cutTo } from '../terminal/output.js';
import { MAX_DEPTH, MAX_PATHS, type Shape, type ShapeNode } from './shape.js';
import { typesOf } from './shape-schema.js';

/** One path of a shape. */
export interface ShapeRow {
  readonly path: string;
  /** How many values of each type. */
  readonly types: Readonly<Record<string, number>>;
  readonly seen: number;
  /** In how many of the objects that could have it: 0 to 1; `undefined` for elements of arrays. */
  readonly share: number | undefined;
  readonly examples: readonly string[];
}

/** The paths of a shape, each behind the one that holds it. */
export function shapeRows(shape: Shape): ShapeRow[] {
  const rows: ShapeRow[] = [];
  const walk = (node: ShapeNode, path: string, share: number | undefined): void => {
    const types = Object.fromEntries(typesOf(node.kinds).map((kind) => [kind, countOf(node, kind)]));
    rows.push({ path, types, seen: node.seen, share, examples: node.examples });
    walkWithin(node, path);
  };
  const walkWithin = (node: ShapeNode, path: string): void => {
    for (const [key, child] of node.children) walk(child, below(path, key), child.seen / node.kinds.get('object')!);
    if (node.items !== undefined) walk(node.items, `${path}[]`, undefined);
  };
  walkWithin(shape.root, '');
  const isScalar = [...shape.root.kinds.keys()].some((kind) => kind !== 'object' && kind !== 'array');
  if (isScalar) {
    const types = Object.fromEntries(typesOf(shape.root.kinds).map((kind) => [kind, countOf(shape.root, kind)]));
    rows.unshift({ path: '(record)', types, seen: shape.records, share: 1, examples: shape.root.examples });
  }
  return rows;
}

/**
 * A shape as a table, and how large the records are.
 *
 * @param recordsPerSecond how fast they came, where that is known
 * @param columns how wide it may be
 */
export function shapeText(shape: Shape, recordsPerSecond: number | undefined, columns: number | undefined): string[] {
  const rows = shapeRows(shape).map(({ path, types, seen, share, examples }) => [
    cutTo(visible(path), MAX_PATH_COLUMNS),
    Object.keys(types).join('|'),
    share === undefined ? formatNumber(seen, 'element') : percent(share),
    visible(examples.join(', ')),
  ]);
  const table = [['path', 'type', 'how often', 'examples'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [
    ...lines.map((line) => (columns === undefined ? line : cutTo(line, columns))),
    '',
    sizes(shape, recordsPerSecond),
    ...(shape.isCut
      ? [`Not everything is shown: at most ${formatCount(MAX_PATHS)} paths are looked at, and ${MAX_DEPTH} levels.`]
      : []),
  ];
}

function sizes(shape: Shape, recordsPerSecond: number | undefined): string {
  const { records, bytes, minBytes, maxBytes } = shape;
  if (records === 0) return 'No records.';
  const rate =
    recordsPerSecond === undefined
      ? ''
      : `; ${recordsPerSecond >= 10 ? formatCount(recordsPerSecond) : recordsPerSecond.toFixed(1)} records a second`;
  const size = `${formatBytes(minBytes)} to ${formatBytes(maxBytes)} each, ${formatBytes(bytes / records)} on average`;
  return `${formatNumber(records, 'record')}, ${size}${rate}.`;
}

function countOf(node: ShapeNode, kind: 'number' | string): number {
  const count = node.kinds.get(kind as 'number') ?? 0;
  return kind === 'number' ? count + (node.kinds.get('integer') ?? 0) : count;
}

function below(path: string, key: string): string {
  if (!/^[^.[\]"\s]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function percent(share: number): string {
  // What is not in all of them must not look as if it were.
  return share === 1 ? '100 %' : `${Math.min(99.9, Math.max(0.1, share * 100)).toFixed(1)} %`;
}

const MAX_PATH_COLUMNS = 60;
