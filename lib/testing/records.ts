import type { Page } from '../batch/page.js';
import { BatchStep } from '../batch/step.js';
import { optionError } from '../errors.js';
import { GAP_CAUSES, type Gap } from '../frame/gap.js';
import { gapFrame } from '../frame/gap-frame.js';
import { describe, type Fields, field, flag, oneOf, resolveOptions, wholeNumber } from '../internal/options.js';
import { JsonCheck } from '../json/check.js';
import { serialise } from '../json/serialise.js';
import type { BigIntegers } from '../json/values.js';
import { type FrameFacts, Message } from '../parse/message.js';

/** The frame that a record of a test came in, as far as it matters. */
export interface RecordFacts {
  /** Epoch milliseconds. @default 1_700_000_000_000; of a gap, its end */
  readonly receivedAt?: number | undefined;
  /** @default 'wss://example.com/feed' */
  readonly url?: string | undefined;
  /** @default 1; of a gap, its own */
  readonly connection?: number | undefined;
  /** Of the first record, where there are many. @default 0 */
  readonly sequence?: number | undefined;
  /** @default false */
  readonly isBinary?: boolean | undefined;
  /** How integers past 2^53 appear in values. @default 'number' */
  readonly bigIntegers?: BigIntegers | undefined;
}

/**
 * A message as `parse()` makes it, for tests of stages of your own.
 *
 * @param record A string or a Buffer is the JSON text as it came, so that a text value is given with its quotes; a {@link Gap}
 *   is the gap at its place, as `gaps: 'records'` has it; any other value is written as JSON, a `bigint` exactly.
 * @throws {ConfigError} when that is no JSON text, JSON cannot hold the value, or a fact is not valid
 * @example
 * ```ts
 * messageOf('{"price":1.10}', { receivedAt: Date.now() }).text.toString(); // '{"price":1.10}'
 * messageOf({ id: 9007199254740993n }, { bigIntegers: 'bigint' }).value; // { id: 9007199254740993n }
 * ```
 */
export function messageOf(record: unknown, facts: RecordFacts = {}): Message {
  return made('messageOf', record, facts);
}

/**
 * A page as `batch()` makes it, for tests of sinks of your own.
 *
 * @param records At least one, each as {@link messageOf} takes it, or a {@link Message} with facts of its own.
 * @param facts Of all that are no messages; sequences go up by one from record to record.
 * @throws {ConfigError} when there is no record, one is no JSON, or a fact is not valid
 * @example
 * ```ts
 * const sink = new MySink();
 * sink.write(pageOf(['{"price":1.10}', gapOf({ cause: 'overflow' }), { price: 2 }]));
 * ```
 */
export function pageOf(records: readonly unknown[], facts: RecordFacts = {}): Page {
  if (!Array.isArray(records) || records.length === 0) {
    throw optionError('pageOf', `Expected an array of at least one record, got ${describe(records)}.`);
  }
  const step = new BatchStep({ size: 0, maxBytes: 1 });
  let { sequence = 0 } = facts;
  for (const [index, record] of records.entries()) {
    const message = record instanceof Message ? record : made(`pageOf[${index}]`, record, { ...facts, sequence });
    step.add(message);
    // A gap has the sequence of the record after it.
    if (message !== record && !message.isGap) sequence += 1;
  }
  return step.flush() as Page;
}

/**
 * A gap, as the event `gap` has it: by default one second in which a connection was lost, between the frames 0 and 1.
 *
 * @param facts What is to be another; `durationMs` follows from the times, and `undefined` is what is not known.
 * @throws {ConfigError} when there is no such fact, or no such cause
 * @example
 * ```ts
 * feed.emit('gap', gapOf({ cause: 'overflow', dropped: 12 }));
 * ```
 */
export function gapOf(facts: Partial<Gap> = {}): Gap {
  const { from = GAP.from, to = GAP.to } = facts;
  const known = Object.keys(GAP);
  const unknown = Object.keys(facts).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw optionError('gapOf', `A gap has no ${JSON.stringify(unknown)}. It has: ${known.join(', ')}.`);
  }
  const { durationMs = to.monotonic - from.monotonic } = facts;
  const gap = { ...GAP, ...facts, from, to, durationMs };
  if (isGap(gap)) return gap;
  throw optionError('gapOf', `Expected a cause (${Object.keys(GAP_CAUSES).join(', ')}) and two moments.`);
}

function made(path: string, record: unknown, facts: RecordFacts): Message {
  const { bigIntegers, ...frame } = resolveOptions<ResolvedFacts>(`${path}.facts`, facts, FACTS);
  if (isGap(record)) {
    const { url, sequence } = frame;
    const { data, ...gapFacts } = gapFrame(record, { url, sequence });
    const { receivedAt = gapFacts.receivedAt, connection = gapFacts.connection } = facts;
    return Message.of({ ...gapFacts, receivedAt, connection }, data, 0, data.length, false, bigIntegers);
  }
  const bytes = textOf(path, record);
  const check = new JsonCheck();
  if (check.check(bytes, 0, bytes.length)) {
    return Message.of(frame, bytes, check.start, check.end, check.hasLineBreaks, bigIntegers);
  }
  throw optionError(
    path,
    `Strings and Buffers are JSON texts, and this is none: ${check.reason} at byte ${check.errorOffset}. Give a text value with its quotes.`,
  );
}

function textOf(path: string, record: unknown): Buffer {
  if (typeof record === 'string' || Buffer.isBuffer(record)) return Buffer.from(record as string);
  try {
    return serialise(record);
  } catch (cause) {
    throw optionError(path, (cause as Error).message, cause);
  }
}

function isGap(value: unknown): value is Gap {
  const { cause, from, to } = (value ?? {}) as Partial<Gap>;
  const isMoment = (moment: Gap['from'] | undefined): boolean => typeof moment?.monotonic === 'number';
  return typeof cause === 'string' && Object.hasOwn(GAP_CAUSES, cause) && isMoment(from) && isMoment(to);
}

interface ResolvedFacts extends Omit<FrameFacts, 'gap' | 'notInflated' | 'cursor'> {
  readonly bigIntegers: BigIntegers;
}

const FACTS: Fields<ResolvedFacts> = {
  receivedAt: field(1_700_000_000_000, 'epoch milliseconds', Number.isFinite),
  url: field('wss://example.com/feed', 'an address', (value) => typeof value === 'string'),
  connection: wholeNumber(1, 0),
  sequence: wholeNumber(0, 0),
  isBinary: flag(false),
  bigIntegers: oneOf<BigIntegers>('number', ['number', 'bigint', 'string']),
};

const GAP: Gap = {
  cause: 'disconnected',
  feed: undefined,
  connection: 1,
  code: 1006,
  from: { at: 1_700_000_000_000, monotonic: 0 },
  to: { at: 1_700_000_001_000, monotonic: 1_000 },
  durationMs: 1_000,
  afterSequence: 0,
  beforeSequence: 1,
  dropped: 0,
  missing: undefined,
  key: undefined,
};
