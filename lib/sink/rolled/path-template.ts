import { type ConfigError, optionError } from '../../errors.js';
import { compilePath, type Path } from '../../json/field.js';
import { fileNameOf } from '../many/file-name.js';

/** What a path says of the files that records go to: by when they came, what their feed is called, and what is in them. */
export interface PathTemplate {
  /** The folder in which all of them are: what stands before the first part that changes. */
  readonly folder: string;
  /** The fields that files are parted by, in the order in which they stand there. */
  readonly fields: readonly Path[];
  /** The finest part of the time in it, if there is one. */
  readonly unit: TimeUnit | undefined;
  /** How many folders there are between {@link folder} and a file. */
  readonly depth: number;
  /**
   * Where the records go that came at a time, from {@link folder} on, with `/` between names.
   *
   * @param names of the fields, as {@link fileNameOf} gives them
   * @param number 0, or which one it is of those that have the same name otherwise
   */
  nameOf(time: number, names: readonly string[], number: number): string;
  /** Which number a file of this name has; `undefined` when it is none of these files. */
  numberOf(name: string): number | undefined;
  /** When the time begins that a file of this name is of, in epoch milliseconds: 0 without a time in the path. */
  timeOf(name: string): number;
  /** The same name without its number. */
  baseOf(name: string): string;
  /** The same name with another number. */
  withNumber(name: string, number: number): string;
}

/** The parts of a time that a path can have, the finest one last. */
export type TimeUnit = 'Y' | 'm' | 'd' | 'H' | 'M';

/**
 * @param feed what `{feed}` stands for
 * @throws {ConfigError} when it cannot be read
 */
export function compileTemplate(owner: string, path: string, feed: string | undefined): PathTemplate {
  const pieces = piecesOf(owner, path, feed);
  const firstVaried = pieces.findIndex(({ kind }) => kind !== 'text');
  const lead = (firstVaried < 0 ? pieces : pieces.slice(0, firstVaried)).map(({ text }) => text).join('');
  const folderEnd = lead.lastIndexOf('/', firstVaried < 0 ? lead.length - 2 : undefined) + 1;
  const rest = withoutStart(pieces, folderEnd);
  const shown = rest.map(({ text }) => text).join('');
  // What a field is called is no part of a name.
  const shape = rest.map(({ kind, text }) => (kind === 'text' ? text : 'x')).join('');
  if (shape.includes('\\'))
    throw problem(owner, `${JSON.stringify(shown)} has a backslash in it, which no manifest can name.`);
  if (shape.split('/').some((name) => name === '' || name === '.' || name === '..')) {
    throw problem(
      owner,
      `A part of ${JSON.stringify(shown)} is no name: it has to lead to a file below its first folder.`,
    );
  }
  const folder = folderEnd === 0 ? '.' : folderEnd === 1 ? '/' : lead.slice(0, folderEnd - 1);
  const { stem, suffix } = splitSuffix(rest);
  const expression = expressionOf(stem, suffix);
  const numberPart = new RegExp(`-\\d{6,}(?=${escaped(suffix)}$)`);
  const unitsOf = (some: readonly Piece[]) => some.flatMap((piece) => (piece.kind === 'time' ? [piece.unit] : []));
  const units = unitsOf(stem);
  return {
    folder,
    fields: pieces.flatMap((piece) => (piece.kind === 'field' ? [piece.path] : [])),
    unit: [...UNITS].reverse().find((unit) => units.includes(unit)),
    depth: shape.split('/').length - 1,
    nameOf(time, names, number) {
      const date = new Date(time);
      let field = 0;
      const filled = stem.map((piece) => {
        if (piece.kind === 'time') return timePart(date, piece.unit);
        return piece.kind === 'field' ? names[field++]! : piece.text;
      });
      return `${filled.join('')}${number === 0 ? '' : numbered(number)}${suffix}`;
    },
    numberOf(name) {
      const found = expression.exec(name);
      return found === null ? undefined : Number(found.groups?.['number'] ?? 0);
    },
    timeOf(name) {
      const parts = { Y: 1970, m: 1, d: 1, H: 0, M: 0 };
      const found = expression.exec(name) ?? [];
      for (const [index, unit] of units.entries()) parts[unit] = Number(found[index + 1] ?? parts[unit]);
      return Date.UTC(parts.Y, parts.m - 1, parts.d, parts.H, parts.M);
    },
    baseOf: (name) => name.replace(numberPart, ''),
    withNumber(name, number) {
      const base = name.replace(numberPart, '');
      const end = base.endsWith(suffix) ? base.length - suffix.length : base.length;
      return `${base.slice(0, end)}${numbered(number)}${base.slice(end)}`;
    },
  };
}

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly text: string; readonly unit: TimeUnit }
  | { readonly kind: 'field'; readonly text: string; readonly path: Path };

