import type { Environment } from '../../config/placeholders/environment.js';

/** What a text is written to. */
interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** How many columns a text may take: as `COLUMNS` says, else those of the terminal; `undefined` where nothing limits it. */
export function widthOf(stream: Stream, env: Environment = process.env): number | undefined {
  const said = Number(env['COLUMNS']);
  if (Number.isSafeInteger(said) && said > 0) return said;
  // Some pseudo-terminals say that they have none.
  return stream.isTTY === true && stream.columns ? stream.columns : undefined;
}

/**
 * A text whose lines take at most so many columns. A line that is longer goes on below its own beginning, or below what
 * stands in its second column (behind two blanks or more). Words are never cut.
 */
export function wrap(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns))
    .join('\n');
}

function wrapLine(line: string, columns: number): string[] {
  if (line.length <= columns) return [line];
  const own = /^ */.exec(line)![0].length;
  const second = /^ *\S.*? {2,}(?=\S)/.exec(line)?.[0].length ?? 0;
  if (second > columns / 2) {
    // There is no room for two columns: the second one begins on a line of its own.
    const first = wrapLine(line.slice(0, second).trimEnd(), columns);
    return [...first, ...wrapLine(' '.repeat(own + 4) + line.slice(second), columns)];
  }
  const hanging = second > 0 ? second : own === 0 ? 0 : own + 2;
  const indent = hanging <= columns / 2 ? hanging : 0;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    let cut = rest.lastIndexOf(' ', columns);
    if (cut < indent) cut = rest.indexOf(' ', columns);
    if (cut === -1) break;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = ' '.repeat(indent) + rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}
