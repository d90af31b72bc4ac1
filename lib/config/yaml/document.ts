import { isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { ConfigError, type ConfigProblem } from '../../errors.js';
import { byPlace, type Finding, formatPath, type Path } from '../check/findings.js';
import type { GivenParams } from '../placeholders/params.js';
import { maskPlaceholders } from '../placeholders/scan.js';
import type { Surroundings } from '../placeholders/surroundings.js';
import { ALIAS_BOMB, resolveAliases } from './aliases.js';
import { DUPLICATE_KEY, duplicateKeys } from './duplicates.js';
import { Filling, Grown, type ParsedDocument } from './fill.js';
import { followed, mergeMaps } from './merge.js';
import { checkNames, type Failure } from './names.js';
import { YamlNodes } from './nodes.js';
import { parseYaml } from './parse.js';
import type { YamlPart } from './part.js';
import { yamlProblem } from './problem.js';

/** A YAML (or JSON) text with its placeholders replaced, which knows where each value stands. */
export interface YamlDocument {
  /** The whole text as plain objects, lists and scalars. */
  readonly value: unknown;
  /** What is wrong with its placeholders. */
  readonly problems: readonly ConfigProblem[];
  /** What came out of placeholders and is hidden wherever it is said. */
  readonly secrets: readonly string[];
  /** Whether the value at `path` came out of a placeholder, so that it must not be shown. */
  isHidden(path: Path): boolean;
  /** What came out of placeholders in the value at `path`, to be hidden where a server says it back. */
  givenAt(path: Path): readonly string[];
  /** A value that stands at `path`, in which integers past 2^53 are a `bigint`. */
  exact(value: unknown, path: Path): unknown;
  /** A finding with its line and column; `undefined` when it is only a consequence of one of {@link problems}. */
  locate(finding: Finding): ConfigProblem | undefined;
}

/** A YAML (or JSON) text that was parsed, before its placeholders are replaced: as a whole, or of a part of it, as often as is asked for. */
export interface YamlText {
  /** What it is made of. */
  readonly nodes: YamlNodes;
  /** What is wrong whatever is taken of it: placeholders where none can be. */
  readonly problems: readonly ConfigProblem[];
  /** Something that is wrong where a node stands. */
  problemAt(node: Node | undefined, path: Path, message: string): ConfigProblem;
  /**
   * @param part what is taken of it, and what its placeholders lead to. @default the whole text
   * @throws {ConfigError} when aliases or definitions make it grow without measure
   */
  fill(surroundings: Surroundings, params: GivenParams, part?: YamlPart): YamlDocument;
}

/**
 * Reads YAML 1.2 (core schema).
 *
 * @param file the name to show in errors
 * @throws {ConfigError} when the text is no YAML, or does what no configuration needs: alias bombs, deep nesting
 */
export function readYaml(
  text: string,
  surroundings: Surroundings,
  { file, params = {} }: { readonly file?: string | undefined; readonly params?: GivenParams } = {},
): YamlDocument {
  return parseYamlText(text, file).fill(surroundings, params);
}

/** The part of {@link readYaml} that comes before placeholders are replaced. */
export function parseYamlText(text: string, file: string | undefined): YamlText {
  const fail = (problems: readonly ConfigProblem[]): never => {
    throw new ConfigError(problems, file === undefined ? {} : { file });
  };
  const masked = maskPlaceholders(text) ?? fail([{ path: '', message: TOO_MANY_CHARACTERS }]);
  const lines = new LineCounter();
  const document = parseYaml(masked.text, lines) ?? fail([{ path: '', message: TOO_DEEP }]);
  const wrong = [
    ...[...document.errors, ...document.warnings].map((error) => yamlProblem(error, masked, lines)),
    ...duplicateKeys(document).map((offset) => problemAt(lines, offset, [], DUPLICATE_KEY)),
  ];
  if (wrong.length > 0) return fail(wrong.sort(byPlace).slice(0, MAX_PROBLEMS));
  const aliases = resolveAliases(document);
  if ('message' in aliases) return fail([problemAt(lines, aliases.offset, [], aliases.message)]);
  const names = checkNames(document, masked);
  const unmerged = mergeMaps(document, aliases.targets);
  if (unmerged !== undefined) return fail([problemAt(lines, unmerged.offset, [], unmerged.message)]);
  const parsed = { document, masked, targets: aliases.targets };
  const nodes = new YamlNodes(parsed);
  return {
    nodes,
    problems: names.map(({ path, offset, message }) => problemAt(lines, offset, path, message)),
    problemAt: (node, path, message) => problemAt(lines, node?.range?.[0] ?? 0, path, message),
    fill(surroundings, params, part = { root: nodes.top, section: (name) => nodes.member(nodes.top, name) }) {
      try {
        return new LocatedDocument(parsed, { part, lines }, new Filling(parsed, surroundings, params, part), names);
      } catch (error) {
        if (error instanceof Grown) return fail([problemAt(lines, error.offset, [], ALIAS_BOMB)]);
        throw error;
      }
    },
  };
}

class LocatedDocument implements YamlDocument {
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  readonly secrets: readonly string[];
  readonly #parsed: ParsedDocument;
  readonly #part: YamlPart;
  readonly #lines: LineCounter;
  readonly #filling: Filling;
  /** Nodes of which nothing more is to be said. */
  readonly #failed: ReadonlySet<Node>;

  constructor(
    parsed: ParsedDocument,
    { part, lines }: { readonly part: YamlPart; readonly lines: LineCounter },
    filling: Filling,
    names: readonly Failure[],
  ) {
    const failures = [...names, ...filling.failures];
    this.value = filling.root.value;
    this.problems = failures.map(({ path, offset, message }) => problemAt(lines, offset, path, message));
    this.secrets = filling.root.origin.secrets;
    this.#parsed = parsed;
    this.#part = part;
    this.#lines = lines;
    this.#filling = filling;
    this.#failed = new Set(failures.map(({ node }) => node));
  }

  isHidden(path: Path): boolean {
    return this.#filling.scalar(this.#find(path).value)?.origin.isHidden === true;
  }

  givenAt(path: Path): readonly string[] {
    return this.#filling.scalar(this.#find(path).value)?.origin.given ?? [];
  }

  exact(value: unknown, path: Path): unknown {
    if (Array.isArray(value)) return value.map((item, index) => this.exact(item, [...path, index]));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.exact(item, [...path, key])]));
    }
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const node = this.#find(path).value;
    const source = isScalar(node) ? node.source : undefined;
    return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
  }

  locate(finding: Finding): ConfigProblem | undefined {
    const { key, written, value } = this.#find(finding.place ?? finding.path);
    const node = finding.at === 'key' ? (key ?? written) : (written ?? key);
    const cause = finding.at === 'key' ? key : value;
    const filled = this.#filling.scalar(value);
    if (filled?.isUnresolved === true || (cause !== undefined && this.#failed.has(cause))) return undefined;
    const empty = finding.at === 'value' ? (filled?.origin.empty ?? []) : [];
    const message = [finding.message, ...empty.map((name) => `The environment variable ${name} is empty.`)].join(' ');
    return problemAt(this.#lines, node?.range?.[0] ?? 0, finding.path, message);
  }

  /** Follows `path` as far as it leads: the last key, its value as written, and that value with aliases followed. */
  #find(path: Path): { key?: Node; written?: Node; value?: Node } {
    let key: Node | undefined;
    const { targets } = this.#parsed;
    let written = this.#part.place ?? this.#part.root;
    let value = followed(written, targets);
    for (const part of path) {
      if (isMap(value)) {
        const pair = value.items.find((item) => isScalar(item.key) && item.key.value === part);
        if (pair === undefined) break;
        key = pair.key as Node;
        written = (pair.value as Node | null) ?? undefined;
      } else if (isSeq(value) && typeof part === 'number' && part < value.items.length) {
        key = written = value.items[part] as Node;
      } else {
        break;
      }
      value = followed(written, targets);
    }
    return { ...(key && { key }), ...(written && { written }), ...(value && { value }) };
  }
}

function problemAt(lines: LineCounter, offset: number, path: Path, message: string): ConfigProblem {
  const { line, col } = lines.linePos(offset);
  return { path: formatPath(path), message, line, column: col };
}

const INTEGER = /^[-+]?\d+$/;

/** How many syntax errors of a broken text are reported. */
const MAX_PROBLEMS = 20;

const TOO_DEEP = 'The file is nested too deeply to be read.';
const TOO_MANY_CHARACTERS =
  'The file uses every private-use character of Unicode (U+E000 to U+F8FF). Remove at least one.';
