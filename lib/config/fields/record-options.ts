import { BATCH_OPTIONS } from '../../batch/options.js';
import { own, words, yesNo } from '../../internal/options/kinds.js';
import { field, isTexts } from '../../internal/options.js';
import { filledPathKeywords } from '../../json/option-kinds.js';
import { PARSE_OPTIONS } from '../../parse/options.js';
import { letterFiles } from './letter-files.js';
import { renamed } from './option-surface.js';
import { type TransformConfig, transformsSchema } from './transforms.js';

/** The options of `parse()`, by the names that they have in a configuration. */
export const PARSE_CONFIG = renamed(PARSE_OPTIONS, { format: 'messageFormat', onError: 'onParseError' });

/** The options of `batch()`, by the names that they have in a configuration. */
export const BATCH_CONFIG = renamed(BATCH_OPTIONS, {
  size: 'batchSize',
  maxBytes: 'pageBytes',
  maxRecords: 'maxMessages',
  maxRecordBytes: 'maxBytes',
});

/** What a configuration alone says: which of the other stages there are, and that there is no end. */
export const RECORD_OPTIONS = {
  deadLetter: letterFiles({
    title: 'Dead letter file',
    description:
      'A JSON Lines file that refused input is added to, and the run goes on: frames, or pieces of them, that cannot be parsed or inflated, records that break `record_schema` or that a transform cannot be applied to, and messages that are too large, each with its bytes and the cause. It stands in the place of `on_parse_error` and `on_invalid_record`. With a time in the path, or as an object with `path`, `roll` and `keep`, they go to files that are finished one after another, as those of the sink `jsonl`.',
    examples: ['./refused.jsonl', { path: './dead/%Y-%m-%d/%H.jsonl.gz', keep: { age: '30d' } }],
  }),
  envelope: yesNo({
    title: 'Envelope',
    description:
      'Stores `{ data, received_at, url }` in place of the bare record: `received_at` in epoch milliseconds as the frame arrived, `url` without user info.',
    fallback: false,
    examples: [true],
  }),
  unbounded: yesNo({
    title: 'Without end',
    description:
      'Says that the run is meant to go on for ever: one of `max_messages`, `idle_timeout`, `max_duration`, `max_bytes`, `stop_when` and `unbounded: true` must be set.',
    fallback: false,
    examples: [true],
  }),
  recordSchema: own(field<Readonly<Record<string, unknown>> | undefined>(undefined, 'a JSON Schema', isObject), {
    title: 'Schema of a record',
    description: 'A JSON Schema that every record must satisfy. With `message_format: json` only.',
    type: 'Readonly<Record<string, unknown>>',
    schema: { type: 'object' },
    examples: [{ type: 'object', required: ['price'] }],
  }),
  onInvalidRecord: words(['fail', 'skip'], {
    title: 'On a record that breaks its schema',
    description: 'With `record_schema`: `fail` ends the run with an error; `skip` counts, warns and drops the record.',
    fallback: 'fail',
    examples: ['skip'],
  }),
  select: own(field<readonly string[] | undefined>(undefined, 'a list of paths', isTexts), {
    title: 'Fields to keep',
    description:
      'Stores these fields of a record alone, each under its path as the key and with the bytes that arrived: `{"data.price":1.10,"symbol":"BTC"}`. A field that is not there is left out. With `message_format: json` only.',
    type: 'readonly string[]',
    schema: {
      type: 'array',
      $comment: 'a list of 1 to 1000 different paths',
      items: filledPathKeywords,
      minItems: 1,
      maxItems: 1000,
      uniqueItems: true,
    },
    examples: [['data.price', 'symbol']],
  }),
  transforms: own(field<readonly TransformConfig[]>([], 'a list of transforms', Array.isArray), {
    title: 'Transforms',
    description:
      'Done to each record, in this order, in its bytes and without a parse: `filter {path, op, value}`, `select {fields}`, `drop {fields}`, `rename_field {fields}`, `set {values}`, `explode {path, prefix, separator, on_missing}`. In a pipeline file they stand below `pipeline`. They come last, and see what would be stored: with `envelope` that is the envelope. What is wrong with a record is handled as `on_parse_error` says. See docs/transforms.md.',
    type: 'readonly TransformConfig[]',
    schema: transformsSchema,
    examples: [[{ type: 'filter', config: { path: 'type', op: 'eq', value: 'trade' } }]],
  }),
};

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
