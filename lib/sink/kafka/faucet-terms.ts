import { type FaucetTerms, noted, refused } from '../../config/faucet/terms.js';

const NO_QUEUE = noted('the feed is paused where the original would fill a queue');
const NO_REGISTRY = refused('records are written as JSON, text or bytes, and `record_schema` checks them');
const EXACTLY_ONCE = refused('write `delivery: exactly_once` at the top of the file');
const POSITION_TOPIC = refused(
  '`position_topic` names the topic that says how far feeds are stored; it is made where it is missing',
);

/** What the original's `kafka` sink takes beyond ours. */
export const kafkaFaucetTerms: readonly FaucetTerms[] = [
  {
    at: [],
    keys: {
      queue_full_backoff: NO_QUEUE,
      queue_full_max_retries: NO_QUEUE,
      value_schema: NO_REGISTRY,
      key_schema: NO_REGISTRY,
      extra_client_config: refused('the client is not librdkafka, and what it can be told has keys of its own'),
      exactly_once: EXACTLY_ONCE,
      transactional_id_prefix: refused('the transactional id is the `name` of the file, or `transactional_id`'),
      commit_token_topic: POSITION_TOPIC,
      commit_token_topic_partitions: POSITION_TOPIC,
      commit_token_topic_replication: POSITION_TOPIC,
    },
  },
  ...['value_format', 'key_format'].flatMap((key): FaucetTerms[] => [
    { at: [key], keys: { schema_registry: NO_REGISTRY } },
    {
      at: [key, 'type'],
      words: { confluent_avro: NO_REGISTRY, confluent_protobuf: NO_REGISTRY, confluent_json_schema: NO_REGISTRY },
    },
  ]),
];
