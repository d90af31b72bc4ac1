import type { Connection } from '@platformatic/kafka';
import { classify, isFromBroker } from '../failures.js';
import type { Patience } from '../patience.js';
import type { ProducerIdentity } from '../produce/numbering.js';
import type { WireClient } from '../produce/wire-client.js';
import type { TransactionModule } from './transaction-module.js';

/** The broker that knows of a producer's transactions, wherever it is: what it is asked is asked again until there is an answer. */
export class Coordinator {
  /** Whether it is not known what became of the newest request to commit. */
  isUncertain = false;
  readonly #module: TransactionModule;
  readonly #client: WireClient;
  readonly #patience: Patience;
  readonly #id: string;
  #connection: Connection | undefined;

  /** @param id of the transactions */
  constructor(module: TransactionModule, client: WireClient, patience: Patience, id: string) {
    this.#module = module;
    this.#client = client;
    this.#patience = patience;
    this.#id = id;
  }

  /**
   * Makes the id ours: whoever had it may write nothing more under it, and what was open is aborted.
   *
   * @param timeoutMs how long a transaction may be open before the broker aborts it by itself
   */
  async takeOver(timeoutMs: number): Promise<ProducerIdentity> {
    const { api } = this.#module.initProducerIdV3;
    // An id that is ours would be one more of our own epochs: it is that of nobody who asks so.
    const { producerId, producerEpoch } = await this.#ask((connection) =>
      api.async(connection, this.#id, timeoutMs, -1n, -1),
    );
    return { producerId, epoch: producerEpoch };
  }

  /** Adds partitions, by topic, to the transaction that is open, or begins one with them. */
  async add(
    { producerId, epoch }: ProducerIdentity,
    partitions: ReadonlyMap<string, readonly number[]>,
  ): Promise<void> {
    const topics = Array.from(partitions, ([name, numbers]) => ({ name, partitions: [...numbers] }));
    const transaction = { transactionalId: this.#id, producerId, producerEpoch: epoch, verifyOnly: false, topics };
    await this.#ask((connection) => this.#module.addPartitionsToTxnV3.api.async(connection, [transaction]));
  }

  /** Commits the transaction that is open, or aborts it. Resolves when that is settled, whatever becomes of us. */
  async end({ producerId, epoch }: ProducerIdentity, isCommitted: boolean): Promise<void> {
    const { api } = this.#module.endTxnV3;
    await this.#ask(async (connection) => {
      const before = this.isUncertain;
      this.isUncertain = isCommitted;
      try {
        await api.async(connection, this.#id, producerId, epoch, isCommitted);
        this.isUncertain = false;
      } catch (error) {
        // What the broker refuses it has not done; what was asked before may be done all the same.
        if (isFromBroker(error) && !UNCERTAIN.has(classify(error).name)) this.isUncertain = before;
        throw error;
      }
    });
  }

  #ask<T>(question: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#patience.for(async () => {
      try {
        this.#connection ??= await this.#find();
        return await this.#client.hold(question(this.#connection));
      } catch (error) {
        if (!isFromBroker(error) || MOVED.has(classify(error).name)) this.#connection = undefined;
        throw this.#client.explain(error);
      }
    });
  }

  async #find(): Promise<Connection> {
    const { api } = this.#module.findCoordinatorV4;
    const any = await this.#client.connection();
    const { coordinators } = await this.#client.hold(api.async(any, TRANSACTION, [this.#id]));
    const { host, port } = coordinators[0]!;
    return await this.#client.connection({ host, port });
  }
}

/** The kind of coordinator that is asked for. */
const TRANSACTION = 1;
const MOVED: ReadonlySet<string> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
]);
/** What a broker says that may have done it. */
const UNCERTAIN: ReadonlySet<string> = new Set(['COORDINATOR_NOT_AVAILABLE', 'REQUEST_TIMED_OUT']);
