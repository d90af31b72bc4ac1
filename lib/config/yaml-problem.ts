import type { LineCounter, YAMLError } from 'yaml';
import type { ConfigProblem } from '../errors.js';
import { BROKEN_PLACEHOLDER, type MaskedText, PLACEHOLDER_OPENING } from './environment.js';

/** A syntax error as a problem with line and column. What stood in the text is not repeated: it may be a secret. */
export function yamlProblem(error: YAMLError, masked: MaskedText, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  return { path: '', message: SENTENCES[error.code] ?? sentence(error, masked, lines), line, column: col };
}

function sentence(error: YAMLError, masked: MaskedText, lines: LineCounter): string {
  if (lineAt(error.pos[0], masked.text, lines).includes(PLACEHOLDER_OPENING)) return BROKEN_PLACEHOLDER;
  const quoted = REPEATS_TEXT.has(error.code) ? error.message.replace(/: .*/s, '') : error.message;
  const reason = quoted.replaceAll(new RegExp(`${masked.mask}+`, 'g'), 'a placeholder').replace(/[.\s]+$/, '');
  return `The YAML cannot be read: ${reason}. Check the indentation and the quotes around here.`;
}

function lineAt(offset: number, text: string, lines: LineCounter): string {
  const { line } = lines.linePos(offset);
  return text.slice(lines.lineStarts[line - 1], lines.lineStarts[line]);
}

const SENTENCES: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'The file holds more than one YAML document. Keep one of them.',
  NON_STRING_KEY: 'Expected text as a key.',
};

/** Errors whose message ends in a piece of the text. */
const REPEATS_TEXT: ReadonlySet<string> = new Set(['UNEXPECTED_TOKEN', 'BAD_DIRECTIVE', 'TAG_RESOLVE_FAILED']);
