import { kindOf, resolve, unknown } from './kinds.js';
import {
  escapedText,
  type MaskedText,
  maskPlaceholders,
  PLACEHOLDER_OPENING,
  type Placeholder,
  piecesAround,
} from './scan.js';
import { type Definitions, joinedOrigin, type Origin, type Surroundings } from './surroundings.js';

/** A text whose placeholders were replaced, in one pass: what they give is never scanned again. */
export interface Filled {
  /** Text; what is nothing but one placeholder keeps the type of what that stands for. */
  readonly value: unknown;
  /** Whether a plain scalar of YAML is to be typed as if this text stood in the file. */
  readonly isTyped: boolean;
  readonly origin: Origin;
  /** Whether something in it has no value. */
  readonly isUnresolved: boolean;
  readonly problems: readonly { readonly placeholder: Placeholder; readonly message: string }[];
}

/** @param masked a text, or a part of one, in which just these placeholders are covered */
export function fillMasked(
  masked: string,
  mask: string,
  placeholders: readonly Placeholder[],
  surroundings: Surroundings,
  definitions?: Definitions,
): Filled {
  const found = placeholders.map((placeholder) => {
    const escaped = escapedText(placeholder);
    if (escaped !== undefined) return { placeholder, value: escaped };
    const resolved = resolve(placeholder.source, surroundings, definitions);
    if (!('value' in resolved)) return { placeholder, ...resolved };
    const { isTyped, isOfRun } = kindOf(placeholder.source);
    return { placeholder, isTyped, ...resolved, isOfRun: isOfRun || resolved.isOfRun === true };
  });
  const pieces = piecesAround(masked, mask, placeholders);
  const values = found.map((each) => ('value' in each ? each.value : ''));
  const isWhole = values.length === 1 && pieces.every((piece) => piece === '');
  return {
    value: isWhole ? values[0] : pieces.map((piece, index) => piece + textOf(values[index] ?? '')).join(''),
    isTyped: found.every((each) => 'isTyped' in each && each.isTyped),
    origin: joinedOrigin(found.map((each) => ('isTyped' in each ? each : {}))),
    isUnresolved: found.some((each) => 'problem' in each),
    problems: found.flatMap((each) =>
      'problem' in each && each.problem !== undefined ? [{ placeholder: each.placeholder, message: each.problem }] : [],
    ),
  };
}

/** The same for a whole text that stands by itself. The first problem stands for all of them. */
export function fillText(
  text: string,
  surroundings: Surroundings,
): { readonly text: string; readonly origin: Origin } | { readonly problem: string } {
  const masked = maskPlaceholders(text);
  if (masked === undefined) return { problem: unknown('') };
  const left = brokenIn(masked);
  if (left !== undefined) return { problem: left };
  const { value, origin, problems } = fillMasked(masked.text, masked.mask, masked.placeholders, surroundings);
  return problems.length > 0 ? { problem: problems[0]!.message } : { text: textOf(value), origin };
}

/** What is wrong with the first of what was left uncovered, though it begins as a placeholder does. */
function brokenIn({ text }: MaskedText): string | undefined {
  const at = text.indexOf(PLACEHOLDER_OPENING);
  return at === -1 ? undefined : unknown(text.slice(at));
}

/** What is no text goes into a text as JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
