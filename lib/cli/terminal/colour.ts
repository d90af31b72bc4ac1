import type { Environment } from '../../config/placeholders/environment.js';

/** What may be coloured: a stream, which is a terminal or none. */
interface Stream {
  readonly isTTY?: boolean | undefined;
}

/**
 * Whether to write in colours: `NO_COLOR` says no, `FORCE_COLOR` yes (`0` and `false` no), and without them a terminal
 * that is not `dumb` gets colours. Of the two variables the former counts.
 */
export function hasColour(stream: Stream, env: Environment = process.env): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** A text in a colour, or bold. */
export function paint(style: Style, text: string): string {
  return `\x1b[${STYLES[style]}m${text}\x1b[0m`;
}

/** One of the few styles of this command. */
export type Style = keyof typeof STYLES;

/** The parameter of each style's escape sequence (SGR, ECMA-48); terminals show the eight colours in their own shades. */
export const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
