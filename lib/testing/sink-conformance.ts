import { AssertionError } from 'node:assert';
import { optionError } from '../errors.js';
import { type Fields, field, flag, isFunction, resolveOptions, wholeNumber } from '../internal/options.js';
import { COUNTING_CASES, type PageWritable, SINK_CASES, type SinkBench } from './sink-cases.js';

/** A sink to be tried by {@link sinkConformance}. */
export interface SinkUnderTest<S extends PageWritable> {
  /** Makes a sink with an empty target. It is called once a case. */
  readonly open: () => S | Promise<S>;
  /** What the target of that sink holds now, as JSON Lines: the records' text, each followed by a line feed. */
  readonly stored: (sink: S) => string | Promise<string>;
  /** Whether it takes further pages while one is not stored yet. @default false */
  readonly takesAhead?: boolean | undefined;
  /** Whether it has the `stats` that sinks of spillway have, and so is asked for them. @default false */
  readonly hasStats?: boolean | undefined;
  /** How long a case may take. @default 10_000 */
  readonly timeoutMs?: number | undefined;
}

/** One promise that a sink keeps, to be tried by a test of your own. */
export interface ConformanceCase {
  /** As the end of a sentence about the sink: `stores every page in order and byte for byte`. */
  readonly name: string;
  /** Resolves when the sink keeps it; rejects with an AssertionError when it does not, or not in time. */
  run(): Promise<void>;
}

/**
 * What every sink promises, as cases for whatever test runner there is: all pages are stored in order, byte for byte; what is
 * called back is stored, and the page not looked at any more; a run that fails keeps what came before; whoever is destroyed
 * finishes what it has at hand, and closes; what is no page is refused.
 *
 * @throws {ConfigError} when an option is not valid
 * @example
 * ```ts
 * const cases = sinkConformance({ open: () => new MySink(), stored: (sink) => sink.text });
 * for (const { name, run } of cases) test(`my sink ${name}`, run);
 * ```
 */
export function sinkConformance<S extends PageWritable>(sink: SinkUnderTest<S>): readonly ConformanceCase[] {
  const { open, stored, takesAhead, hasStats, timeoutMs } = resolveOptions<Resolved>('sinkConformance', sink, FIELDS);
  if (open === undefined || stored === undefined) {
    throw optionError('sinkConformance', 'Expected two functions: `open`, and `stored`.');
  }
  const bench: SinkBench = { open: async () => open(), stored: async (one) => stored(one) };
  const cases = [...SINK_CASES, ...(hasStats ? COUNTING_CASES : [])].filter((one) => !(takesAhead && one.isOneByOne));
  return cases.map(({ name, run }) => ({ name, run: () => inTime(name, timeoutMs, run(bench)) }));
}

/** A sink that never calls back would else be a test that never ends. */
async function inTime(name: string, timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new AssertionError({ message: `${name}: the sink was not done within ${timeoutMs} ms.` })),
      timeoutMs,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Resolved {
  readonly open: (() => PageWritable | Promise<PageWritable>) | undefined;
  readonly stored: ((sink: PageWritable) => string | Promise<string>) | undefined;
  readonly takesAhead: boolean;
  readonly hasStats: boolean;
  readonly timeoutMs: number;
}

const FIELDS: Fields<Resolved> = {
  open: field<Resolved['open']>(undefined, 'a function that makes a sink', isFunction),
  stored: field<Resolved['stored']>(undefined, 'a function that reads what is stored', isFunction),
  takesAhead: flag(false),
  hasStats: flag(false),
  timeoutMs: wholeNumber(10_000, 1),
};
