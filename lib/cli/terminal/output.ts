import type { WriteStream } from 'node:tty';
import { Secrets } from '../../secrets/secrets.js';
import { visible, visibleJson } from '../../visible.js';
import { hasColour } from './colour.js';
import type { Dress } from './dress.js';

/** Where a command talks to: standard error, or in a test anything that can be written to. */
export type OutputStream = NodeJS.WritableStream &
  Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows' | 'writableLength'>>;

/** What reporters need of an {@link Output}. */
export type Speaker = Pick<Output, 'isTerminal' | 'say' | 'mention' | 'sayJson' | 'mentionJson' | 'status' | 'clean'>;

/** One line, or many. What is within a line is no line of its own, whatever it holds: others may have said it. */
export type Lines = string | readonly string[];

/**
 * What a command says, line by line; and on a terminal one status line, which is redrawn in place. Of what comes in from
 * elsewhere, credentials never reach the stream, nor does what steers a terminal or cannot be seen. A reader that went
 * away changes nothing.
 */
export class Output {
  readonly #stream: OutputStream;
  readonly #secrets = new Secrets();
  #mayHaveStatus = true;
  #hasStatus = false;
  /** How many lines the status has. */
  #statusRows = 1;

  constructor(stream: OutputStream) {
    this.#stream = stream;
    stream.on('error', () => {});
  }

  /** Whether there is a terminal that can redraw a status line. */
  get isTerminal(): boolean {
    return this.#mayHaveStatus && this.#stream.isTTY === true && process.env['TERM'] !== 'dumb';
  }

  /** From now on, whole lines only: somebody else writes to this terminal. */
  shareTerminal(): void {
    this.#mayHaveStatus = false;
  }

  /** From now on, these texts are shown as `***`. */
  hide(secrets: readonly string[]): void {
    this.#secrets.know(secrets);
  }

  /** The same, of what comes up at run time: until much else came up. */
  readonly hideMet = (secrets: readonly string[]): void => this.#secrets.meet(secrets);

  /**
   * Writes whole lines: what must be said.
   *
   * @param dress adds styles where the stream has colours: to what is clean
   */
  say(lines: Lines, dress?: Dress): void {
    const cleaned = [lines]
      .flat()
      .map((line) => this.clean(line))
      .join('\n');
    this.#write(dress !== undefined && hasColour(this.#stream) ? dress(cleaned) : cleaned);
  }

  /** Writes whole lines, unless the reader is so far behind that this would pile up in memory. */
  mention(lines: Lines): void {
    if (!this.#isBehind) this.say(lines);
  }

  /** The same as {@link say}, of an object, as a JSON line. */
  sayJson(facts: object): void {
    // Hidden before it is quoted: a credential with a quotation mark looks different afterwards, and keys stay keys.
    const hide = (_key: string, value: unknown) => (typeof value === 'string' ? this.#secrets.hide(value) : value);
    this.#write(visibleJson(JSON.stringify(facts, hide)));
  }

  /** The same as {@link mention}, of an object, as a JSON line. */
  mentionJson(facts: object): void {
    if (!this.#isBehind) this.sayJson(facts);
  }

  /** Draws the status line, cut to the terminal's width. */
  status(text: string): void {
    if (this.#isBehind) return;
    this.#hasStatus = true;
    // A terminal moves on to the next line when its last column is written: that one stays free.
    this.#stream.write(`\r${cutTo(this.clean(text), (this.#stream.columns || DEFAULT_COLUMNS) - 1)}${CLEAR_TO_END}`);
  }

  /** Draws a status of many lines in the place of the one before, cut to the terminal's width and height. */
  statusLines(lines: readonly string[]): void {
    if (this.#isBehind) return;
    this.clearStatus();
    const room = Math.max(1, (this.#stream.rows || DEFAULT_ROWS) - 1);
    const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`];
    this.#hasStatus = true;
    this.#statusRows = shown.length;
    const columns = (this.#stream.columns || DEFAULT_COLUMNS) - 1;
    this.#stream.write(shown.map((line) => cutTo(this.clean(line), columns)).join('\n'));
  }

  /** Takes the status line away. */
  clearStatus(): void {
    if (!this.#hasStatus) return;
    this.#hasStatus = false;
    const up = this.#statusRows > 1 ? `\x1b[${this.#statusRows - 1}A` : '';
    this.#stream.write(up === '' ? `\r${CLEAR_TO_END}` : `${up}\r${CLEAR_BELOW}`);
    this.#statusRows = 1;
  }

  /** A text as it may be shown, on one line. */
  clean(text: string): string {
    return visible(this.#secrets.hide(text));
  }

  get #isBehind(): boolean {
    return (this.#stream.writableLength ?? 0) > MAX_UNREAD_BYTES;
  }

  #write(text: string): void {
    this.clearStatus();
    this.#stream.write(`${text}\n`);
  }
}

/** `text`, cut to so many columns, with an ellipsis where something is missing. */
export function cutTo(text: string, columns: number): string {
  if (text.length <= columns) return text;
  return columns < 1 ? '' : `${text.slice(0, columns - 1)}…`;
}

const CLEAR_TO_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
const MAX_UNREAD_BYTES = 64 * 1024;
