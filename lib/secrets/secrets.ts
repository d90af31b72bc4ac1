import { visible } from '../visible.js';
import { isTelling } from './telling-names.js';

/**
 * Texts that prove who we are, and must not be shown when somebody else says them back: a server in its close reason, a
 * provider in its error. Texts of fewer than four characters occur by chance, and are left out.
 */
export class Secrets {
  readonly #fixed = new Set<string>();
  /** Those that come up at run time, such as tokens: the newest. Those of messages never push out those of credentials. */
  #passing: Readonly<Record<Origin, readonly string[]>> = NO_PASSING;
  /** All of them, in every form; `undefined` when they have to be put together anew. */
  #all: readonly string[] | undefined;

  constructor(fixed: readonly string[] = []) {
    this.know(fixed);
  }

  /** From now on, these are hidden. */
  know(texts: readonly string[]): void {
    for (const text of texts) this.#fixed.add(text);
    this.#all = undefined;
  }

  /** From now on, these are hidden, too, until many others of this origin came up. */
  meet(texts: readonly string[], origin: Origin = 'credentials'): void {
    const passing = this.#passing[origin];
    const fresh = texts.filter((text) => !this.#fixed.has(text));
    if (fresh.every((text) => passing.includes(text))) return;
    this.#passing = { ...this.#passing, [origin]: [...new Set([...fresh, ...passing])].slice(0, MAX_PASSING) };
    this.#all = undefined;
  }

  /**
   * The text with each of them as `***`; also where it was clipped, and holds but a piece of one, at a quotation mark, an
   * ellipsis or an end.
   */
  hide(text: string): string {
    let shown = text;
    for (const secret of this.#everyForm) shown = shown.replaceAll(secret, HIDDEN);
    for (const secret of this.#everyForm) shown = withoutPieces(shown, secret);
    return shown;
  }

  /** Whether the text holds a whole one of them. */
  isIn(text: string): boolean {
    return this.#everyForm.some((secret) => text.includes(secret));
  }

  get #everyForm(): readonly string[] {
    this.#all ??= secretTexts([...this.#fixed, ...Object.values(this.#passing).flat()].flatMap(formsOf));
    return this.#all;
  }
}

/** Those that can be told from what occurs by chance, each once; the longest first, since one may hold another. */
export function secretTexts(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text.length >= MIN_LENGTH).sort((a, b) => b.length - a.length);
}

/** The values of those entries whose name says that they are secret. */
export function secretValues(entries: Iterable<readonly [name: string, value: string]>): string[] {
  return [...entries].filter(([name]) => isTelling(name)).map(([, value]) => value);
}

/** A text as it is shown, and as others write it: in JSON, whose writers differ in what they escape, and in an address. */
function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[&<>\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [
    text,
    visible(text),
    json,
    json.replaceAll('/', '\\/'),
    ascii,
    encodeURIComponent(Buffer.from(text).toString()),
  ];
}

function withoutPieces(text: string, secret: string): string {
  if (secret.length <= MIN_PIECE) return text;
  return text
    .split(CLIP_EDGE)
    .map((part) => withoutPieceAtEnd(withoutPieceAtStart(part, secret), secret))
    .join('');
}

function withoutPieceAtStart(part: string, secret: string): string {
  let length = MIN_PIECE;
  if (part.length < length || !secret.includes(part.slice(0, length))) return part;
  while (length < part.length && secret.includes(part.slice(0, length + 1))) length += 1;
  return HIDDEN + part.slice(length);
}

function withoutPieceAtEnd(part: string, secret: string): string {
  let from = part.length - MIN_PIECE;
  if (from < 0 || !secret.includes(part.slice(from))) return part;
  while (from > 0 && secret.includes(part.slice(from - 1))) from -= 1;
  return part.slice(0, from) + HIDDEN;
}

type Origin = 'credentials' | 'messages';

const NO_PASSING: Readonly<Record<Origin, readonly string[]>> = { credentials: [], messages: [] };
const HIDDEN = '***';
/** A piece that is shorter is shown: it may be there by chance. */
const MIN_PIECE = 6;
const CLIP_EDGE = /(["…])/;
const MIN_LENGTH = 4;
const MAX_PASSING = 100;
