/** One construct of a pipeline file of faucet: what becomes of it here, and whether the original does the same. */
export interface FaucetRow {
  /** What the table of docs/faucet.md calls it, in Markdown: `` `${env:NAME:-default}` ``. */
  readonly construct: string;
  /**
   * The whole pipeline file, YAML. `${env:FEED_URL}` is the address of a feed, `${env:OUT}` the file that a JSONL sink
   * writes to; both are set for every row. {@link fileWith} writes the usual parts.
   */
  readonly file: string;
  /**
   * What `spillway validate` says: `valid`, or every problem, as `line:column: path: sentence`, a line each; after a valid
   * file the notes, as `note: line:column: path: sentence`.
   */
  readonly validate: string;
  /** What the feed sends, in this order; it closes with 1000 afterwards. @default {@link FRAMES} */
  readonly frames?: readonly string[] | undefined;
  /** What `spillway run` writes, to `${env:OUT}` where that exists afterwards, else to standard output. @default it is not run */
  readonly writes?: string | undefined;
  /** More arguments of `run` and `validate`, here and there. */
  readonly args?: readonly string[] | undefined;
  /** More variables. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Files beside the pipeline file, by name. */
  readonly beside?: Readonly<Record<string, string>> | undefined;
  /**
   * `same`: the original runs the same file where it is on the PATH, and the records are compared as values (text, where they
   * are no JSON). Otherwise a sentence that says how it differs, for the table.
   */
  readonly original: 'same' | (string & {});
}

/** The frames of a feed when a row names none. */
export const FRAMES = ['{"type":"trade","symbol":"btc","price":1.10}', '{"type":"quote","symbol":"eth","price":2}'];

/** A pipeline file with the usual source and sink in the place of what is not given. */
export function fileWith(parts: {
  /** Lines before `pipeline:`. */
  readonly top?: string;
  /** More lines of the source's `config`, without their indentation. */
  readonly source?: string;
  /** More lines below `pipeline:`, without their indentation. */
  readonly pipeline?: string;
  /** The sink, as one flow mapping. */
  readonly sink?: string;
}): string {
  const { top = '', source = '', pipeline = '', sink = JSONL } = parts;
  const lines = [
    'version: 1',
    ...linesOf(top, 0),
    'pipeline:',
    '  source:',
    '    type: websocket',
    '    config:',
    '      url: "${env:FEED_URL}"',
    '      max_messages: 100',
    '      idle_timeout: 20',
    ...linesOf(source, 6),
    ...linesOf(pipeline, 2),
    `  sink: ${sink}`,
  ];
  return `${lines.join('\n')}\n`;
}

function linesOf(text: string, indent: number): string[] {
  return text === '' ? [] : text.split('\n').map((line) => ' '.repeat(indent) + line);
}

const JSONL = '{ type: jsonl, config: { path: "${env:OUT}" } }';
