import { type Document, isScalar, type Scalar } from 'yaml';
import { type MaskedText, PLACEHOLDER_OPENING, type Placeholder } from '../placeholders/scan.js';

/** What a plain scalar without a tag is when this text stands in the file: `5` is a number. */
export function typedValue(text: string, { schema, options }: Document.Parsed): unknown {
  const plain = text.trim();
  for (const tag of schema.tags) {
    if (tag.default !== true || !('test' in tag) || tag.test?.test(plain) !== true) continue;
    const value = (tag.resolve as (text: string, onError: () => void, options: unknown) => unknown)(
      plain,
      ignore,
      options,
    );
    return isScalar(value) ? value.value : value;
  }
  return text;
}

/** Whether a scalar is typed by its text. */
export function isPlain(node: Scalar): boolean {
  return node.type === 'PLAIN' && node.tag === undefined;
}

/** The placeholders that a scalar holds, in their order. */
export function placeholdersOf(node: Scalar, masked: MaskedText): readonly Placeholder[] {
  const { placeholders } = masked;
  const [start, end] = textRange(node, masked);
  return placeholders.slice(firstFrom(placeholders, start), firstFrom(placeholders, end));
}

/** Where in a scalar something stands that begins as a placeholder does, and is none; `undefined` when nothing does. */
export function brokenAt(node: Scalar, masked: MaskedText): number | undefined {
  const [start, end] = textRange(node, masked);
  const at = masked.text.indexOf(PLACEHOLDER_OPENING, start);
  return at === -1 || at >= end ? undefined : at;
}

/** Where its text is. The first line of a block scalar is its header, which may end in a comment. */
function textRange(node: Scalar, { text }: MaskedText): readonly [start: number, end: number] {
  const [start, end] = node.range!;
  if (node.type?.startsWith('BLOCK') !== true) return [start, end];
  const line = text.indexOf('\n', start);
  return [line === -1 ? end : Math.min(line, end), end];
}

/** The index of the first placeholder that stands at `offset` or after it. */
function firstFrom(placeholders: readonly Placeholder[], offset: number): number {
  let [low, high] = [0, placeholders.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placeholders[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ignore(): void {}
