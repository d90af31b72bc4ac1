import type { ClientOptions } from './client-options.js';
import type { KafkaInspector } from './inspector.js';
import { countPartitionLeaders, type KafkaJsModule, kafkaJsClient } from './kafkajs.js';
import { KafkaJsSockets } from './kafkajs-sockets.js';

/** Looks at a cluster through `kafkajs`, which does not tell what a user may do. */
export function kafkaJsInspector(module: KafkaJsModule, options: ClientOptions): KafkaInspector {
  const sockets = new KafkaJsSockets(options);
  const admin = kafkaJsClient(module, options, { retries: RETRIES, sockets }).admin();
  return {
    async brokers() {
      await admin.connect();
      const { brokers } = await admin.describeCluster();
      return brokers.map(({ host, port }) => ({ host, port }));
    },
    async topic(name) {
      return { ...(await countPartitionLeaders(admin, name)), mayWrite: undefined };
    },
    async largestMessage(topic) {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: TOPIC, name: topic, configNames: ['max.message.bytes'] }],
      });
      return Number(resources[0]!.configEntries[0]!.configValue);
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

const RETRIES = 5;
