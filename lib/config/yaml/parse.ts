import {
  Composer,
  type CST,
  type Document,
  Lexer,
  type LineCounter,
  type ParsedNode,
  Parser,
  YAMLParseError,
} from 'yaml';

/**
 * The one document of a YAML text, as `parseDocument()` of `yaml` gives it; `undefined` when it nests deeper than a
 * configuration ever does. That is looked for while the text is taken apart: a document is put together recursively, and
 * when V8 runs out of stack within a regular expression, it ends the process.
 */
export function parseYaml(text: string, lines: LineCounter): Document.Parsed | undefined {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer<ParsedNode>(OPTIONS);
  try {
    let first: Document.Parsed | undefined;
    for (const document of composer.compose(tokensOf(text, parser, lines), true, text.length)) {
      if (first === undefined) {
        first = document;
        continue;
      }
      const [start, end] = document.range;
      first.errors.push(new YAMLParseError([start, end], 'MULTIPLE_DOCS', 'There is more than one document.'));
      break;
    }
    return first;
  } catch (error) {
    if (error === TOO_DEEP) return undefined;
    throw error;
  }
}

/** A document is the last token of all that is within it, so one that is too deep never comes to be one. */
function* tokensOf(text: string, parser: Parser, lines: LineCounter): Generator<CST.Token, void> {
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_OPEN_NODES) throw TOO_DEEP;
  }
  yield* parser.end();
}

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  uniqueKeys: false,
  logLevel: 'error',
} as const;

/** Each level takes one or two of them. */
const MAX_OPEN_NODES = 200;
const TOO_DEEP = Symbol('too deep');