function piecesOf(owner: string, given: string, feed: string | undefined): Piece[] {
  const path = process.platform === 'win32' ? given.replaceAll('\\', '/') : given;
  const pieces: Piece[] = [];
  let at = 0;
  const add = (piece: Piece): void => {
    const last = pieces.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text')
      pieces[pieces.length - 1] = { kind: 'text', text: last.text + piece.text };
    else if (piece.text !== '') pieces.push(piece);
  };
  for (const { 0: text, index, groups = {} } of path.matchAll(ANYTHING_SPECIAL)) {
    add({ kind: 'text', text: path.slice(at, index) });
    at = index + text.length;
    const { time, name, argument } = groups;
    if (time === '%') add({ kind: 'text', text: '%' });
    else if (time !== undefined) add({ kind: 'time', text, unit: unitOf(owner, time) });
    else if (name === 'feed' && argument === undefined) add({ kind: 'text', text: feedName(owner, feed) });
    else if (name === 'field' && argument !== undefined)
      add({ kind: 'field', text, path: compilePath(argument, `${owner}.path`) });
    else
      throw problem(owner, `There is no \`${text}\`. Known are {feed} and {field:PATH}, such as {field:data.symbol}.`);
  }
  add({ kind: 'text', text: path.slice(at) });
  return pieces;
}

function unitOf(owner: string, letter: string): TimeUnit {
  const unit = UNITS.find((one) => one === letter);
  if (unit !== undefined) return unit;
  throw problem(
    owner,
    `There is no \`%${letter}\` in a path. Known are %Y, %m, %d, %H and %M, in UTC; %% stands for one \`%\`.`,
  );
}

function feedName(owner: string, feed: string | undefined): string {
  if (feed !== undefined) return fileNameOf(feed);
  throw problem(owner, 'Nobody says what {feed} stands for: give the feed a `name`, or write the name itself.');
}

/** The pieces behind the first so many characters, which are text. */
function withoutStart([first, ...rest]: readonly Piece[], length: number): Piece[] {
  if (first === undefined || length === 0) return first === undefined ? [] : [first, ...rest];
  const text = first.text.slice(length);
  return text === '' ? rest : [{ kind: 'text', text }, ...rest];
}

/** A number goes in front of what says what kind of file it is: `.jsonl.zst`. */
function splitSuffix(pieces: readonly Piece[]): { readonly stem: readonly Piece[]; readonly suffix: string } {
  const last = pieces.at(-1)!;
  const suffix = last.kind === 'text' ? SUFFIXES.exec(last.text)![0] : '';
  const text = last.text.slice(0, last.text.length - suffix.length);
  if (suffix === '') return { stem: pieces, suffix };
  return { stem: [...pieces.slice(0, -1), ...(text === '' ? [] : [{ kind: 'text', text } as const])], suffix };
}

/** The parts of the time are its first groups, in the order in which they stand there. */
function expressionOf(stem: readonly Piece[], suffix: string): RegExp {
  const parts = stem.map((piece) => {
    if (piece.kind === 'text') return escaped(piece.text);
    if (piece.kind === 'field') return '[^/]+?';
    return piece.unit === 'Y' ? '(\\d{4,})' : '(\\d{2})';
  });
  return new RegExp(`^${parts.join('')}(?:-(?<number>\\d{6,}))?${escaped(suffix)}$`);
}

function timePart(date: Date, unit: TimeUnit): string {
  switch (unit) {
    case 'Y':
      return String(date.getUTCFullYear()).padStart(4, '0');
    case 'm':
      return twoDigits(date.getUTCMonth() + 1);
    case 'd':
      return twoDigits(date.getUTCDate());
    case 'H':
      return twoDigits(date.getUTCHours());
    case 'M':
      return twoDigits(date.getUTCMinutes());
  }
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

function numbered(number: number): string {
  return `-${String(number).padStart(6, '0')}`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function problem(owner: string, message: string): ConfigError {
  return optionError(`${owner}.path`, message);
}

const UNITS: readonly TimeUnit[] = ['Y', 'm', 'd', 'H', 'M'];
/** All that looks like a placeholder, and `%%`. */
const ANYTHING_SPECIAL = /%(?<time>[A-Za-z%])|\{(?<name>[A-Za-z_]\w*)(?::(?<argument>(?:\[[^\]]*\]|[^}])*))?\}/g;
const SUFFIXES = /(?:\.[A-Za-z]\w*)?(?:\.(?:gz|zstd?))?$/i;
