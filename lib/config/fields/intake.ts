import type { ResolvedIntakeOptions } from '../../connect/intake-options.js';
import { parseDuration } from '../durations.js';
import type { Finding } from '../findings.js';
import { positiveDuration } from './duration.js';
import { PATH_PATTERN } from './path.js';

/** Which of the frames that came are taken, and how it is told what is missing. */
export interface IntakeConfig {
  /** `records`: gaps stand in the output, too, as lines `{"gap":{…}}`. @default 'events' */
  readonly gaps?: 'events' | 'records' | undefined;
  /** Where the feed numbers its frames. @default none: holes are not looked for */
  readonly sequence?:
    | {
        /** Where the number stands in a frame. */
        readonly path: string;
        /** Where a key stands, when each has a sequence of its own. @default none */
        readonly key?: string | undefined;
        /** How much a number is above the one before it. @default 1 */
        readonly step?: number | undefined;
      }
    | undefined;
  /** Drop frames that came before. @default none */
  readonly dedupe?:
    | {
        /** The fields that tell frames apart, or `content`. */
        readonly by: readonly string[] | 'content';
        /** For how long a frame is remembered. */
        readonly window: number | string;
      }
    | undefined;
}

const path = {
  $comment: 'at most 1000 characters of keys with dots between them, such as `seq` or `data.seq`',
  type: 'string',
  pattern: PATH_PATTERN,
  maxLength: 1000,
} as const;

/** The fields of {@link IntakeConfig}, for the table. */
export const intakeFields = {
  gaps: {
    title: 'Gaps',
    description:
      'Gaps are told as events and counted in any case. `records`: each also stands in the output at its place, as a line `{"gap":{…}}`, which counts as no record.',
    enum: ['events', 'records'],
    default: 'events',
    examples: ['records'],
  },
  sequence: {
    title: 'Sequence numbers',
    description:
      'Where the feed numbers its frames: a hole is a gap with the cause `sequence`. `path` is the number, `key` a field that has a sequence for each of its values, `step` (1) how much a number is above the one before it.',
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: {
      path: { title: 'Number', description: 'Where the number stands in a frame.', ...path },
      key: { title: 'Key', description: 'Where a key stands, when each has a sequence of its own.', ...path },
      step: {
        title: 'Step',
        description: 'How much a number is above the one before it.',
        type: 'integer',
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        default: 1,
      },
    },
    examples: [{ path: 'seq' }, { path: 'data.u', key: 'data.s' }],
  },
  dedupe: {
    title: 'Duplicates',
    description:
      'Drops frames that came before, within `window`. `by` is a list of fields that tell frames apart, or `content`: then a frame is dropped when its bytes came over another connection before.',
    type: 'object',
    additionalProperties: false,
    required: ['by', 'window'],
    properties: {
      by: {
        title: 'By',
        description: 'The fields that tell frames apart, or `content`.',
        $comment: '`content`, or a list of paths such as `data.id`',
        anyOf: [{ const: 'content' }, { type: 'array', minItems: 1, maxItems: 20, items: path }],
      },
      window: { title: 'Window', description: 'For how long a frame is remembered.', ...positiveDuration },
    },
    examples: [
      { by: ['symbol', 'id'], window: '10s' },
      { by: 'content', window: '5s' },
    ],
  },
} as const;

/** Where durations stand that must be at least 1 ms. */
export const INTAKE_TIMERS = [['dedupe', 'window']] as const;

/** What is wrong beyond what the schema can say. */
export function checkIntake(given: Readonly<Record<string, unknown>>): Finding[] {
  const format = given['message_format'] ?? 'json';
  const { by } = (given['dedupe'] ?? {}) as { readonly by?: unknown };
  const looksInside = [
    ...(given['sequence'] === undefined ? [] : ['sequence']),
    ...(Array.isArray(by) ? ['dedupe'] : []),
  ];
  return looksInside.flatMap((key): Finding[] => {
    if (format !== 'raw_string' && format !== 'binary' && given['split'] !== 'lines') return [];
    const other = given['split'] === 'lines' ? '`split: lines`' : `\`message_format: ${String(format)}\``;
    const message = `\`${key}\` looks into frames that are one JSON text each, so it does not go with ${other}.`;
    return [{ path: [key], at: 'key', message }];
  });
}

/** The same in the terms of the stream classes. */
export function resolveIntake(given: IntakeConfig): ResolvedIntakeOptions {
  const { gaps, sequence, dedupe } = given;
  return {
    gaps: gaps ?? intakeFields.gaps.default,
    sequence,
    dedupe: dedupe === undefined ? undefined : { by: dedupe.by, windowMs: parseDuration(dedupe.window) },
  };
}
