import { type Finding, valueFinding } from '../config/check/findings.js';
import { checkDeadLetter, checkLetterFiles, letterFilesOf, type WrittenLetters } from '../config/fields/dead-letter.js';
import { LETTER_PATH } from '../config/fields/letter-files.js';
import { fieldsOf } from '../config/fields/option-surface.js';
import type { JsonSchema } from '../internal/json-schema.js';
import { ROLLED_OPTIONS } from '../internal/roll-options.js';
import { checkLettersBeside } from './letters-beside.js';
import { recordFilesOf } from './sink-config.js';

/** Where letters go, in the words of the sink `jsonl`. */
const files = { path: { ...LETTER_PATH, type: 'string', minLength: 1 }, ...fieldsOf(ROLLED_OPTIONS) };

const limit = (title: string, description: string): JsonSchema => ({
  title,
  description,
  type: 'integer',
  minimum: 1,
  examples: [100],
});

/** The JSON Schema of `dlq`: a file, an object with its path, or one as in faucet. */
export const dlqSchema: JsonSchema = {
  $comment: 'the path of a file, or an object with `path` or `sink`',
  title: 'Dead letter queue',
  description:
    'Where all goes that is refused, at the source as by its `dead_letter`, and at the sink: with its bytes, the cause and the place. `spillway replay` ' +
    'puts it through again. With a time in the path, `roll` or `keep` it goes to files that are finished one after another. Limits fail a run that ' +
    'refuses too much.',
  type: ['string', 'object'],
  minLength: 1,
  additionalProperties: false,
  if: { required: ['sink'] },
  else: { required: ['path'] },
  properties: {
    ...files,
    sink: {
      title: 'Sink',
      description:
        'As in faucet, in place of `path`, `roll` and `keep`: a file of JSON lines, which is always added to, or files that are finished one after another.',
      type: 'object',
      additionalProperties: false,
      required: ['type', 'config'],
      properties: {
        type: { description: 'What kind of sink.', enum: ['jsonl'] },
        config: {
          description: 'Which file.',
          type: 'object',
          additionalProperties: false,
          required: ['path'],
          properties: {
            ...files,
            append: { description: 'It is always added to.', const: true, default: true, examples: [true] },
          },
        },
      },
    },
    max_failures_total: limit(
      'Limit of the run',
      'How many may be refused in the run: one more ends it with an error.',
    ),
    max_failures_per_page: limit(
      'Limit of a page',
      'How many may be refused between two pages of records: one more ends the run with an error.',
    ),
    envelope: {
      title: 'Form',
      description:
        'The form of a line: `spillway`, as `dead_letter` has it, or that of `faucet`: error, payload, ts_ms, sink, pipeline, row, record_index.',
      enum: ['spillway', 'faucet'],
      default: 'spillway',
      examples: ['faucet'],
    },
    on_batch_error: {
      title: 'Failure of the sink',
      description: 'As in faucet: when the sink fails as a whole, so does the run.',
      enum: ['propagate'],
      default: 'propagate',
      examples: ['propagate'],
    },
    include_original_payload: {
      title: 'With the payload',
      description: 'As in faucet: the bytes are always kept.',
      const: true,
      default: true,
      examples: [true],
    },
  },
  examples: [
    './refused.jsonl',
    { path: './dead/%Y-%m-%d/%H.jsonl.gz', keep: { age: '30d' } },
    { sink: { type: 'jsonl', config: { path: './refused.jsonl' } }, max_failures_total: 500 },
  ],
};

/** Where what is refused goes, in which form, and how much of it there may be. */
export interface ResolvedDlq {
  /** As the `dead_letter` of a source, as a file says it. */
  readonly files: WrittenLetters;
  readonly maxTotal: number | undefined;
  readonly maxPerPage: number | undefined;
  readonly envelope: 'spillway' | 'faucet';
}

/** What a valid `dlq` comes to; `undefined` when there is none. */
export function resolveDlq(given: unknown): ResolvedDlq | undefined {
  if (given === undefined) return undefined;
  const { max_failures_total: maxTotal, max_failures_per_page: maxPerPage, envelope = 'spillway' } = given as DlqForm;
  const { path, roll, keep } = letterFilesOf(lettersOfDlq(given))!;
  return {
    files: { path, ...(roll !== undefined && { roll }), ...(keep !== undefined && { keep }) },
    maxTotal,
    maxPerPage,
    envelope,
  };
}

/**
 * What is wrong with a `dlq` beyond its schema, with its place below `pipeline`.
 *
 * @param source the source's configuration, @param sink `type` and `config`, both as they are written
 */
export function checkDlq(given: unknown, source: unknown, sink: unknown): Finding[] {
  if (given === undefined) return [];
  const { sink: ofFaucet, path, roll, keep } = (given ?? {}) as Partial<DlqForm>;
  if (ofFaucet !== undefined && (path ?? roll ?? keep) !== undefined)
    return [
      valueFinding(['dlq'], 'Where letters go stands in it twice: below `sink`, and beside it. Leave one of them out.'),
    ];
  const at = ofFaucet === undefined ? ['dlq'] : ['dlq', 'sink', 'config'];
  const letters = lettersOfDlq(given);
  const { dead_letter: own, ...rest } = (source ?? {}) as Readonly<Record<string, unknown>>;
  if (own !== undefined && own !== null) {
    return [
      valueFinding(
        ['dlq'],
        'The `config` of the source has a `dead_letter`, which says the same: leave out one of them.',
      ),
    ];
  }
  const [clash] = checkLettersBeside(letters, at, recordFilesOf(sink));
  if (clash !== undefined) return [clash];
  const ofSource = checkDeadLetter({ ...rest, dead_letter: './x' }).map(({ path: key, message }) =>
    valueFinding(['source', 'config', ...key], message.replace('`dead_letter`', '`dlq`')),
  );
  return [...checkLetterFiles(letters, at), ...ofSource];
}

/** Where letters go, as it stands there. */
export function lettersOfDlq(given: unknown): unknown {
  return typeof given === 'string' ? given : ((given as Partial<DlqForm> | null)?.sink?.config ?? given);
}

interface DlqForm extends WrittenLetters {
  readonly sink?: { readonly config?: WrittenLetters };
  readonly max_failures_total?: number;
  readonly max_failures_per_page?: number;
  readonly envelope?: 'spillway' | 'faucet';
}
