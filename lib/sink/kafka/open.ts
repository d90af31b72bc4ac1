import { SinkError } from '../../errors.js';
import { type Logger, silentLogger } from '../../internal/logger.js';
import { loadProducer } from '../../kafka/clients.js';
import { LetterFile } from '../../parse/letter-file.js';
import { type LetterRules, LetterWritable } from '../../parse/letter-writable.js';
import type { OpenSink } from '../kind.js';
import { kafka } from './kafka.js';
import type { KafkaOptions } from './options.js';

/**
 * The Kafka sink of a pipeline file.
 *
 * @param letters the path of a file of its own, or what the pipeline says of all dead letters
 * @throws {ConfigError} when its client is not installed
 */
export async function openKafka(
  options: KafkaOptions,
  letters: LetterRules | string | undefined,
  logger: Logger | undefined,
): Promise<OpenSink> {
  const client = options.client ?? 'platformatic';
  await loadProducer(client);
  const rules = typeof letters === 'string' ? { store: new LetterFile(letters) } : letters;
  const deadLetter = rules?.store && new LetterWritable(rules.store, reasonOf, rules);
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
