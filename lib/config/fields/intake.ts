import type { Compression } from '../../connect/inflater.js';
import type { ResolvedIntakeOptions } from '../../connect/intake-options.js';
import { parseDuration } from '../durations.js';
import type { Finding } from '../findings.js';
import { positiveDuration } from './duration.js';
import { PATH_PATTERN } from './path.js';

/** What of the frames that came is taken, and how it is told what is missing. */
export interface IntakeConfig {
  /** What binary frames are compressed with, each by itself. @default none: they are taken as they come */
  readonly decompress?: Compression | undefined;
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
  /** What becomes of frames while too many wait for a slow sink. @default 'block': the socket is paused */
  readonly overflow?: 'block' | 'drop_oldest' | 'drop_newest' | { readonly latest_by: string } | undefined;
  /** So many frames may wait for a slow sink. @default 100_000 */
  readonly max_buffered_frames?: number | undefined;
}

const path = {
  $comment: 'at most 1000 characters of keys with dots between them, such as `seq` or `data.seq`',
  type: 'string',
  pattern: PATH_PATTERN,
  maxLength: 1000,
} as const;

/** The fields of {@link IntakeConfig}, for the table. */
export const intakeFields = {
  decompress: {
    title: 'Compressed frames',
    description:
      'Inflates binary frames, each of which is compressed by itself, before anything looks at them: replies, subscribe steps, numbers and duplicates are found in the inflated bytes. Text frames pass as they are. `deflate` is zlib, `deflate_raw` has no header, `auto` finds gzip and zlib by how a frame begins. A frame larger than `max_message_bytes` when inflated is too large; one that cannot be inflated is refused as `on_parse_error` says, whatever the `message_format`.',
    enum: ['gzip', 'deflate', 'deflate_raw', 'brotli', 'auto'] satisfies Compression[],
    examples: ['gzip'],
  },
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
        $comment: '`content`, or a list of 1 to 20 paths such as `data.id`',
        type: ['string', 'array'],
        pattern: '^content$',
        minItems: 1,
        maxItems: 20,
        items: path,
        examples: ['content', ['data.id']],
      },
      window: { title: 'Window', description: 'For how long a frame is remembered.', ...positiveDuration },
    },
    examples: [
      { by: ['symbol', 'id'], window: '10s' },
      { by: 'content', window: '5s' },
    ],
  },
  overflow: {
    title: 'Overflow',
    description:
      'What becomes of frames while `max_buffered_bytes` or `max_buffered_frames` wait for a slow sink: `block` pauses the socket; `drop_oldest`, `drop_newest` and `{latest_by: path}` (a frame takes the place of the one with the same value in that field) go on reading, so that pings are answered, and tell what they drop as gaps.',
    $comment: '`block`, `drop_oldest`, `drop_newest`, or `latest_by` with a path such as `data.symbol`',
    type: ['string', 'object'],
    pattern: '^(block|drop_oldest|drop_newest)$',
    additionalProperties: false,
    required: ['latest_by'],
    properties: {
      latest_by: {
        title: 'Key',
        description: 'The field whose newest frame is kept for each of its values.',
        ...path,
        $comment: '1 to 1000 characters of keys with dots between them, such as `symbol` or `data.symbol`',
        minLength: 1,
      },
    },
    default: 'block',
    examples: ['drop_oldest', 'drop_newest', { latest_by: 'symbol' }],
  },
  max_buffered_frames: {
    title: 'Frames waiting for the sink',
    description: 'So many received frames may wait for a slow sink, beside what `max_buffered_bytes` says.',
    type: 'integer',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 100_000,
    examples: [10_000],
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
    ...(typeof given['overflow'] === 'object' ? ['overflow'] : []),
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
  const { decompress, gaps, sequence, dedupe, overflow } = given;
  return {
    decompress,
    gaps: gaps ?? intakeFields.gaps.default,
    sequence,
    dedupe: dedupe === undefined ? undefined : { by: dedupe.by, windowMs: parseDuration(dedupe.window) },
    overflow:
      typeof overflow === 'object' ? { latestBy: overflow.latest_by } : (overflow ?? intakeFields.overflow.default),
    maxBufferedFrames: given.max_buffered_frames ?? intakeFields.max_buffered_frames.default,
  };
}
