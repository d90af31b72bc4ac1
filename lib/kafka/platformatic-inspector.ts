import type { Admin, Connection } from '@platformatic/kafka';
import { Addresses } from './addresses.js';
import type { ClientOptions } from './client-options.js';
import type { KafkaInspector } from './inspector.js';
import { Lifeline } from './lifeline.js';
import { toConnectionOptions, watchPool } from './platformatic.js';

/** What is used of the package `@platformatic/kafka` to look at a cluster. */
export interface PlatformaticInspectorModule {
  readonly Admin: new (options: ConstructorParameters<typeof Admin>[0]) => Admin;
  readonly metadataV12: { readonly api: { async(connection: Connection, ...request: unknown[]): Promise<unknown> } };
}

/** Looks at a cluster through `@platformatic/kafka`. */
export function platformaticInspector(module: PlatformaticInspectorModule, options: ClientOptions): KafkaInspector {
  const answers = new Lifeline();
  const addresses = new Addresses(options, (error) => answers.cut(error));
  const admin = new module.Admin({
    clientId: options.clientId,
    bootstrapBrokers: [...options.brokers],
    retries: 0,
    ...toConnectionOptions(options),
  });
  watchPool(admin.connections, addresses);
  /** A connection that there is already: not every broker may be reachable. */
  async function connected(): Promise<Connection> {
    for (const [, connection] of admin.connections) if (connection.isConnected()) return connection;
    const { brokers } = await admin.metadata({ topics: [] });
    return admin.connections.getFirstAvailable([...brokers.values()]);
  }
  return {
    async brokers() {
      const { brokers } = await answers.hold(admin.metadata({ topics: [], forceUpdate: true }));
      return [...brokers.values()].map(({ host, port }) => ({ host, port }));
    },
    async topic(name) {
      // The client's own metadata keeps what this user may do to itself.
      const { topics } = await answers.hold(
        module.metadataV12.api.async(await connected(), [name], false, true) as Promise<Metadata>,
      );
      const { partitions, topicAuthorizedOperations: operations } = topics[0]!;
      return {
        partitions: partitions.length,
        leaderless: partitions.filter(({ leaderId }) => leaderId < 0).length,
        mayWrite: operations === NOT_TOLD ? undefined : (operations & WRITE) !== 0,
        mayRead: operations === NOT_TOLD ? undefined : (operations & READ) !== 0,
      };
    },
    async setting(topic, name) {
      const resources = [{ resourceType: TOPIC, resourceName: topic, configurationKeys: [name] }];
      const [described] = await answers.hold(admin.describeConfigs({ resources: resources as never }));
      return String(described!.configs[0]!.value);
    },
    addresses,
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
/** Bits of the authorised operations. */
const READ = 1 << 3;
const WRITE = 1 << 4;
const NOT_TOLD = -(2 ** 31);
