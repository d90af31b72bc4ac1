import { CODECS } from '../../internal/decompress.js';
import { duration, either, required, whole, words } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { fits, shape, shapeForm } from '../../internal/options/shapes.js';
import { isPath } from '../../json/field.js';
import { path, pathKeywords } from '../../json/option-kinds.js';
import type { Overflow } from '../intake/overflow-queue.js';

const SEQUENCE_OPTIONS = {
  /** Where the number stands in a frame: a whole number, or a string that holds one. */
  path: required(path({ title: 'Number', description: 'Where the number stands in a frame.' })),
  /** Where a key stands, when there is a sequence of its own for each: `symbol`. @default none: one sequence */
  key: path({ title: 'Key', description: 'Where a key stands, when each has a sequence of its own.' }),
  /** How much a number is above the one before it. @default 1 */
  step: whole({
    title: 'Step',
    description: 'How much a number is above the one before it.',
    min: 1,
    fallback: 1,
  }),
};

/** Where a feed numbers its frames. */
export interface SequenceOptions extends GivenOf<typeof SEQUENCE_OPTIONS> {}

/** What tells frames, or records, apart, and for how long. */
export const DEDUPE_OPTIONS = {
  /**
   * The fields that tell frames apart, for instance `['symbol', 'id']`: of frames that agree in all of them the first is
   * taken, the others are dropped, whichever connection they come over. A frame that lacks one of them is taken.
   * `content`: all of a frame's bytes. Since a feed may well say the same thing twice, a frame is dropped only when its
   * content came over another connection before, as often as over this one.
   */
  by: required(
    either<readonly string[] | 'content' | undefined>(
      [
        { kind: 'words', words: ['content'] },
        {
          kind: 'own',
          type: 'readonly string[]',
          schema: { type: 'array', minItems: 1, maxItems: 20, items: pathKeywords },
          read: (value) => value,
        },
      ],
      {
        title: 'By',
        description: 'The fields that tell frames apart, or `content`.',
        comment: '`content`, or a list of 1 to 20 paths such as `data.id`',
        fallback: undefined,
        examples: ['content', ['data.id']],
        code: {
          expected: "an array of paths, or 'content'",
          accepts: (value) =>
            value === 'content' ||
            (Array.isArray(value) && value.length > 0 && value.every((one, index) => isPath(one, `[${index}]`))),
        },
      },
    ),
  ),
  /** For how long a frame is remembered. At most 500,000 are: then the oldest is forgotten. */
  windowMs: required(duration({ title: 'Window', description: 'For how long a frame is remembered.' })),
};

/** Which frames are the same. */
export interface DedupeOptions extends GivenOf<typeof DEDUPE_OPTIONS> {}

const LATEST_BY = shapeForm({
  latestBy: required(
    path({
      title: 'Key',
      description: 'The field whose newest frame is kept for each of its values.',
      // Of whole frames there is no newest one.
      isFilled: true,
    }),
  ),
});
const POLICIES = ['block', 'drop_oldest', 'drop_newest'];

/** The options that say what of the frames that came is taken, and how it is told what is missing. */
export const INTAKE_OPTIONS = {
  /**
   * Inflates binary frames, each of which is compressed by itself, before anything else looks at them; text frames pass as
   * they are. `auto` knows gzip, zlib and zstd by how a frame begins; `zstd` needs Node 22.15, 23.8 or later. One that is larger than `maxMessageBytes` when inflated is
   * too large; one that cannot be inflated is refused by `parse()`, and emitted with `notInflated`.
   * @default none
   */
  decompress: words([...CODECS, 'auto'], {
    title: 'Compressed frames',
    description:
      'Inflates binary frames, each of which is compressed by itself, before anything looks at them: replies, subscribe steps, numbers and duplicates are found in the inflated bytes. Text frames pass as they are. `deflate` is zlib, `deflate_raw` has no header, `zstd` needs Node 22.15, 23.8 or later, `auto` finds gzip, zlib and zstd by how a frame begins. A frame larger than `max_message_bytes` when inflated is too large; one that cannot be inflated is refused as `on_parse_error` says, whatever the `message_format`.',
    examples: ['gzip'],
  }),
  /**
   * Gaps are events and counted in any case. `records`: each also stands in the stream, at its place between the frames,
   * as a frame with a `gap` whose text is `{"gap":{…}}`. The stages pass it on as it is; it counts as no record.
   * @default 'events'
   */
  gaps: words(['events', 'records'], {
    title: 'Gaps',
    description:
      'Gaps are told as events and counted in any case. `records`: each also stands in the output at its place, as a line `{"gap":{…}}`, which counts as no record.',
    fallback: 'events',
    examples: ['records'],
  }),
  /** Where the feed numbers its frames: a hole is a gap with the cause `sequence`. @default none */
  sequence: shape<SequenceOptions>(shapeForm(SEQUENCE_OPTIONS), {
    title: 'Sequence numbers',
    description:
      'Where the feed numbers its frames: a hole is a gap with the cause `sequence`. `path` is the number, `key` a field that has a sequence for each of its values, `step` (1) how much a number is above the one before it.',
    note: ': two paths, of which `key` may be left out, and a whole number of at least 1',
    examples: [{ path: 'seq' }, { path: 'data.u', key: 'data.s' }],
  }),
  /** Frames that came before, over another connection or sent again, are dropped and counted. @default none */
  dedupe: shape<DedupeOptions>(shapeForm(DEDUPE_OPTIONS), {
    title: 'Duplicates',
    description:
      'Drops frames that came before, within `window`. `by` is a list of fields that tell frames apart, or `content`: then a frame is dropped when its bytes came over another connection before.',
    note: ": an array of paths or 'content', and a finite number of milliseconds of at least 1",
    examples: [
      { by: ['symbol', 'id'], window: '10s' },
      { by: 'content', window: '5s' },
    ],
  }),
  /**
   * What becomes of frames while too many wait for a slow consumer. With anything but `block` the socket goes on being
   * read, so that pings are answered; what is dropped is counted, and told as a gap.
   * @default 'block'
   */
  overflow: either<Overflow>([{ kind: 'words', words: POLICIES }, LATEST_BY], {
    title: 'Overflow',
    description:
      'What becomes of frames while `max_buffered_bytes` or `max_buffered_frames` wait for a slow sink: `block` pauses the socket; `drop_oldest`, `drop_newest` and `{latest_by: path}` (a frame takes the place of the one with the same value in that field) go on reading, so that pings are answered, and tell what they drop as gaps.',
    comment: '`block`, `drop_oldest`, `drop_newest`, or `latest_by` with a path such as `data.symbol`',
    fallback: 'block',
    examples: ['drop_oldest', 'drop_newest', { latest_by: 'symbol' }],
    code: {
      expected: "'block', 'drop_oldest', 'drop_newest' or { latestBy: path }",
      accepts: (value) => POLICIES.includes(value as string) || fits(LATEST_BY, value),
    },
  }),
  /** So many frames may wait, beside what `maxBufferedBytes` says. @default 100_000 */
  maxBufferedFrames: whole({
    title: 'Frames waiting for the sink',
    description: 'So many received frames may wait for a slow sink, beside what `max_buffered_bytes` says.',
    min: 1,
    fallback: 100_000,
    examples: [10_000],
  }),
};

/** What may be given of `INTAKE_OPTIONS`. */
export interface IntakeOptions extends GivenOf<typeof INTAKE_OPTIONS> {}

/** {@link IntakeOptions} with every default filled in. */
export interface ResolvedIntakeOptions extends ResolvedOf<typeof INTAKE_OPTIONS> {}
