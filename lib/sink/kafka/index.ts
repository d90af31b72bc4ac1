/**
 * The Kafka sink. It loads the client that it is told to use when it starts; neither is a dependency.
 *
 * @packageDocumentation
 */

export type { StoredPosition } from '../../batch/stored-position.js';
export type { TimestampUnit } from '../../json/time.js';
export type {
  KafkaAuth,
  KafkaLogin,
  KafkaSasl,
  KafkaSaslSsl,
  KafkaSsl,
  KafkaTls,
  KafkaToken,
} from '../../kafka/auth.js';
export type { KafkaCompression } from '../../kafka/compression.js';
export type { KafkaProducer, KafkaRecord } from '../../kafka/producer.js';
export type { SinkCheck } from '../check.js';
export { checkKafka } from './check.js';
export type { KafkaDeadLetter } from './delivery/dead-letter.js';
export type { KafkaReport } from './delivery/report.js';
export { type KafkaStats, KafkaWritable, kafka } from './kafka.js';
export type { KafkaForm, KafkaPath, KafkaTopicPath } from './option-table.js';
export type { KafkaOptions } from './options.js';
export type { KafkaFormatType } from './partitions/record-format.js';
