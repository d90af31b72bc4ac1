import type { TimeUnit } from './path-template.js';

/** A stretch of time whose records go into one file: from, and until just before, in epoch milliseconds. */
export interface TimeSlot {
  readonly from: number;
  readonly until: number;
}

/** Which slot a time is in. */
export type SlotOf = (time: number) => TimeSlot;

/**
 * The slots that a path makes by the finest part of the time in it, and `everyMs`, counted from midnight UTC of 1970-01-01 on: a day,
 * and all that divides one, begins at midnight.
 */
export function slotsBy(unit: TimeUnit | undefined, everyMs: number | undefined): SlotOf {
  if (unit === undefined && everyMs === undefined) return () => ALWAYS;
  // Most records are in the slot of the one before them.
  let last: TimeSlot = { from: 0, until: 0 };
  return (time) => {
    if (time < last.from || time >= last.until) {
      const byUnit = unit === undefined ? ALWAYS : unitSlot(time, unit);
      const byLength = everyMs === undefined ? ALWAYS : evenSlot(time, everyMs);
      last = { from: Math.max(byUnit.from, byLength.from), until: Math.min(byUnit.until, byLength.until) };
    }
    return last;
  };
}

function unitSlot(time: number, unit: TimeUnit): TimeSlot {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (unit) {
    case 'Y':
      return { from: Date.UTC(year, 0), until: Date.UTC(year + 1, 0) };
    case 'm':
      return { from: Date.UTC(year, month), until: Date.UTC(year, month + 1) };
    case 'd':
      return evenSlot(time, 86_400_000);
    case 'H':
      return evenSlot(time, 3_600_000);
    case 'M':
      return evenSlot(time, 60_000);
  }
}

function evenSlot(time: number, length: number): TimeSlot {
  const from = Math.floor(time / length) * length;
  return { from, until: from + length };
}

const ALWAYS: TimeSlot = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
