import type { ConfigProblem } from '../../errors.js';

/** The keys and indexes that lead from the document's root to a value. */
export type Path = readonly (string | number)[];

/** One thing that is wrong, before it is known where in a file that stands. */
export interface Finding {
  readonly path: Path;
  /** What a reader should be pointed at. What is missing has neither: the key of what it is missing from takes its place. */
  readonly at: 'value' | 'key';
  /** Where it stands in the document, when `path` shows something else. */
  readonly place?: Path;
  /** A whole sentence. */
  readonly message: string;
}

/** Whether the value at this path must not appear in a message. */
export type IsHidden = (path: Path) => boolean;

/** A finding about a value. */
export function valueFinding(path: Path, message: string): Finding {
  return { path, at: 'value', message };
}

/** The same findings, seen from a document that holds the checked value at `base`. */
export function below(base: Path, findings: readonly Finding[]): Finding[] {
  return findings.map(({ path, at, place, message }) => {
    const moved = { path: [...base, ...path], at, message };
    return place === undefined ? moved : { ...moved, place: [...base, ...place] };
  });
}

/** A finding without a place, as an error carries it. */
export function toProblem(finding: Finding): ConfigProblem {
  return { path: formatPath(finding.path), message: finding.message };
}

/** The order of a file. */
export function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** A path as it is shown: `pipeline.source.config.protocols[1]`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!PLAIN_KEY.test(part)) return `[${JSON.stringify(clip(part))}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** A value as a message may show it: clipped, never the inside of a list or an object, and hidden where it is secret. */
export function describeValue(value: unknown, hidden: boolean): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (hidden && value !== '' && typeof value !== 'object') return `a ${typeof value} that is not shown here`;
  switch (typeof value) {
    case 'string':
      return value === '' ? 'empty text' : `the text ${JSON.stringify(clip(value))}`;
    case 'object':
      return 'an object';
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}

/** How a value that should have been text is written as text, as a sentence; `undefined` where nothing was written. */
export function quotedForm(value: unknown, hidden: boolean): string | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'object') return hidden ? 'Put it in quotes.' : `Put it in quotes: "${String(value)}".`;
  // What is within it may be a credential, wherever it stands.
  const json = JSON.stringify(value, (_key, inner) => (typeof inner === 'object' ? inner : '…'));
  const shown = json.length <= MAX_QUOTED ? json : '{"op":"subscribe"}';
  return `Write it as text, in quotes${json.length <= MAX_QUOTED ? '' : ', such as'}: '${shown.replaceAll("'", "''")}'.`;
}

function clip(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

const PLAIN_KEY = /^[A-Za-z0-9_-]{1,80}$/;
const MAX_SHOWN = 60;
const MAX_QUOTED = 200;
