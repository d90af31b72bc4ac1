import fc from 'fast-check';
import { resolveBatchOptions } from '../../lib/batch/options.js';
import { BatchStep } from '../../lib/batch/step.js';
import type { FrameFacts, Gap } from '../../lib/index.js';
import { Message, type Page } from '../../lib/index.js';
import type { BigIntegers } from '../../lib/json/values.js';

/** A gap with a number that is past what a number can hold. */
const GAP: Gap = {
  ...{ cause: 'sequence', feed: undefined, connection: 1, code: undefined, dropped: 0, missing: 3, key: undefined },
  ...{ from: { at: 1, monotonic: 0.5 }, to: { at: 6, monotonic: 5.5 }, durationMs: 5 },
  ...{ afterSequence: 9_007_199_254_740_993n, beforeSequence: 9_007_199_254_740_997n },
};

/** Any line of a page: what it is beside the one before it. */
export const anyLine = fc.record({
  text: fc.oneof(
    fc.json(),
    fc.constantFrom('1.10', '9007199254740993', '{"id":-9007199254740993123,"a":"\u00e4"}', '""'),
  ),
  sequence: fc.constantFrom(0, 1, 1, 1, 3),
  receivedAt: fc.constantFrom(0, 0, 0, 0.5, 1000),
  connection: fc.constantFrom(0, 0, 0, 1),
  isBinary: fc.constantFrom(false, false, true),
  url: fc.constantFrom('ws://a', 'ws://a', 'ws://b', ''),
  isGap: fc.constantFrom(false, false, false, true),
});

/** A line of a page. */
export interface Line extends Pick<FrameFacts, 'sequence' | 'receivedAt' | 'connection' | 'isBinary' | 'url'> {
  readonly text: string;
  readonly isGap: boolean;
}

/** Pages of any kind. */
export const anyPages = fc.record({
  lines: fc.array(anyLine, { minLength: 1, maxLength: 50 }),
  size: fc.integer({ min: 1, max: 20 }),
  bigIntegers: fc.constantFrom<BigIntegers>('number', 'bigint', 'string'),
  isReused: fc.boolean(),
});

/** The pages that hold these lines. */
export function pagesOf(
  lines: readonly Line[],
  size: number,
  bigIntegers: BigIntegers = 'number',
  isReused = false,
): Page[] {
  const step = new BatchStep(resolveBatchOptions({ size }), isReused);
  let [sequence, receivedAt, connection] = [0, 1_700_000_000_000, 1];
  const pages = lines.map(({ text, isBinary, url, isGap, ...by }) => {
    sequence += by.sequence;
    receivedAt += by.receivedAt;
    connection += by.connection;
    const facts = { sequence, receivedAt, connection, isBinary, url, ...(isGap && { gap: { ...GAP } }) };
    const bytes = Buffer.from(text);
    return step.add(Message.of(facts, bytes, 0, bytes.length, false, bigIntegers));
  });
  return [...pages, step.flush()].filter((page) => page !== undefined);
}

/** The texts of a page. */
export function textsOf(page: Page): string[] {
  return page.ends.map((_, index) => page.text(index).toString());
}

/** All that a page tells. */
export function shown(page: Page) {
  return {
    bytes: page.bytes.toString(),
    ends: [...page.ends],
    texts: textsOf(page),
    frames: page.ends.map((_, index) => page.frame(index)),
    times: page.ends.map((_, index) => page.receivedAt(index)),
    gaps: page.ends.map((_, index) => page.isGap(index)),
    counts: page.ends.map((_, index) => page.recordsAmong(index + 1)),
    records: page.records,
    messages: page.messages.map(({ value, isGap, bigIntegers }) => ({ value, isGap, bigIntegers })),
  };
}
