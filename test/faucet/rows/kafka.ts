import { type FaucetRow, fileWith } from '../row.js';

const NOT_BUILT = 'its Kafka sink is not in the build that is compared';

function sinkOf(config: string): string {
  return fileWith({
    sink: `{ type: kafka, config: { brokers: "a:9092,b:9092", topic: { type: fixed, name: t }, ${config} } }`,
  });
}

/** The Kafka sink. */
export const kafkaRows: readonly FaucetRow[] = [
  {
    construct: '`value_format: {type: json}`, `{type: raw_string, field}`, `{type: bytes}`',
    file: sinkOf('value_format: { type: raw_string, field: $.data }'),
    validate: 'valid',
    original: `${NOT_BUILT}; \`field\` is ours`,
  },
  {
    construct:
      '`key_format`, `batch_size: 0`, `on_key_error: round_robin`, `max_in_flight`, `acks`, `idempotent`, `compression`',
    file: sinkOf(
      'key_path: $.id, key_format: { type: bytes }, batch_size: 0, on_key_error: round_robin, max_in_flight: 2000, acks: leader, idempotent: false, compression: lz4, linger: 1, message_timeout: 30',
    ),
    validate: 'valid',
    original: NOT_BUILT,
  },
  ...[
    'none',
    'sasl_plain, config: { username: u, password: p }',
    'sasl_scram, config: { mechanism: sha512, username: u, password: p }',
    'ssl, config: { ca_path: ca.pem, cert_path: cert.pem, key_path: key.pem, key_password: p }',
    'sasl_ssl, config: { sasl: { type: sasl_scram, config: { mechanism: sha256, username: u, password: p } }, ssl: { type: ssl, config: { ca_path: ca.pem, cert_path: cert.pem, key_path: key.pem } } }',
  ].map(
    (auth): FaucetRow => ({
      construct: `\`auth: {type: ${auth.replace(/,.*/, '')}}\``,
      file: sinkOf(`auth: { type: ${auth} }`),
      validate: 'valid',
      original: NOT_BUILT,
    }),
  ),
  {
    construct: '`queue_full_backoff`, `queue_full_max_retries`',
    file: sinkOf('queue_full_backoff: 1, queue_full_max_retries: 3'),
    validate: [
      'valid',
      'note: 9:93: pipeline.sink.config.queue_full_backoff: `queue_full_backoff` of faucet has no effect here: the feed is paused where the original would fill a queue.',
      'note: 9:116: pipeline.sink.config.queue_full_max_retries: `queue_full_max_retries` of faucet has no effect here: the feed is paused where the original would fill a queue.',
    ].join('\n'),
    original: NOT_BUILT,
  },
  {
    construct: '`value_format: {type: confluent_avro}`, `value_schema`',
    file: sinkOf('value_format: { type: confluent_avro }, value_schema: x'),
    validate: [
      '9:115: pipeline.sink.config.value_format.type: `confluent_avro` of faucet is not part of spillway: records are written as JSON, text or bytes, and `record_schema` checks them.',
      '9:133: pipeline.sink.config.value_schema: `value_schema` of faucet is not part of spillway: records are written as JSON, text or bytes, and `record_schema` checks them.',
    ].join('\n'),
    original: NOT_BUILT,
  },
  {
    construct: '`delivery: exactly_once`',
    file: fileWith({
      top: 'name: trades\ndelivery: exactly_once',
      sink: '{ type: kafka, config: { brokers: "a:9092", topic: { type: fixed, name: t } } }',
    }),
    validate: 'valid',
    original: NOT_BUILT,
  },
  {
    construct: '`extra_client_config`, `transactional_id_prefix`, `commit_token_topic`',
    file: sinkOf('extra_client_config: {}, transactional_id_prefix: x, commit_token_topic: y'),
    validate: [
      '9:93: pipeline.sink.config.extra_client_config: `extra_client_config` of faucet is not part of spillway: the client is not librdkafka, and what it can be told has keys of its own.',
      '9:118: pipeline.sink.config.transactional_id_prefix: `transactional_id_prefix` of faucet is not part of spillway: the transactional id is the `name` of the file, or `transactional_id`.',
      '9:146: pipeline.sink.config.commit_token_topic: `commit_token_topic` of faucet is not part of spillway: `position_topic` names the topic that says how far feeds are stored; it is made where it is missing.',
    ].join('\n'),
    original: NOT_BUILT,
  },
];
