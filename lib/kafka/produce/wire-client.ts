import type { Socket } from 'node:net';
import type { Broker, ClusterMetadata, Connection } from '@platformatic/kafka';
import { Addresses } from '../addresses.js';
import type { ClientOptions } from '../client-options.js';
import { Lifeline } from '../lifeline.js';
import { toConnectionOptions, watchPool } from '../platformatic.js';
import { Link } from './link.js';
import type { ProducerIdentity } from './numbering.js';
import { PRODUCE, PRODUCE_VERSION } from './produce-request.js';
import type { WireModule } from './wire-module.js';

/** What is left to the client where requests with batches are ours: who leads what, connections, logins, and who we are. */
export class WireClient {
  readonly #module: WireModule;
  readonly #options: ClientOptions;
  readonly #more: readonly (readonly [key: number, version: number])[];
  readonly #client: InstanceType<WireModule['Producer']>;
  readonly #addresses: Addresses;
  /** What the client may never give up, or forget. */
  readonly #questions = new Lifeline();
  readonly #links = new WeakMap<Connection, Link>();
  #isNewEnough = false;

  /** @param more requests that brokers must understand, too, each with its version */
  constructor(
    module: WireModule,
    options: ClientOptions,
    more: readonly (readonly [key: number, version: number])[] = [],
  ) {
    this.#more = more;
    this.#module = module;
    this.#options = options;
    this.#addresses = new Addresses(options, (error) => this.#questions.cut(error));
    this.#client = new module.Producer({
      ...toConnectionOptions(options),
      clientId: options.clientId,
      bootstrapBrokers: [...options.brokers],
      idempotent: false,
      autocreateTopics: options.autoCreateTopics,
      retries: 0,
      maxInflights: MAX_QUESTIONS,
    });
    watchPool(this.#client.connections, this.#addresses, (connection, socket) => this.#share(connection, socket));
  }

  /** How many partitions a topic has. */
  async partitions(topic: string, mayCreate = this.#options.autoCreateTopics): Promise<number> {
    const { topics } = await this.#metadata(topic, true, mayCreate);
    return topics.get(topic)!.partitionsCount;
  }

  /**
   * A link to the leader of a partition.
   *
   * @param isStale whether what is known of the topic is to be asked anew
   */
  async leader(topic: string, partition: number, isStale: boolean): Promise<Link> {
    const { topics, brokers } = await this.#metadata(topic, isStale);
    const found = topics.get(topic)?.partitions[partition];
    if (found === undefined) throw new this.#module.ProtocolError('UNKNOWN_TOPIC_OR_PARTITION');
    const broker = brokers.get(found.leader);
    if (broker === undefined) throw new this.#module.ProtocolError('LEADER_NOT_AVAILABLE');
    const connection = await this.hold(this.#client.connections.get(broker));
    const link = this.#links.get(connection);
    if (link?.isUsable !== true) throw new this.#module.NetworkError('Connection closed');
    await this.#checkVersions();
    return link;
  }

  /** A connection to a broker; to any that answers where it does not matter. */
  async connection(broker?: Broker): Promise<Connection> {
    const { connections } = this.#client;
    const found = broker ?? [...(await this.hold(this.#client.metadata({ topics: [] }))).brokers.values()];
    const connection = await this.hold(
      Array.isArray(found) ? connections.getFirstAvailable(found) : connections.get(found as Broker),
    );
    await this.#checkVersions();
    return connection;
  }

  /** A connection to the broker that makes topics. */
  async controller(): Promise<Connection> {
    const { brokers, controllerId } = await this.hold(this.#client.metadata({ topics: [], forceUpdate: true }));
    return await this.connection(brokers.get(controllerId));
  }

  /** What is asked over a connection of this client, which may never answer. */
  hold<T>(question: Promise<T>): Promise<T> {
    return this.#questions.hold(question);
  }

  /** Asks a broker, any, for a number that no other producer has. */
  async identify({ connection }: Link): Promise<ProducerIdentity> {
    const { api } = this.#module.initProducerIdV3;
    const answer = api.async(connection as Connection, null, this.#options.requestTimeoutMs, -1n, -1);
    const { producerId, producerEpoch } = await this.hold(answer);
    return { producerId, epoch: producerEpoch };
  }

  /** The client's error; in its place another one where an address explains it. */
  explain(error: unknown): unknown {
    return this.#addresses.explain(error);
  }

  close(): Promise<void> {
    // In its types the promise is missing, which comes when there is no callback.
    return Promise.resolve(this.#client.close(true));
  }

  #metadata(
    topic: string,
    forceUpdate: boolean,
    autocreateTopics = this.#options.autoCreateTopics,
  ): Promise<ClusterMetadata> {
    return this.#questions.hold(this.#client.metadata({ topics: [topic], autocreateTopics, forceUpdate }));
  }

  #share(connection: Connection, socket: Socket): void {
    const { NetworkError, TimeoutError } = this.#module;
    const link = new Link(connection, this.#options, {
      late: () => new TimeoutError('Request timed out'),
      closed: (cause) => new NetworkError('Connection closed', cause && { cause }),
    });
    this.#links.set(connection, link);
    const { type } = this.#options.auth;
    socket.once(type === 'ssl' || type === 'sasl_ssl' ? 'secureConnect' : 'connect', () => link.listen());
  }

  async #checkVersions(): Promise<void> {
    if (this.#isNewEnough) return;
    const apis = await this.#questions.hold(this.#client.listApis());
    const own = [[PRODUCE, PRODUCE_VERSION] as const, ...(this.#options.idempotent ? [INIT_PRODUCER_ID] : [])];
    for (const [key, version] of [...own, ...this.#more]) {
      const { minVersion, maxVersion } = apis.find(({ apiKey }) => apiKey === key) ?? { minVersion: 0, maxVersion: -1 };
      if (version < minVersion || version > maxVersion) {
        throw new this.#module.UnsupportedApiError(`No usable implementation found for API ${key}.`);
      }
    }
    this.#isNewEnough = true;
  }
}

/** Questions of the client's own on their way over one connection. */
const MAX_QUESTIONS = 100;
const INIT_PRODUCER_ID = [22, 3] as const;
