/** One placeholder in a text: `${env:NAME}`. Or `$${` with what follows, which is text that only looks like one. */
export interface Placeholder {
  /** Where its first `$` stands in the text. */
  readonly offset: number;
  /** As it stands there, to its `}`. */
  readonly source: string;
}

/** A text in which every placeholder was covered by as many copies of one character that occurs nowhere else. */
export interface MaskedText {
  readonly text: string;
  readonly mask: string;
  readonly placeholders: readonly Placeholder[];
}

/**
 * Covers the placeholders of a text, so that a YAML parser sees neither their braces nor what they stand for, and every
 * line and column stays what it was. What is no placeholder, but begins as one does, stays as it is.
 *
 * @returns `undefined` when the text uses every one of the 6,400 characters that could cover them
 */
export function maskPlaceholders(text: string): MaskedText | undefined {
  const placeholders = [...text.matchAll(PLACEHOLDER)].map(({ index, 0: source }) => ({ offset: index, source }));
  const mask = unusedCharacter(text);
  if (mask === undefined) return undefined;
  return { text: text.replace(PLACEHOLDER, (source) => mask.repeat(source.length)), mask, placeholders };
}

/** The text between and around the covers of `placeholders`, which stand in `masked` in this order: one piece more than covers. */
export function piecesAround(masked: string, mask: string, placeholders: readonly Placeholder[]): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const { source } of placeholders) {
    const at = masked.indexOf(mask, from);
    pieces.push(masked.slice(from, at));
    from = at + source.length;
  }
  return [...pieces, masked.slice(from)];
}

/** What a text is that `$${` was written for; `undefined` for a placeholder. */
export function escapedText({ source }: Placeholder): string | undefined {
  return source.startsWith('$$') ? source.slice(1) : undefined;
}

/** A private-use character which neither stands in the text nor can come out of an escape such as `\uE000` in it. */
function unusedCharacter(text: string): string | undefined {
  const used = new Set(text.match(/[\uE000-\uF8FF]/g));
  for (const [, hex] of text.matchAll(/\\(?:u|U0000)([0-9a-fA-F]{4})/g))
    used.add(String.fromCharCode(Number.parseInt(hex!, 16)));
  for (let code = FIRST_PRIVATE_USE; code <= LAST_PRIVATE_USE; code++) {
    const character = String.fromCharCode(code);
    if (!used.has(character)) return character;
  }
  return undefined;
}

/** What every placeholder begins with: where it is left in a masked text, something is wrong. */
export const PLACEHOLDER_OPENING = '${';

/** An escape is covered to its brace, so that it may stand in a flow mapping, but not where quotes would end in it. */
const PLACEHOLDER = /\$\$\{(?:[^{}"'\\\r\n]*\})?|\$\{[A-Za-z][\w-]*(?:[:.][^}\r\n]*)?\}/g;
const FIRST_PRIVATE_USE = 0xe000;
const LAST_PRIVATE_USE = 0xf8ff;
