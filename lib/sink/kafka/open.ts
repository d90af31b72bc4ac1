import { loadProducer } from '../../kafka/clients.js';
import { DeadLetterFile } from '../../parse/dead-letter-file.js';
import type { OpenSink } from '../kind.js';
import { kafka } from './kafka.js';
import type { KafkaOptions } from './options.js';

/**
 * The Kafka sink of a pipeline file.
 *
 * @throws {ConfigError} when its client is not installed
 */
export async function openKafka(options: KafkaOptions, deadLetterPath: string | undefined): Promise<OpenSink> {
  const client = options.client ?? 'platformatic';
  await loadProducer(client);
  const deadLetter = deadLetterPath === undefined ? undefined : new DeadLetterFile(deadLetterPath);
  const stream = kafka({ ...options, deadLetter });
  const target = `Kafka, ${stream.target}`;
  return { stream, target, delivery: () => stream.report(), isOnTerminal: false };
}
