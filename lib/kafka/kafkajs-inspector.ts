import type { ClientOptions } from './client-options.js';
import type { KafkaInspector } from './inspector.js';
import { askUntilOneAnswers, countPartitionLeaders, type KafkaJsModule, kafkaJsClient } from './kafkajs.js';
import { KafkaJsSockets } from './kafkajs-sockets.js';

/** Looks at a cluster through `kafkajs`, which does not tell what a user may do. */
export function kafkaJsInspector(module: KafkaJsModule, options: ClientOptions): KafkaInspector {
  const sockets = new KafkaJsSockets(options);
  const admin = kafkaJsClient(module, options, sockets).admin();
  return {
    async brokers() {
      await admin.connect();
      const { brokers } = await askUntilOneAnswers(options, () => admin.describeCluster());
      return brokers.map(({ host, port }) => ({ host, port }));
    },
    async topic(name) {
      return { ...(await countPartitionLeaders(admin, name, options)), mayWrite: undefined, mayRead: undefined };
    },
    async setting(topic, name) {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: TOPIC, name: topic, configNames: [name] }],
      });
      return String(resources[0]!.configEntries[0]!.configValue);
    },
    addresses: sockets.addresses,
    close() {
      sockets.cut();
      return admin.disconnect();
    },
  };
}

/** `ConfigResourceTypes.TOPIC` */
const TOPIC = 2;
