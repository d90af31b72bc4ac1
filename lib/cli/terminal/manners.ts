import type { Command } from 'commander';
import { visible } from '../../visible.js';
import { hasColour, paint } from './colour.js';
import { widthOf, wrap } from './width.js';

/** Makes the help and the errors of a command fit the terminal, in colours where it has them. */
export function withManners(command: Command): Command {
  return command
    .configureOutput({
      getOutHelpWidth: () => widthOf(process.stdout) ?? DEFAULT_COLUMNS,
      getErrHelpWidth: () => widthOf(process.stderr) ?? DEFAULT_COLUMNS,
      writeOut: (text) => void process.stdout.write(dressed(text, process.stdout)),
      writeErr: (text) => void process.stderr.write(dressed(text, process.stderr)),
      outputError: (text, write) => write(asGiven(withoutValues(text))),
    })
    .configureHelp({ minWidthToWrap: MIN_COLUMNS });
}

function dressed(text: string, stream: NodeJS.WriteStream): string {
  // An error that goes into a log stays on its line.
  const columns = widthOf(stream) ?? (stream === process.stdout ? PAGE_COLUMNS : Number.POSITIVE_INFINITY);
  const fitting = wrap(text, Math.max(columns, MIN_COLUMNS));
  if (!hasColour(stream)) return fitting;
  return fitting
    .replace(/^[A-Z][^\n.]*:$/gm, (title) => paint('bold', title))
    .replace(/^Usage:/gm, (title) => paint('bold', title))
    .replace(/^ {2}\$ .*$/gm, (example) => paint('cyan', example))
    .replace(/^error:/gm, (label) => paint('red', label));
}

/** A word of the command line is shown on one line, and steers nothing: a script may have taken it from elsewhere. */
function asGiven(text: string): string {
  const words = process.argv.flatMap((word) => [word, word.slice(word.indexOf('=') + 1), word.slice('-x'.length)]);
  const shown = words.reduce((line, word) => line.replaceAll(word, () => visible(word)), text);
  return shown.split('\n').map(visible).join('\n');
}

/** What was given to an option that does not exist may be a credential. */
function withoutValues(text: string): string {
  return text.replace(/(unknown option '-[^'=]*)=[^\n]*'/g, "$1=…'");
}

const DEFAULT_COLUMNS = 80;
/** Where nothing limits it, a paragraph does not become a line of any length. */
const PAGE_COLUMNS = 110;
/** Below that, words would be cut. */
const MIN_COLUMNS = 20;
