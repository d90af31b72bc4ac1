import { type Alias, type Document, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import type { Path } from '../check/findings.js';
import { fillMasked } from '../placeholders/fill.js';
import { emptyVariable, unknown } from '../placeholders/kinds.js';
import type { GivenParams } from '../placeholders/params.js';
import type { MaskedText } from '../placeholders/scan.js';
import { joinedOrigin, type Surroundings } from '../placeholders/surroundings.js';
import { FileDefinitions, type FilledNode } from './definitions.js';
import { followed } from './merge.js';
import type { Failure } from './names.js';
import type { YamlPart } from './part.js';
import { brokenAt, isPlain, placeholdersOf, typedValue } from './scalar.js';

/** A document that was parsed from a masked text. */
export interface ParsedDocument {
  readonly document: Document.Parsed;
  readonly masked: MaskedText;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
}

/** Thrown where aliases and `vars` make more of a document than any configuration is. */
export class Grown {
  /** @param offset where that was */
  constructor(readonly offset: number) {}
}

/**
 * The values of a document, with aliases followed and placeholders replaced. A scalar is filled when somebody gets to it, so
 * that definitions may stand behind what needs them.
 */
export class Filling {
  readonly root: FilledNode;
  readonly failures: Failure[] = [];
  readonly #parsed: ParsedDocument;
  readonly #surroundings: Surroundings;
  readonly #definitions: FileDefinitions;
  readonly #scalars = new Map<Node, FilledNode & { readonly cost: number }>();
  /** What was met of them since somebody began to collect. */
  #met: FilledNode[] = [];
  #cost = 0;
  #depth = 0;

  /** @throws {Grown} */
  constructor(parsed: ParsedDocument, surroundings: Surroundings, params: GivenParams, { root, section }: YamlPart) {
    this.#parsed = parsed;
    this.#surroundings = surroundings;
    this.#definitions = new FileDefinitions(section, (node, path) => this.#collected(node, path), params);
    this.root = this.#collected(root, []);
  }

  /** What a scalar came to; `undefined` where it holds no placeholder. */
  scalar(node: Node | undefined): FilledNode | undefined {
    return node && this.#scalars.get(node);
  }

  #collected(node: Node | undefined, path: Path): FilledNode {
    const outer = this.#met;
    this.#met = [];
    this.#depth += DEPTH_OF_DEFINITION;
    const value = this.#plain(node, path);
    this.#depth -= DEPTH_OF_DEFINITION;
    const met = this.#met;
    this.#met = outer;
    const isUnresolved = met.some((scalar) => scalar.isUnresolved);
    return { value, origin: joinedOrigin(met.map(({ origin }) => origin)), isUnresolved };
  }

  #plain(written: Node | undefined, path: Path): unknown {
    const node = followed(written, this.#parsed.targets);
    this.#spend(COST_OF_NODE, written);
    if (this.#depth > MAX_DEPTH) throw new Grown(written?.range?.[0] ?? 0);
    this.#depth += 1;
    let value: unknown = null;
    if (isMap(node)) {
      value = Object.fromEntries(
        node.items.map((pair) => {
          const key = String((pair.key as Scalar).value);
          return [key, this.#plain((pair.value as Node | null) ?? undefined, [...path, key])];
        }),
      );
    } else if (isSeq(node)) {
      value = node.items.map((item, index) => this.#plain(item as Node, [...path, index]));
    } else if (isScalar(node)) {
      value = this.#value(node, path);
    }
    this.#depth -= 1;
    return value;
  }

  #value(node: Scalar, path: Path): unknown {
    const { masked } = this.#parsed;
    const broken = brokenAt(node, masked);
    if (broken === undefined && node.source?.includes(masked.mask) !== true) return node.value;
    let filled = this.#scalars.get(node);
    if (filled === undefined) {
      const before = this.#cost;
      const fresh = broken === undefined ? this.#fill(node, path) : this.#broken(node, path, broken);
      filled = { ...fresh, cost: this.#cost - before };
      this.#scalars.set(node, filled);
    } else {
      // It is as large each time.
      this.#spend(filled.cost, node);
    }
    this.#met.push(filled);
    if (filled.origin.isOfRun && !isOfRun(path)) this.#fail(node, path, node.range![0], ONLY_OF_RUN);
    return filled.value;
  }

  #fill(node: Scalar, path: Path): FilledNode {
    const { masked, document } = this.#parsed;
    const placeholders = placeholdersOf(node, masked);
    const filled = fillMasked(node.source!, masked.mask, placeholders, this.#surroundings, this.#definitions);
    const { value, isTyped, origin, problems, isUnresolved } = filled;
    for (const { placeholder, message } of problems) this.#fail(node, path, placeholder.offset, message);
    if (typeof value !== 'string') return { value, origin, isUnresolved };
    this.#spend(value.length, node);
    if (!isPlain(node) || !isTyped) return { value, origin, isUnresolved };
    const [empty] = origin.empty;
    const isMissing = empty !== undefined && value.trim() === '';
    if (isMissing) this.#fail(node, path, node.range![0], emptyVariable(empty));
    return { value: typedValue(value, document), origin, isUnresolved: isUnresolved || isMissing };
  }

  #broken(node: Scalar, path: Path, at: number): FilledNode {
    this.#fail(node, path, at, unknown(this.#parsed.masked.text.slice(at, node.range![1])));
    return { value: '', origin: joinedOrigin([]), isUnresolved: true };
  }

  #fail(node: Node, path: Path, offset: number, message: string): void {
    this.failures.push({ node, path, offset, message });
  }

  #spend(cost: number, node: Node | undefined): void {
    this.#cost += cost;
    if (this.#cost > MAX_COST) throw new Grown(node?.range?.[0] ?? 0);
  }
}

/** Whether the time of the run may be part of the value there: in source and sink, and where something is defined for them. */
function isOfRun([first, second, third]: Path): boolean {
  if (first === 'pipeline') return (second === 'source' || second === 'sink') && third === 'config';
  return DEFINING.has(first) || String(first).startsWith('x-');
}

/** Where something is defined for source and sink. */
const DEFINING: ReadonlySet<unknown> = new Set(['vars', 'params', 'row', 'sources', 'sinks']);
/** In characters. A file of 1 MiB has no more than half a million nodes. */
const MAX_COST = 16 * 1024 * 1024;
const COST_OF_NODE = 16;
const MAX_DEPTH = 400;
/** To follow one takes many calls. */
const DEPTH_OF_DEFINITION = 4;

const ONLY_OF_RUN = `\`\${now.…}\` has a value below \`config\` of the source and the sink alone, and in \`vars\` that are used there.`;
