import type { Node } from 'yaml';
import type { Context } from '../config/context.js';
import type { GivenParams } from '../config/placeholders/params.js';
import type { Surroundings } from '../config/placeholders/surroundings.js';
import type { YamlDocument, YamlText } from '../config/yaml/document.js';
import type { YamlPart } from '../config/yaml/part.js';
import type { ConfigProblem } from '../errors.js';
import { type EachValues, eachValues, type ReadLines, tooMany } from './each.js';
import { feedName } from './feed-name.js';
import { type Ends, endOf } from './source-and-sink.js';

/** One feed of a file, as a file of its own would have it. */
export interface PlannedFeed {
  /** What it is called; `undefined` in a file that has one feed and no `name`. */
  readonly name: string | undefined;
  readonly document: YamlDocument;
  /** What `{name}` in its address is filled from. */
  readonly context: Context;
}

/** What a plan takes beside the text. */
export interface PlanOptions {
  readonly surroundings: Surroundings;
  readonly params: GivenParams;
  readonly readLines: ReadLines;
}

/** What the schema of {@link planHead} lets through. */
export interface PlanHead {
  readonly matrix?: unknown;
  readonly each?: Readonly<Record<string, string | readonly (string | number | boolean)[]>>;
}

/** Whether a file says that it has many feeds, or how many are looked after; a file that does not has one. */
export function isOfMany({ nodes }: YamlText): boolean {
  return MANY_KEYS.some((key) => nodes.member(nodes.top, key) !== undefined);
}

/** Whether its source or sink is put together, be it of one feed. */
export function hasTemplates({ nodes }: YamlText): boolean {
  return ['sources', 'sinks'].some((key) => nodes.at(['pipeline', key]) !== undefined);
}

/**
 * What a file says of its feeds as a whole, before there are any: `matrix` with the keys of its rows alone, since what stands below is of each feed.
 */
export function planHead(
  text: YamlText,
  { surroundings, params }: PlanOptions,
): { readonly document: YamlDocument; readonly value: object } {
  const { nodes } = text;
  const own = nodes.keys(nodes.top).filter((key) => key !== 'matrix' && HEAD_KEYS.includes(key));
  const root = nodes.without(
    nodes.top,
    nodes.keys(nodes.top).filter((key) => !own.includes(key)),
  );
  const document = text.fill(surroundings, params, { root, place: nodes.top, section: sections(text) });
  const matrix = nodes.member(nodes.top, 'matrix');
  return {
    document,
    value: { ...(document.value as object), ...(matrix !== undefined && { matrix: shapeOf(text, matrix) }) },
  };
}

/**
 * The feeds that a file describes: a row of `matrix` each, and of every one of them as many as `each` has values. Each is merged onto `pipeline`, and
 * its placeholders are replaced.
 *
 * @param head was found valid
 */
export function planFeeds(
  text: YamlText,
  head: PlanHead,
  options: PlanOptions,
): { readonly feeds: readonly PlannedFeed[] } | { readonly problems: readonly ConfigProblem[] } {
  const { nodes } = text;
  const matrix = nodes.member(nodes.top, 'matrix');
  const rows = head.matrix === undefined ? [undefined] : nodes.items(matrix);
  const each = eachValues(head.each ?? {}, { readLines: options.readLines, max: MAX_FEEDS });
  if ('problems' in each) {
    return {
      problems: each.problems.map(({ path, message }) => {
        const [, key = '', index] = path;
        const list = nodes.at(['each', String(key)]) ?? nodes.at(['each']);
        const node = typeof index === 'number' ? (nodes.items(list)[index] ?? list) : list;
        return text.problemAt(node, path, message);
      }),
    };
  }
  const count = rows.length * each.combinations.length;
  if (count > MAX_FEEDS) return { problems: [text.problemAt(matrix, ['matrix'], tooMany(count, MAX_FEEDS))] };
  const problems = sameIds(text, rows);
  const feeds: PlannedFeed[] = [];
  for (const row of rows) {
    for (const values of each.combinations) {
      const planned = feedOf(text, { row, values, each: nodes.at(['each']) }, options);
      if ('problems' in planned) problems.push(...planned.problems);
      else feeds.push(planned);
    }
  }
  return problems.length > 0 ? { problems } : { feeds };
}

/** What one feed is made of, beside `pipeline`. */
interface Piece {
  readonly row: Node | undefined;
  readonly values: EachValues;
  /** Where these stand. */
  readonly each: Node | undefined;
}

