import { optionError } from '../errors.js';
import type { ClientOptions } from './client-options.js';
import type { KafkaInspector } from './inspector.js';
import type { KafkaJsModule } from './kafkajs.js';
import { loadClient } from './load-client.js';
import type { PlatformaticModule } from './platformatic.js';
import type { PlatformaticInspectorModule } from './platformatic-inspector.js';
import type { BatchProducer } from './produce/batch-producer.js';
import type { KafkaProducer } from './producer.js';
import type { TransactionInspector } from './transaction/transaction-inspector.js';
import type { TransactionModule } from './transaction/transaction-module.js';
import type { TransactionalOptions, TransactionalProducer } from './transaction/transactional-producer.js';

/**
 * The producer that the options ask for. Nothing is connected before it is used.
 *
 * @throws {ConfigError} when the client is not installed, or cannot do what is asked for
 */
export async function openProducer(
  options: ClientOptions,
  onRetry: () => void,
): Promise<KafkaProducer | BatchProducer> {
  if (options.producer !== undefined) return options.producer;
  const open = await loadProducer(options.client);
  return open(options, onRetry);
}

/**
 * The same for transactions.
 *
 * @throws {ConfigError} when the client is not installed, or cannot do that
 */
export async function openTransactionalProducer(
  options: TransactionalOptions,
  onRetry: () => void,
): Promise<TransactionalProducer> {
  const { producer } = options;
  if (producer !== undefined && 'begin' in producer) return producer as TransactionalProducer;
  const module = await loadTransactionModule();
  const { transactionalProducer } = await import('./transaction/transactional-producer.js');
  return transactionalProducer(module, options, onRetry);
}

/**
 * What looks at what transactions need.
 *
 * @throws {ConfigError} when the client is not installed, or cannot do that
 */
export async function loadTransactionInspector(
  options: ClientOptions,
  transactionalId: string,
): Promise<TransactionInspector> {
  const module = await loadTransactionModule();
  const { transactionInspector } = await import('./transaction/transaction-inspector.js');
  return transactionInspector(module, options, transactionalId);
}

async function loadTransactionModule(): Promise<TransactionModule> {
  const module = await loadPlatformatic<PlatformaticModule>();
  const [{ isWireModule }, { isTransactionModule }] = await Promise.all([
    import('./produce/wire-module.js'),
    import('./transaction/transaction-module.js'),
  ]);
  if (!isWireModule(module) || !isTransactionModule(module)) {
    throw optionError(
      'kafka.transactionalId',
      `This version of @platformatic/kafka lacks what transactions take. Install \`@platformatic/kafka@${PLATFORMATIC}\`.`,
    );
  }
  return module;
}

/**
 * Loads a client and its adapter.
 *
 * @throws {ConfigError} when the client is not installed
 */
export async function loadProducer(
  client: ClientOptions['client'],
): Promise<(options: ClientOptions, onRetry: () => void) => KafkaProducer | BatchProducer> {
  switch (client) {
    case 'platformatic': {
      const module = await loadPlatformatic<PlatformaticModule>();
      const { isWireModule } = await import('./produce/wire-module.js');
      if (isWireModule(module)) {
        const { wireProducer } = await import('./produce/wire-producer.js');
        return (options) => wireProducer(module, options);
      }
      const { platformaticProducer } = await import('./platformatic.js');
      return (options, onRetry) => platformaticProducer(module, options, onRetry);
    }
    case 'kafkajs': {
      const module = await loadKafkaJs<KafkaJsModule>();
      const { kafkaJsProducer } = await import('./kafkajs.js');
      return (options) => kafkaJsProducer(module, options);
    }
  }
}

/**
 * Loads a client and what looks at a cluster through it.
 *
 * @throws {ConfigError} when the client is not installed
 */
export async function loadInspector(
  client: ClientOptions['client'],
): Promise<(options: ClientOptions) => KafkaInspector> {
  switch (client) {
    case 'platformatic': {
      const module = await loadPlatformatic<PlatformaticInspectorModule>();
      const { platformaticInspector } = await import('./platformatic-inspector.js');
      return (options) => platformaticInspector(module, options);
    }
    case 'kafkajs': {
      const module = await loadKafkaJs<KafkaJsModule>();
      const { kafkaJsInspector } = await import('./kafkajs-inspector.js');
      return (options) => kafkaJsInspector(module, options);
    }
  }
}

function loadPlatformatic<T>(): Promise<T> {
  return loadClient<T>('@platformatic/kafka', PLATFORMATIC);
}

function loadKafkaJs<T>(): Promise<T> {
  return loadClient<T>('kafkajs', '^2.2.4');
}

/** The versions that are known to do. */
const PLATFORMATIC = '^1.35.0 || ^2.12.0';
