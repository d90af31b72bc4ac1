import type { WriteStream } from 'node:tty';
import { hasColour, paint, type Style } from '../terminal/colour.js';
import { cutTo } from '../terminal/output.js';
import type { Line } from './table.js';

/** A terminal that shows a table, on a screen of its own: what was there before comes back at the end. */
export class Screen {
  readonly #stream: WriteStream;

  constructor(stream: WriteStream) {
    this.#stream = stream;
    stream.on('error', () => {});
    stream.write(`${OWN_SCREEN}${HIDE_CURSOR}`);
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  /** @param head what stands above the table, @param lines more than fit are left out, and that is said */
  draw(head: readonly string[], lines: readonly Line[]): void {
    // Whoever reads too slowly sees the next one.
    if (this.#stream.writableLength > MAX_UNREAD_BYTES) return;
    const room = Math.max(1, (this.#stream.rows || 24) - head.length);
    const fits = lines.length <= room;
    const shown = fits ? lines : lines.slice(0, room - 1);
    const all = [
      ...head.map((line) => cutTo(line, this.columns)),
      ...shown.map(({ text, how }) => (hasColour(this.#stream) ? dress(text, how) : text)),
      ...(fits ? [] : [cutTo(`… ${lines.length - shown.length} more`, this.columns)]),
    ];
    this.#stream.write(`${HOME}${all.map((line) => `${line}${CLEAR_LINE}`).join('\n')}${CLEAR_BELOW}`);
  }

  close(): void {
    this.#stream.write(`${SHOW_CURSOR}${FORMER_SCREEN}`);
  }
}

function dress(text: string, how: Line['how']): string {
  const style = STYLE_OF[how];
  return style === undefined ? text : paint(style, text);
}

const STYLE_OF: Readonly<Record<Line['how'], Style | undefined>> = {
  title: 'bold',
  bad: 'red',
  warn: 'yellow',
  good: undefined,
  over: 'dim',
};

const OWN_SCREEN = '\x1b[?1049h';
const FORMER_SCREEN = '\x1b[?1049l';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const MAX_UNREAD_BYTES = 64 * 1024;