function feedOf(
  text: YamlText,
  { row, values, each }: Piece,
  { surroundings, params }: PlanOptions,
): PlannedFeed | { readonly problems: readonly ConfigProblem[] } {
  const { nodes } = text;
  const vars = nodes.merged(nodes.at(['vars']), nodes.member(row, 'vars'));
  const section = sections(text, {
    ...(vars !== undefined && { vars }),
    ...(row !== undefined && { row }),
    ...(each !== undefined && {
      each: nodes.map(
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key, nodes.scalar(value, each)])),
        each,
      ),
    }),
  });
  const problems: ConfigProblem[] = [];
  const filledOf = (node: Node): unknown => {
    const filled = text.fill(surroundings, params, { root: node, section });
    problems.push(...filled.problems);
    return filled.problems.length > 0 ? undefined : filled.value;
  };
  let pipeline = nodes.merged(
    nodes.without(nodes.at(['pipeline']), ['source', 'sink', 'sources', 'sinks']),
    nodes.without(row, ['id', 'vars', 'source', 'sink']),
  );
  const ends: Ends = { nodes, row, filledOf, problemAt: text.problemAt };
  for (const kind of ['source', 'sink'] as const) {
    const end = endOf(kind, ends);
    if (end !== undefined && 'problem' in end) problems.push(end.problem);
    else if (end !== undefined) pipeline = nodes.with(pipeline, kind, end);
  }
  let root = nodes.without(nodes.top, [...MANY_KEYS, 'execution']);
  if (pipeline !== undefined && nodes.isMap(nodes.at(['pipeline']))) root = nodes.with(root, 'pipeline', pipeline);
  if (vars !== undefined) root = nodes.with(root, 'vars', vars);
  const given = nodes.at(['name']);
  const written = given === undefined ? undefined : filledOf(given);
  if (problems.length > 0) return { problems };
  const name = feedName(written, nodes.placeholders(given), nodes.plain(nodes.member(row, 'id')), values);
  // A `name` of another type is wrong by itself.
  const isOwn = name !== undefined && (written === undefined || typeof written === 'string');
  if (isOwn) root = nodes.with(root, 'name', nodes.scalar(name, given ?? nodes.member(row, 'id') ?? each));
  return { name, document: text.fill(surroundings, params, { root, section }), context: values };
}

/** Where placeholders lead. @param own what is otherwise for this feed */
function sections({ nodes }: YamlText, own: Readonly<Record<string, Node>> = {}): YamlPart['section'] {
  return (name) => {
    if (Object.hasOwn(own, name)) return own[name];
    if (name === 'sources' || name === 'sinks') return nodes.at(['pipeline', name]);
    return name === 'row' || name === 'each' ? undefined : nodes.at([name]);
  };
}

/** The rows of `matrix` by their keys, and their ids, which hold no placeholders: rows are told apart before anything is filled in. */
function shapeOf({ nodes }: YamlText, matrix: Node): unknown {
  const items = nodes.items(matrix);
  if (items.length === 0) return nodes.isMap(matrix) ? {} : (nodes.plain(matrix) ?? []);
  return items.map((row) => {
    if (!nodes.isMap(row)) return nodes.plain(row) ?? [];
    const entries = nodes.keys(row).map((key) => {
      const value = nodes.member(row, key);
      if (key === 'id') return [key, nodes.plain(value) === undefined ? [] : nodes.plain(value)];
      // What else a row has is looked at in its feeds.
      return [key, key !== 'vars' || nodes.isMap(value) ? {} : nodes.plain(value)];
    });
    return Object.fromEntries(entries) as object;
  });
}

function sameIds(text: YamlText, rows: readonly (Node | undefined)[]): ConfigProblem[] {
  const seen = new Set<string>();
  return rows.flatMap((row, index) => {
    const node = text.nodes.member(row, 'id');
    if (node === undefined) return [];
    const id = String(text.nodes.plain(node));
    const isTwice = seen.has(id);
    seen.add(id);
    if (!isTwice) return [];
    return [text.problemAt(node, ['matrix', index, 'id'], `Two rows have the id \`${id}\`. Give each one of its own.`)];
  });
}

/** As the original has it of what its `for_each` comes to. */
export const MAX_FEEDS = 10_000;
const MANY_KEYS: readonly string[] = ['matrix', 'each', 'restart'];
const HEAD_KEYS: readonly string[] = [...MANY_KEYS, 'execution'];
