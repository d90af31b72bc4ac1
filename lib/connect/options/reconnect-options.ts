import { duration, either, own, whole, yesNo } from '../../internal/options/kinds.js';
import type { Form, GivenOf, ResolvedOf, Rule } from '../../internal/options/option.js';
import { fits, shapeForm } from '../../internal/options/shapes.js';
import { field, isFunction } from '../../internal/options.js';
import { BACKOFF_OPTIONS, BACKOFF_RULES, type Backoff, type GrowingBackoff } from './backoff.js';

const GROWING = shapeForm(BACKOFF_OPTIONS, { rules: BACKOFF_RULES });
const BACKOFF_FORMS: readonly Form[] = [{ kind: 'duration', minMs: 0 }, GROWING];

/** The options that say what comes after the end of a connection. */
export const RECONNECT_OPTIONS = {
  /**
   * Connect again after a failed connect, a drop or a close: when and where the reconnect table says by cause. Frames that
   * the server sent in between are not sent again by it: that is a gap. With `false`, a close with one of `cleanCodes` ends
   * the stream, anything else is an error. @default false
   */
  reconnect: yesNo({
    title: 'Reconnect',
    description:
      'Connects again after a drop or a close, and subscribes again; by the cause it waits, turns to the next of `urls`, has credentials renewed or gives up. With `false`, a close with one of `clean_codes` ends the run successfully, and anything else ends it with an error.',
    fallback: false,
    examples: [true],
  }),
  /**
   * The wait before an attempt to reconnect: milliseconds, a wait that grows, or a function of the attempt (1, 2, …).
   * @default 1000
   */
  reconnectBackoff: either<number | GrowingBackoff | Backoff>(BACKOFF_FORMS, {
    title: 'Back-off',
    description:
      'The wait between two attempts to connect again: fixed, or growing from `initial` (1) by `multiplier` (2) up to `max` (60, or `initial` where that is longer), and with `jitter: full` anything between nothing and that, so that many feeds do not come back at the same moment (`none`: always all of it).',
    fallback: 1_000,
    comment:
      'a duration (a number of seconds, or text with a unit such as "500ms" or "30s"), or `{ initial, max, multiplier, jitter }`',
    code: {
      expected:
        'milliseconds, `{ initialMs, maxMs, multiplier, jitter }`, or a function of the attempt that returns milliseconds',
      accepts: (value) =>
        isFunction(value) || fits(GROWING, value) || (Number.isFinite(value) && (value as number) >= 0),
    },
    examples: [0.5, '2s', { initial: '500ms', max: '30s', multiplier: 2, jitter: 'full' }],
  }),
  /**
   * With `reconnect: false`: the close codes by which a server says that all is well. 1005 is a close without a code, as
   * servers send it that call `close()` without one. 1006 and 1015 are none: they stand for a connection that broke. @default [1000]
   */
  cleanCodes: own<readonly number[]>(
    field(
      [1000],
      'an array of close codes from 1000 to 4999, each once',
      (value) =>
        Array.isArray(value) &&
        value.every((code, at) => Number.isInteger(code) && code >= 1000 && code <= 4999 && value.indexOf(code) === at),
    ),
    {
      type: 'readonly number[]',
      title: 'Clean close codes',
      description:
        'With `reconnect: false`: a close with one of these codes ends the run successfully. 1005 is a close without a code, as servers send it that call `close()` without one.',
      examples: [[1000, 1005]],
      schema: { type: 'array', items: { type: 'integer', minimum: 1000, maximum: 4999 }, uniqueItems: true },
    },
  ),
  /** Consecutive attempts to reconnect; only a received data frame starts the count anew. @default unlimited */
  maxReconnectAttempts: whole({
    title: 'Number of attempts',
    description:
      'Ends the run with an error after this many consecutive failures; only a received data frame resets the count. Unlimited when it is left out.',
    min: 0,
    examples: [10],
  }),
  /**
   * A growing back-off begins anew after a connection that was open for so long, instead of at the first data frame.
   * @default none: a data frame is enough
   */
  stableAfterMs: duration({
    title: 'Stable after',
    description:
      'A growing back-off begins anew only after a connection that was open for this long; when it is left out, at the first data frame.',
    examples: ['1m'],
  }),
};

/** What may be given of `RECONNECT_OPTIONS`. */
export interface ReconnectOptions extends GivenOf<typeof RECONNECT_OPTIONS> {}

/** {@link ReconnectOptions} with every default filled in. */
export interface ResolvedReconnectOptions extends ResolvedOf<typeof RECONNECT_OPTIONS> {}

/** What stands for a connection that broke is no code of a server. */
export const RECONNECT_RULES: readonly Rule<ResolvedReconnectOptions>[] = [
  ({ cleanCodes }) => {
    const code = cleanCodes?.find((one) => NO_CLOSE.has(one));
    if (code === undefined) return undefined;
    const message = `${code} stands for a connection that broke, and what came over it may be incomplete. Leave it out.`;
    return { option: 'cleanCodes', at: 'value', message };
  },
];

/** RFC 6455, section 7.4.1. */
const NO_CLOSE: ReadonlySet<number> = new Set([1006, 1015]);
