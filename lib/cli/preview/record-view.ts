import { visibleJson } from '../../visible.js';
import { formatCount } from '../report/format.js';
import { hasColour } from '../terminal/colour.js';
import { highlight } from './highlight.js';

/**
 * The standard output for indented records, one at a time: in colours where it has them; on a terminal with what could
 * steer it as escapes, and cut where one record would fill many screens.
 */
export function recordView(
  stdout: NodeJS.WriteStream,
  { full = false }: { readonly full?: boolean | undefined },
): NodeJS.WritableStream {
  const isTerminal = stdout.isTTY === true;
  const isColoured = hasColour(stdout);
  const view = {
    write: (bytes: Buffer, done: (error?: Error | null) => void) => {
      if (!isTerminal && !isColoured) return stdout.write(bytes, done);
      const { text, note } = isTerminal ? shown(bytes.toString(), full) : { text: bytes.toString(), note: '' };
      return stdout.write(`${isColoured ? highlight(text) : text}${note}`, done);
    },
    on: (event: string, listener: (error: Error) => void) => void stdout.on(event, listener),
    removeListener: (event: string, listener: (error: Error) => void) => void stdout.removeListener(event, listener),
  };
  return view as unknown as NodeJS.WritableStream;
}

/** What a terminal is shown of a record, and what is said below it. */
function shown(text: string, full: boolean): { readonly text: string; readonly note: string } {
  const clean = visibleJson(text);
  const lines = clean.split('\n');
  if (full || lines.length - 1 <= MAX_LINES) return { text: clean, note: '' };
  const left = lines.length - 1 - MAX_LINES;
  const note = `… ${formatCount(left)} more lines of this record (--full shows them)\n`;
  return { text: `${lines.slice(0, MAX_LINES).join('\n')}\n`, note };
}

const MAX_LINES = 100;
