/** How a frame holds many records: one a line, or with a separator of its own between them. */
export type Split = 'lines' | SplitOn;

/** A separator of the feed's own. */
export interface SplitOn {
  /** What stands between two records: a text of 1 to 100 characters, such as `\u001e` or `\0`. */
  readonly on: string;
}

/** Whether it is a {@link SplitOn}. */
export function isSplitOn(value: unknown): value is SplitOn {
  if (typeof value !== 'object' || value === null) return false;
  const { on, ...rest } = value as Partial<SplitOn>;
  return Object.keys(rest).length === 0 && isSeparator(on);
}

/** Whether it can be looked for in the bytes of a frame: half a surrogate pair is no text. */
export function isSeparator(on: unknown): on is string {
  return typeof on === 'string' && on !== '' && on.length <= MAX_SEPARATOR && Buffer.from(on).toString() === on;
}

const MAX_SEPARATOR = 100;
