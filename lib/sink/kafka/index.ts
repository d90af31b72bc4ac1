/**
 * The Kafka sink. It loads the client that it is told to use when it starts; neither is a dependency.
 *
 * @packageDocumentation
 */

export type { SinkCheck } from '../check.js';
export type { KafkaAuth, KafkaLogin, KafkaSasl, KafkaSaslSsl, KafkaSsl, KafkaTls, KafkaToken } from './auth.js';
export { checkKafka } from './check.js';
export type { KafkaCompression } from './compression.js';
export type { KafkaDeadLetter } from './dead-letter.js';
export { type KafkaStats, KafkaWritable, kafka } from './kafka.js';
export type { KafkaOptions, KafkaPath } from './options.js';
export type { KafkaProducer, KafkaRecord } from './producer.js';
export type { KafkaReport } from './report.js';
