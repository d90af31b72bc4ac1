import type { Page } from '../../batch/page.js';
import type { Gap } from '../../frame/gap.js';
import type { SealedFile } from '../../manifest/manifest-entry.js';

/** What is known of the lines of a file that is not finished: what its line in the manifest will say of them. */
export type FileFacts = Pick<
  SealedFile,
  'records' | 'firstSequence' | 'lastSequence' | 'firstReceivedAt' | 'lastReceivedAt' | 'gaps'
>;

/** Of a file with nothing in it. */
export const NO_FACTS: FileFacts = {
  records: 0,
  firstSequence: undefined,
  lastSequence: undefined,
  firstReceivedAt: undefined,
  lastReceivedAt: undefined,
  gaps: { count: 0, ms: 0, missing: 0 },
};

/** The facts, and those of further lines: from one to before another in a page, two numbers for each stretch of them. */
export function withLines(facts: FileFacts, page: Page, ranges: readonly number[]): FileFacts {
  const [first, last] = [ranges[0]!, ranges.at(-1)! - 1];
  const times = {
    firstReceivedAt: facts.firstReceivedAt ?? page.receivedAt(first),
    lastReceivedAt: page.receivedAt(last),
  };
  if (page.recordsAmong() < page.length) return { ...withFew(facts, page, ranges), ...times };
  return {
    ...facts,
    ...times,
    records: facts.records + linesIn(ranges),
    firstSequence: facts.firstSequence ?? page.frame(first).sequence,
    lastSequence: Math.max(facts.lastSequence ?? 0, page.frame(last).sequence),
  };
}

/** How many lines these stretches have. */
export function linesIn(ranges: readonly number[]): number {
  let lines = 0;
  for (let at = 0; at < ranges.length; at += 2) lines += ranges[at + 1]! - ranges[at]!;
  return lines;
}

/** The facts, and those of a line that tells a gap. */
export function withGap(
  gaps: FileFacts['gaps'],
  gap: Pick<Gap, 'durationMs' | 'missing' | 'dropped'>,
): FileFacts['gaps'] {
  return {
    count: gaps.count + 1,
    ms: gaps.ms + Math.round(gap.durationMs),
    missing: Math.min(Number.MAX_SAFE_INTEGER, gaps.missing + gap.dropped + Number(gap.missing ?? 0)),
  };
}

/** Some of the lines of the page are gaps. */
function withFew(facts: FileFacts, page: Page, ranges: readonly number[]): FileFacts {
  let { records, firstSequence, lastSequence, gaps } = facts;
  for (let at = 0; at < ranges.length; at += 2) {
    for (let line = ranges[at]!; line < ranges[at + 1]!; line++) {
      const { sequence, gap } = page.frame(line);
      if (gap !== undefined) gaps = withGap(gaps, gap);
      else {
        records += 1;
        firstSequence ??= sequence;
        lastSequence = Math.max(lastSequence ?? 0, sequence);
      }
    }
  }
  return { ...facts, records, firstSequence, lastSequence, gaps };
}
