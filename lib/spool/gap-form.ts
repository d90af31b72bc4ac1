import type { Gap } from '../frame/gap.js';

/** A gap as JSON can hold it: what is past 2^53 is text, and what is not known is left out. */
export type GapForm = { readonly [K in keyof Gap]?: Exclude<Gap[K], bigint | undefined> | string };

export function toGapForm(gap: Gap): GapForm {
  const known = Object.entries(gap).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([key, value]) => [key, typeof value === 'bigint' ? `${value}` : value]));
}

export function gapOf(form: GapForm): Gap {
  const { cause, feed, connection, code, from, to, durationMs, dropped, key, replayed } = form as Gap;
  const { afterSequence, beforeSequence, missing } = form;
  return {
    ...{ cause, feed, connection, code, from, to, durationMs },
    afterSequence: numberOf(afterSequence),
    beforeSequence: numberOf(beforeSequence),
    dropped,
    missing: numberOf(missing),
    key,
    ...(replayed && { replayed }),
  };
}

function numberOf(form: number | string | undefined): number | bigint | undefined {
  return typeof form === 'string' ? BigInt(form) : form;
}
