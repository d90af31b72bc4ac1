import { Lexer, Parser } from 'yaml';

/**
 * Whether a text nests deeper than a configuration ever does. It is asked before the text is composed: `yaml` does
 * that recursively, and when V8 runs out of stack within a regular expression, it ends the process.
 */
export function isTooDeep(text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _token of parser.next(lexeme)) {
      // Whole documents are of no interest here.
    }
    if (parser.stack.length > MAX_OPEN_NODES) return true;
  }
  return false;
}

/** Each level takes one or two of them. */
const MAX_OPEN_NODES = 200;
