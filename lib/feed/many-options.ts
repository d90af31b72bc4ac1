import { BACKOFF_OPTIONS, BACKOFF_RULES, type GrowingBackoff } from '../connect/options/backoff.js';
import { either, text, whole, words } from '../internal/options/kinds.js';
import type { Form, ResolvedOf } from '../internal/options/option.js';
import { fits, shapeForm } from '../internal/options/shapes.js';

/** How the feeds of a file run beside each other. */
export const EXECUTION_OPTIONS = {
  /** So many feeds run at once: the others begin when one has ended. @default all of them */
  maxConcurrent: whole({
    title: 'At once',
    description: 'So many feeds run at once; the next one begins when one has ended. All of them without it.',
    min: 1,
    examples: [50],
  }),
  /**
   * What becomes of the others when a feed has failed: `continue` with them, or `stop` them in good order.
   * @default 'continue'
   */
  onError: words(['continue', 'stop'], {
    title: 'When a feed fails',
    description:
      'What becomes of the others when a feed has failed: `continue` goes on with them, `stop` ends them in good order. The command ends with status 1 in both cases.',
    fallback: 'continue',
    examples: ['stop'],
  }),
  /** How often they connect to one host, evenly spaced: `'5/s'`, `'60/m'`, `'600/h'`. @default as often as each likes */
  connectRate: text({
    title: 'Connects to a host',
    description:
      'How often the feeds connect to one host, all together, evenly spaced: so many a second, a minute or an hour. A host is a name and a port; reconnects and rotations take part, and `handshake_timeout` begins when one is let in.',
    comment: 'so many a second, a minute or an hour: `5/s`, `60/m`, `600/h`',
    pattern: '^[1-9][0-9]{0,5}/[smh]$',
    examples: ['5/s'],
  }),
  /** So many connects are under way at once. @default as many as there are */
  maxConnecting: whole({
    title: 'Connecting at once',
    description: 'So many feeds connect at once, to all hosts; the next one begins when the feed of one is there.',
    min: 1,
    examples: [20],
  }),
};

/** The options with every default filled in. */
export type ResolvedExecution = ResolvedOf<typeof EXECUTION_OPTIONS>;

const GROWING = shapeForm(BACKOFF_OPTIONS, { rules: BACKOFF_RULES });
const BACKOFF_FORMS: readonly Form[] = [{ kind: 'duration', minMs: 0 }, GROWING];

/** Whether a feed that is over is started anew. */
export const RESTART_OPTIONS = {
  /**
   * After which ends: of a run that failed (`failure`), of any that nobody asked for (`always`), or of none (`never`).
   * @default 'failure'
   */
  on: words(['failure', 'always', 'never'], {
    title: 'When',
    description:
      'After which ends a feed is started anew: of a run that failed (`failure`), of any that nobody asked for (`always`), or of none (`never`). What is configured wrongly is never tried again.',
    fallback: 'failure',
    examples: ['always'],
  }),
  /**
   * The wait before it: milliseconds, or one that grows with each start anew, until a run has stored a record.
   * @default { initialMs: 1000, maxMs: 60_000, jitter: 'full' }
   */
  backoff: either<number | GrowingBackoff>(BACKOFF_FORMS, {
    title: 'Back-off',
    description:
      'The wait before a feed is started anew: fixed, or growing as that of `reconnect_backoff`, until a run has stored a record. Without it it grows from 1 s to 1 min.',
    fallback: {},
    comment:
      'a duration (a number of seconds, or text with a unit such as "500ms" or "30s"), or `{ initial, max, multiplier, jitter }`',
    code: {
      expected: 'milliseconds, or `{ initialMs, maxMs, multiplier, jitter }`',
      accepts: (value) => fits(GROWING, value) || (Number.isFinite(value) && (value as number) >= 0),
    },
    examples: ['5s', { initial: '1s', max: '5m' }],
  }),
  /** How often in a row, without a record stored in between. @default as often as it takes */
  max: whole({
    title: 'How often',
    description: 'How often in a row a feed is started anew without having stored a record; then it has failed.',
    min: 0,
    examples: [10],
  }),
};

/** The options with every default filled in. */
export type ResolvedRestart = ResolvedOf<typeof RESTART_OPTIONS>;
