import type { ClientOptions } from './client-options.js';
import type { KafkaInspector } from './inspector.js';
import type { KafkaJsModule } from './kafkajs.js';
import { loadClient } from './load-client.js';
import type { PlatformaticModule } from './platformatic.js';
import type { PlatformaticInspectorModule } from './platformatic-inspector.js';
import type { KafkaProducer } from './producer.js';

/**
 * The producer that the options ask for. Nothing is connected before it is used.
 *
 * @throws {ConfigError} when the client is not installed, or cannot do what is asked for
 */
export async function openProducer(options: ClientOptions, onRetry: () => void): Promise<KafkaProducer> {
  if (options.producer !== undefined) return options.producer;
  const open = await loadProducer(options.client);
  return open(options, onRetry);
}

/**
 * Loads a client and its adapter.
 *
 * @throws {ConfigError} when the client is not installed
 */
export async function loadProducer(
  client: ClientOptions['client'],
): Promise<(options: ClientOptions, onRetry: () => void) => KafkaProducer> {
  switch (client) {
    case 'platformatic': {
      const module = await loadPlatformatic<PlatformaticModule>();
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
  return loadClient<T>('@platformatic/kafka', '^1.35.0 || ^2.12.0');
}

function loadKafkaJs<T>(): Promise<T> {
  return loadClient<T>('kafkajs', '^2.2.4');
}
