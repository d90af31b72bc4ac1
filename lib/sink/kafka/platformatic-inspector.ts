import type { Admin, Connection, ConnectionOptions } from '@platformatic/kafka';
import type { KafkaInspector } from './inspector.js';
import type { ResolvedKafkaOptions } from './options.js';
import { toConnectionOptions } from './platformatic.js';

/** What is used of the package `@platformatic/kafka` to look at a cluster. */
export interface PlatformaticInspectorModule {
  readonly Admin: new (options: ConstructorParameters<typeof Admin>[0]) => Admin;
  readonly Connection: new (clientId: string, options: ConnectionOptions) => Connection;
  readonly metadataV12: { readonly api: { async(connection: Connection, ...request: unknown[]): Promise<unknown> } };
}

/** Looks at a cluster through `@platformatic/kafka`. */
export function platformaticInspector(
  module: PlatformaticInspectorModule,
  options: ResolvedKafkaOptions,
): KafkaInspector {
  const connectionOptions = toConnectionOptions(options);
  const admin = new module.Admin({
    clientId: options.clientId,
    bootstrapBrokers: [...options.brokers],
    retries: 0,
    ...connectionOptions,
  });
  return {
    async brokers() {
      const { brokers } = await admin.metadata({ topics: [], forceUpdate: true });
      return [...brokers.values()].map(({ host, port }) => `${host}:${port}`);
    },
    async topic(name) {
      const { brokers } = await admin.metadata({ topics: [] });
      // The client's own metadata keeps what this user may do to itself.
      const connection = new module.Connection(options.clientId, connectionOptions);
      const { host, port } = [...brokers.values()][0]!;
      try {
        await connection.connect(host, port);
        const { topics } = (await module.metadataV12.api.async(connection, [name], false, true)) as Metadata;
        const { partitions, topicAuthorizedOperations: operations } = topics[0]!;
        return {
          partitions: partitions.length,
          leaderless: partitions.filter(({ leaderId }) => leaderId < 0).length,
          mayWrite: operations === NOT_TOLD ? undefined : (operations & WRITE) !== 0,
        };
      } finally {
        await connection.close();
      }
    },
    async largestMessage(topic) {
      const resources = [{ resourceType: TOPIC, resourceName: topic, configurationKeys: ['max.message.bytes'] }];
      const [described] = await admin.describeConfigs({ resources: resources as never });
      return Number(described!.configs[0]!.value);
    },
    close: () => Promise.resolve(admin.close()),
  };
}

interface Metadata {
  readonly topics: readonly {
    readonly partitions: readonly { readonly leaderId: number }[];
    readonly topicAuthorizedOperations: number;
  }[];
}

/** The resource type of a topic. */
const TOPIC = 2;
/** Bit 4 of the authorised operations. */
const WRITE = 1 << 4;
const NOT_TOLD = -(2 ** 31);
