import type { LineCounter, YAMLError } from 'yaml';
import type { ConfigProblem } from '../../errors.js';
import { isNested, NESTED, unknown } from '../placeholders/kinds.js';
import { type MaskedText, PLACEHOLDER_OPENING } from '../placeholders/scan.js';

/** A syntax error as a problem with line and column. What stood in the text is not repeated: it may be a secret. */
export function yamlProblem(error: YAMLError, masked: MaskedText, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  return { path: '', message: SENTENCES[error.code] ?? sentence(error, masked, lines), line, column: col };
}

function sentence(error: YAMLError, masked: MaskedText, lines: LineCounter): string {
  const placeholder = brokenOnLine(error.pos[0], masked, lines);
  if (placeholder !== undefined) return placeholder;
  const quoted = REPEATS_TEXT.has(error.code) ? error.message.replace(/: .*/s, '') : error.message;
  const reason = quoted.replaceAll(new RegExp(`${masked.mask}+`, 'g'), 'a placeholder').replace(/[.\s]+$/, '');
  return `The YAML cannot be read: ${reason}. Check the indentation and the quotes around here.`;
}

/** A placeholder that is none may be why the rest of its line is not what its writer meant. */
function brokenOnLine(offset: number, { text, placeholders }: MaskedText, lines: LineCounter): string | undefined {
  const { line } = lines.linePos(offset);
  const [start = 0, end = text.length] = lines.lineStarts.slice(line - 1, line + 1);
  const at = text.slice(start, end).indexOf(PLACEHOLDER_OPENING);
  if (at !== -1) return unknown(text.slice(start + at, end));
  const isHere = placeholders.some((one) => one.offset >= start && one.offset < end && isNested(one.source));
  return isHere ? NESTED : undefined;
}

const SENTENCES: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'The file holds more than one YAML document. Keep one of them.',
  NON_STRING_KEY: 'Expected text as a key.',
};

/** Errors whose message ends in a piece of the text. */
const REPEATS_TEXT: ReadonlySet<string> = new Set(['UNEXPECTED_TOKEN', 'BAD_DIRECTIVE', 'TAG_RESOLVE_FAILED']);
