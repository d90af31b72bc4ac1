import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { ConfigError, type ConfigProblem } from '../errors.js';
import { type Environment, maskPlaceholders } from './environment.js';
import { type Finding, formatPath, type Path } from './findings.js';
import { parseYaml } from './parse-yaml.js';
import { ALIAS_BOMB, resolveAliases } from './yaml-aliases.js';
import { DUPLICATE_KEY, duplicateKeys } from './yaml-duplicates.js';
import { type Replacement, replacePlaceholders } from './yaml-environment.js';
import { yamlProblem } from './yaml-problem.js';

/** A YAML (or JSON) text with its environment placeholders replaced, which knows where each value stands. */
export interface YamlDocument {
  /** The whole text as plain objects, lists and scalars. */
  readonly value: unknown;
  /** What is wrong with its placeholders. */
  readonly problems: readonly ConfigProblem[];
  /** Whether the value at `path` came from the environment, so that it must not be shown. */
  isFromEnvironment(path: Path): boolean;
  /** What the variables hold that stand in the value at `path`. */
  environmentAt(path: Path): readonly string[];
  /** A finding with its line and column; `undefined` when it is only a consequence of one of {@link problems}. */
  locate(finding: Finding): ConfigProblem | undefined;
}

/**
 * Reads YAML 1.2 (core schema).
 *
 * @param file the name to show in errors
 * @throws {ConfigError} when the text is no YAML, or does what no configuration needs: alias bombs, deep nesting
 */
export function readYaml(text: string, env: Environment, file?: string): YamlDocument {
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
  const replacement = replacePlaceholders(document, masked, env);
  const value = toPlain(document) ?? fail([{ path: '', message: ALIAS_BOMB }]);
  return new LocatedDocument(value.root, document, lines, aliases.targets, replacement);
}

class LocatedDocument implements YamlDocument {
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #replacement: Replacement;

  constructor(
    value: unknown,
    document: Document.Parsed,
    lines: LineCounter,
    targets: ReadonlyMap<Alias, Node>,
    replacement: Replacement,
  ) {
    this.value = value;
    this.problems = replacement.failures.map(({ path, offset, message }) => problemAt(lines, offset, path, message));
    this.#document = document;
    this.#lines = lines;
    this.#targets = targets;
    this.#replacement = replacement;
  }

  isFromEnvironment(path: Path): boolean {
    const { value } = this.#find(path);
    return value !== undefined && this.#replacement.replaced.has(value);
  }

  environmentAt(path: Path): readonly string[] {
    const { value } = this.#find(path);
    return (value && this.#replacement.replaced.get(value)) ?? [];
  }

  locate(finding: Finding): ConfigProblem | undefined {
    const { key, written, value } = this.#find(finding.place ?? finding.path);
    const node = finding.at === 'key' ? (key ?? written) : (written ?? key);
    const cause = finding.at === 'key' ? key : value;
    if (cause !== undefined && this.#replacement.unresolved.has(cause)) return undefined;
    return problemAt(this.#lines, node?.range?.[0] ?? 0, finding.path, finding.message);
  }

  /** Follows `path` as far as it leads: the last key, its value as written, and that value with aliases followed. */
  #find(path: Path): { key?: Node; written?: Node; value?: Node } {
    let key: Node | undefined;
    let written: Node | undefined = this.#document.contents ?? undefined;
    let value = this.#follow(written);
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
      value = this.#follow(written);
    }
    return { ...(key && { key }), ...(written && { written }), ...(value && { value }) };
  }

  #follow(node: Node | undefined): Node | undefined {
    let target = node;
    while (isAlias(target)) target = this.#targets.get(target);
    return target;
  }
}

/** `undefined` when the aliases of the document multiply beyond measure. */
function toPlain(document: Document.Parsed): { root: unknown } | undefined {
  try {
    return { root: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) };
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function problemAt(lines: LineCounter, offset: number, path: Path, message: string): ConfigProblem {
  const { line, col } = lines.linePos(offset);
  return { path: formatPath(path), message, line, column: col };
}

/** The order of a file. */
export function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** How far aliases may multiply what they stand for (`maxAliasCount` of `yaml`). */
const MAX_ALIAS_COUNT = 100;
/** How many syntax errors of a broken text are reported. */
const MAX_PROBLEMS = 20;

const TOO_DEEP = 'The file is nested too deeply to be read.';
const TOO_MANY_CHARACTERS =
  'The file uses every private-use character of Unicode (U+E000 to U+F8FF). Remove at least one.';
