import { SinkError } from '../../errors.js';
import { type Logger, silentLogger } from '../../internal/logger.js';
import { loadProducer } from '../../kafka/clients.js';
import { type LetterRules, LetterWritable } from '../../parse/letter-writable.js';
import type { OpenSink } from '../kind.js';
import { kafka } from './kafka.js';
import type { KafkaOptions } from './options.js';

/**
 * The Kafka sink of a pipeline file.
 *
 * @param letters where what it refuses goes, with its `store`
 * @throws {ConfigError} when its client is not installed
 */
export async function openKafka(
  options: KafkaOptions,
  letters: LetterRules | undefined,
  logger: Logger | undefined,
): Promise<OpenSink> {
  const client = options.client ?? 'platformatic';
  await loadProducer(client);
  const deadLetter = letters?.store && new LetterWritable(letters.store, reasonOf, letters);
  const isTransactional = options.transactionalId !== undefined;
  // Of batches that are sent again the summary tells; what a transaction finds at its start, nobody else does.
  const stream = kafka({ ...options, deadLetter, ...(isTransactional && { logger: logger && noticesOf(logger) }) });
  const target = `Kafka, ${stream.target}`;
  const opened = { stream, target, delivery: () => stream.report(), isOnTerminal: false };
  return isTransactional ? { ...opened, position: () => stream.position() } : opened;
}

/** What a store of dead letters says is the reason of another error. */
function reasonOf(cause: Error): Error {
  return cause instanceof SinkError ? new Error(cause.message, { cause }) : cause;
}

/** What is told as an event, and nothing else. */
function noticesOf(logger: Logger): Logger {
  return {
    ...silentLogger,
    warn(facts, message) {
      if ('event' in facts) logger.warn(facts, message);
    },
  };
}
