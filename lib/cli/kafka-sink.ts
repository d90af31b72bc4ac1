import { loadProducer } from '../sink/kafka/clients.js';
import { deadLetterFile } from '../sink/kafka/dead-letter-file.js';
import { kafka } from '../sink/kafka/kafka.js';
import type { KafkaOptions } from '../sink/kafka/options.js';
import type { OpenSink } from './sinks.js';

/**
 * The Kafka sink of a pipeline file.
 *
 * @throws {ConfigError} when its client is not installed
 */
export async function openKafkaSink(options: KafkaOptions, deadLetterPath: string | undefined): Promise<OpenSink> {
  const client = options.client ?? 'platformatic';
  await loadProducer(client);
  const deadLetter = deadLetterPath === undefined ? undefined : deadLetterFile(deadLetterPath);
  const stream = kafka({ ...options, deadLetter });
  const target = `Kafka, ${stream.target}`;
  return { stream, target, delivery: () => stream.report(), isOnTerminal: false, hasThreads: false };
}
