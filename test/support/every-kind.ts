import {
  anyText,
  duration,
  durationOrNone,
  either,
  file,
  ignored,
  jsonPath,
  number,
  own,
  required,
  secret,
  text,
  whole,
  words,
  yesNo,
} from '../../lib/internal/options/kinds.js';
import type { GivenOf, ResolvedOf, Rule } from '../../lib/internal/options/option.js';
import { fits, list, shape, shapeForm } from '../../lib/internal/options/shapes.js';
import { field, oneOf } from '../../lib/internal/options.js';
import { match, path } from '../../lib/json/option-kinds.js';

const LIMIT = {
  /** How many. */
  countMax: whole({ title: 'Number', description: 'How many.', min: 1 }),
  /** For how long. */
  forMs: duration({ title: 'Time', description: 'For how long.' }),
};

const LIMIT_RULES: readonly Rule<GivenOf<typeof LIMIT>>[] = [
  ({ countMax = 0, forMs = Number.POSITIVE_INFINITY }, name) =>
    forMs < countMax
      ? { option: 'forMs', at: 'value', message: `Expected at least as many as \`${name('countMax')}\`.` }
      : undefined,
];

const LIMIT_FORM = shapeForm(LIMIT, { rules: LIMIT_RULES });

const PART = {
  /** Where it is. */
  place: required(path({ title: 'Place', description: 'Where it is.', isFilled: true })),
  /** Which one it is. @default any */
  which: match({ title: 'Which', description: 'Which one it is.' }),
  /** How long it takes. @default 1 */
  takesMs: duration({ title: 'Time', description: 'How long it takes.', fallback: 1 }),
};
export interface Part extends GivenOf<typeof PART> {}

/** A table with an option of every kind that there is. */
export const EVERY_KIND = {
  /** Waits for so long. @default none */
  waitMs: duration({ title: 'Wait', description: 'Waits for so long.', examples: ['2s'] }),
  /** Comes earlier by so much. @default 250 */
  jitterMs: duration({ title: 'Jitter', description: 'Comes earlier by so much.', minMs: 0, fallback: 250 }),
  /** Lasts so long. @default 50 */
  spanMs: durationOrNone({ title: 'Span', description: 'Lasts so long.', fallback: 50 }),
  /** Tries so often. @default none */
  maxTries: whole({ title: 'Tries', description: 'Tries so often.', min: 0 }),
  /** Grows by so much. @default none */
  growth: number({ title: 'Growth', description: 'Grows by so much.', min: 1, max: 10 }),
  /** Says so. @default false */
  isLoud: yesNo({ title: 'Loud', description: 'Says so.', fallback: false }),
  /** What it is. @default none */
  colour: words(['red', 'green'], { title: 'Colour', description: 'What it is.' }),
  /** When it is. @default none */
  dayOfYear: text({ title: 'Day', description: 'When it is.', comment: 'three digits', pattern: '^[0-9]{3}$' }),
  /** No more than that. @default 1000 */
  limit: either<number | GivenOf<typeof LIMIT>>([{ kind: 'duration', minMs: 1 }, LIMIT_FORM], {
    title: 'Limit',
    description: 'No more than that.',
    fallback: 1_000,
    comment: 'a duration, or `{ count_max, for }`',
    code: {
      expected: 'milliseconds, or { countMax, forMs }',
      accepts: (value) => typeof value === 'number' || fits(LIMIT_FORM, value),
    },
  }),
  /** So many at once. @default 5 */
  atOnce: whole({ title: 'At once', description: 'So many at once.', min: 0, max: 9, fallback: 5 }),
  /** How large. @default 'small' */
  size: words(['small', 'large'], { title: 'Size', description: 'How large.', fallback: 'small' }),
  /** What it is called. @default 'thing' */
  nickName: anyText({ title: 'Name', description: 'What it is called.', fallback: 'thing' }),
  /** Whom it is hidden from. @default none */
  word: secret(anyText({ title: 'Word', description: 'Whom it is hidden from.', minLength: 0 })),
  /** Where it stands. @default none */
  spotPath: jsonPath({ title: 'Spot', description: 'Where it stands.' }),
  /** Where it is written. @default none */
  log: file({ title: 'Log', description: 'Where it is written.', use: 'records' }),
  /** What it is upside down. @default 'on' */
  side: own<'on' | 'off'>(oneOf<'on' | 'off'>('on', ['on', 'off']), {
    comment: 'a side',
    title: 'Side',
    description: 'What it is upside down.',
    schema: { enum: ['no', 'ffo'] },
    read: (value: string) => [...value].reverse().join(''),
  }),
  /** Its labels by name, or a function that gives them. @default {} */
  labels: own(
    field<Readonly<Record<string, string>> | (() => void)>({}, 'labels', (value) =>
      ['object', 'function'].includes(typeof value),
    ),
    {
      title: 'Labels',
      description: 'Its labels.',
      type: 'Readonly<Record<string, string>>',
      schema: { type: 'object', additionalProperties: { type: 'string' } },
    },
  ),
  /** The part that counts. @default none */
  part: shape<Part>(shapeForm(PART, { needs: { takesMs: 'which' } }), {
    title: 'Part',
    description: 'The part that counts.',
    note: ', of which the first must be there',
  }),
  /** All parts. @default [] */
  parts: list<Part>(shapeForm(PART, { oneOf: ['takesMs', 'which'] }), {
    title: 'Parts',
    description: 'All parts.',
    note: ', of each of which the first must be there',
    max: 5,
  }),
  /** What is done. @default 'stay' */
  action: either<'stay' | 'go' | Part>([{ kind: 'words', words: ['stay', 'go'] }, shapeForm(PART)], {
    title: 'Action',
    description: 'What is done.',
    fallback: 'stay',
    comment: '`stay`, `go`, or a part',
    code: { expected: "'stay', 'go' or a part", accepts: (value) => value === 'go' || fits(shapeForm(PART), value) },
  }),
  /** Nothing. @default 7 */
  oldWay: ignored(whole({ title: 'Old', description: 'Nothing.', min: 0, fallback: 7 })),
};

export type EveryKind = ResolvedOf<typeof EVERY_KIND>;
