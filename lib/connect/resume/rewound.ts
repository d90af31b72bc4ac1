/**
 * A cursor that is a time, so much earlier, in the form that it has: whole seconds, milliseconds, micro- or nanoseconds of the epoch, by their
 * number of digits (of any time from 2001 to 2286), or a time that is written out (RFC 3339). `undefined` for what is no time.
 */
export function rewound(text: string, ms: number): string | undefined {
  const perSecond = /^\d+$/.test(text) ? PER_SECOND.get(text.length) : undefined;
  // A part of what it counts in is one more of that.
  if (perSecond !== undefined) return String(BigInt(text) - BigInt(Math.ceil((ms * perSecond) / 1_000)));
  const time = WRITTEN_OUT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time - ms).toISOString();
}

/** How many a second, by the digits that such a number has. */
const PER_SECOND: ReadonlyMap<number, number> = new Map([
  [10, 1],
  [13, 1_000],
  [16, 1_000_000],
  [19, 1_000_000_000],
]);
const WRITTEN_OUT = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;
