import { type DeadLetterFiles, letterFiles, letterFilesIn } from '../../config/fields/letter-files.js';
import { type FieldsOf, type Resolved, resolved } from '../../config/fields/option-surface.js';
import { expandHome } from '../../config/files/file-path.js';
import { duration, ignored, required, whole } from '../../internal/options/kinds.js';
import { withPaths } from '../../kafka/auth.js';
import { type SinkKind, type SinkSchema, sinkSchema } from '../kind.js';
import { kafkaFaucetTerms } from './faucet-terms.js';
import { IDEMPOTENT, KAFKA_OPTIONS } from './option-table.js';
import { resolveKafkaOptions } from './options.js';

const KEYS = {
  ...KAFKA_OPTIONS,
  brokers: required(KAFKA_OPTIONS.brokers),
  topic: required(KAFKA_OPTIONS.topic),
  queueFullBackoffMs: ignored(
    duration({
      title: 'Wait at a full queue',
      description: 'Accepted without effect: there is no such queue here.',
      minMs: 0,
      examples: [1],
    }),
  ),
  queueFullMaxRetries: ignored(
    whole({
      title: 'Tries at a full queue',
      description: 'Accepted without effect: there is no such queue here.',
      min: 0,
      examples: [3],
    }),
  ),
  deadLetter: letterFiles({
    title: 'Dead letter',
    description:
      'A JSON Lines file for records that are too large for their topic, each with its reason and its bytes, in the form of the `dead_letter` of the source, which may be the same. It is added to. With a time in the path, or as an object with `path`, `roll` and `keep`, they go to files that are finished one after another. Without it they go where `dlq` says; without that, too, such a record ends the run with an error after all others are delivered.',
    examples: ['./out/too-large.jsonl', { path: './dead/%Y-%m-%d/%H.jsonl.gz', keep: { age: '30d' } }],
  }),
};

/** The JSON Schema of the `kafka` sink: each record is a record of a topic. */
export const kafkaSinkSchema: SinkSchema<FieldsOf<typeof KEYS>> = sinkSchema(KEYS, {
  title: 'Kafka topic',
  description: 'Writes each record to a Kafka topic, and counts it when the brokers have acknowledged it.',
  dependentRequired: { tombstone_path: ['key_path'], timestamp_unit: ['timestamp_path'] },
  if: { required: ['acks'], properties: { acks: { enum: ['leader', 'none'] } } },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
  then: { required: ['idempotent'], properties: { idempotent: { $comment: IDEMPOTENT, const: false } } },
});

/** A `kafka` sink with its defaults filled in. */
export interface ResolvedKafkaSink extends Omit<Resolved<typeof KEYS>, 'deadLetter'> {
  /** Where it has what it refuses go, if that is not where the pipeline does. */
  readonly deadLetter: DeadLetterFiles | undefined;
}

/** Topics of Kafka. */
export const kafkaKind: SinkKind<ResolvedKafkaSink> = {
  keys: KEYS,
  schema: kafkaSinkSchema,
  faucet: kafkaFaucetTerms,
  isReopenable: false,
  resolve(given) {
    const { deadLetter, auth, ...options } = resolved(KEYS, given);
    return { ...options, auth: withPaths(auth, expandHome), deadLetter: letterFilesIn(deadLetter) };
  },
  placeOf: ({ topic }) => (typeof topic === 'string' ? topic : 'the topic that each record names'),
  checkUsable: ({ deadLetter: _, ...options }) => void resolveKafkaOptions(options),
  async *check({ deadLetter: _, ...options }) {
    const { checkKafka } = await import('./check.js');
    yield* checkKafka(options);
  },
  keepsPosition: ({ transactionalId }) => transactionalId !== undefined,
  lettersOf: ({ deadLetter }) => deadLetter,
  async open({ deadLetter: _, transactionalId, ...options }, { feed, deadLetter, logger, isReplay }) {
    const { openKafka } = await import('./open.js');
    const id = isReplay === true ? undefined : transactionalId;
    return openKafka({ ...options, feed, transactionalId: id }, deadLetter, logger);
  },
};
