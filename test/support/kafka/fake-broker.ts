import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { Reader, type RecordsBatch, readRecordsBatch } from '@platformatic/kafka';
import {
  authenticateAnswer,
  type ClusterPicture,
  handshakeAnswer,
  metadataAnswer,
  type ProduceAnswer,
  produceAnswer,
  producerIdAnswer,
  versionsAnswer,
} from './fake/answers.js';
import type { CodeName } from './fake/codes.js';
import { isIntact, Partition, type StoredRecord } from './fake/partition.js';
import { API, answerBytes, readRequests, type WireRequest } from './fake/wire.js';

/** A batch for one partition, as a client sent it, before anything is done with it. */
export interface ProduceAttempt {
  readonly topic: string;
  readonly partition: number;
  /** The number of the node that it was sent to. */
  readonly node: number;
  /** Counts the batches that came for this partition, refused ones included, from 1. */
  readonly attempt: number;
  readonly bytes: number;
  /** Who must have it before it is answered: -1 for all replicas, 1 for the leader, 0 for nobody. */
  readonly acks: number;
  readonly batch: RecordsBatch;
}

/**
 * What to do with it: `store` it and say so; `refuse` it with a code and store nothing; `lose the answer`: store it, and
 * drop the connection in place of an answer; `drop` the connection with nothing stored; `say nothing`: store it, and
 * never answer.
 */
export type Verdict = 'store' | 'lose the answer' | 'drop' | 'say nothing' | { readonly refuse: CodeName };

export interface FakeNode {
  readonly id: number;
  readonly port: number;
}

export interface FakeBrokerOptions {
  /** The topics that there are, with their number of partitions. */
  readonly topics?: Readonly<Record<string, number>> | undefined;
  /** How many nodes there are; they lead the partitions in turn. @default 1 */
  readonly nodes?: number | undefined;
  /** Partitions of a topic that a client asks to be created. @default none is created */
  readonly autoCreate?: number | undefined;
  /** A larger batch is refused, as a topic's `max.message.bytes` does. @default 1_048_588 */
  readonly maxBatchBytes?: number | undefined;
  /** Where it says that a node is. @default where it is */
  readonly advertise?: ((node: FakeNode) => { readonly host: string; readonly port: number }) | undefined;
  /** Makes something else of an answer, from its length on, before it is sent; nothing, for none. @default as it is */
  readonly onAnswer?: ((answer: Buffer, api: number) => Buffer | undefined) | undefined;
  /** Asks for a login by PLAIN; `refusal` is what it says to another. @default 'Authentication failed' */
  readonly login?: { readonly username: string; readonly password: string; readonly refusal?: string } | undefined;
  /** Asked about each batch, in the order of their arrival; what comes after it on its connection waits for the answer. */
  readonly onProduce?: ((attempt: ProduceAttempt) => Verdict | Promise<Verdict>) | undefined;
}

/**
 * The needed part of Kafka's protocol, in this process, with faults on demand. It keeps to what a broker does: a
 * connection's requests are answered one after another, checksums and sequence numbers are checked.
 */
export async function fakeBroker(t: TestContext, options: FakeBrokerOptions = {}): Promise<FakeBroker> {
  const broker = new FakeBroker(options);
  t.after(() => broker.close());
  await broker.listen();
  return broker;
}

/** Made by {@link fakeBroker}. */
export class FakeBroker {
  /** Every batch that came, in the order of arrival. */
  readonly attempts: ProduceAttempt[] = [];
  /** What went wrong in the fake itself, or in what a client sent: none, in a test that passes. */
  readonly errors: unknown[] = [];
  /** What its clients call themselves. */
  readonly clientIds = new Set<string>();
  /** How many producers asked for a number. */
  producers = 0;
  /** The largest number of batches that waited for an answer at the same time. */
  mostInFlight = 0;
  /** Codes with which topics are described, in place of their partitions. */
  readonly topicErrors = new Map<string, CodeName>();
  readonly #options: FakeBrokerOptions;
  readonly #topics = new Map<
    string,
    { readonly partitions: Partition[]; readonly leaders: number[]; attempts: number[] }
  >();
  readonly #nodes: { readonly id: number; readonly server: Server; port: number }[] = [];
  readonly #sockets = new Set<Socket>();
  #inFlight = 0;
  #watchers: (() => void)[] = [];

  constructor(options: FakeBrokerOptions) {
    this.#options = options;
    for (let id = 1; id <= (options.nodes ?? 1); id++) {
      const server = createServer((socket) => void this.#serve(socket, id));
      this.#nodes.push({ id, server, port: 0 });
    }
    for (const [name, count] of Object.entries(options.topics ?? {})) this.createTopic(name, count);
  }

  /** `127.0.0.1:port` of the first node. */
  get address(): string {
    return `127.0.0.1:${this.#nodes[0]?.port}`;
  }

  /** What lies in a partition. */
  records(topic: string, partition: number): readonly StoredRecord[] {
    return this.#partition(topic, partition).records;
  }

  /** The values of all partitions of a topic, as text, partition by partition. */
  values(topic: string): string[] {
    const partitions = this.#topics.get(topic)?.partitions ?? [];
    return partitions.flatMap(({ records }) => records.map(({ value }) => String(value)));
  }

  /** How many batches came again and were not stored again. */
  duplicates(topic: string): number {
    return (this.#topics.get(topic)?.partitions ?? []).reduce((sum, { duplicates }) => sum + duplicates, 0);
  }

  /** Makes another node the leader; -1 for none. Clients hear of it when they ask. */
  lead(topic: string, partition: number, node: number): void {
    const known = this.#topics.get(topic);
    if (known !== undefined) known.leaders[partition] = node;
  }

  /** Removes a topic with all that lies in it. */
  deleteTopic(topic: string): void {
    this.#topics.delete(topic);
  }

  /** Makes a topic, in place of one that there may be. */
  createTopic(name: string, partitions: number): void {
    const leaders = Array.from({ length: partitions }, (_, index) => (index % this.#nodes.length) + 1);
    this.#topics.set(name, {
      partitions: leaders.map(() => new Partition()),
      leaders,
      attempts: leaders.map(() => 0),
    });
  }

  /** Forgets what it knows of producers, as a broker does that lost its disk's state of them. */
  forgetProducers(): void {
    for (const { partitions } of this.#topics.values()) for (const one of partitions) one.forgetProducers();
  }

  /** Drops every connection. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Resolves once so many batches came. */
  async whenAttempts(count: number): Promise<void> {
    while (this.attempts.length < count) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  async listen(): Promise<void> {
    for (const node of this.#nodes) {
      node.server.listen(0, '127.0.0.1');
      await once(node.server, 'listening');
      node.port = (node.server.address() as AddressInfo).port;
    }
  }

  async close(): Promise<void> {
    const closed = this.#nodes.map(({ server }) => new Promise<void>((resolve) => server.close(() => resolve())));
    this.dropConnections();
    await Promise.all(closed);
  }

  async #serve(socket: Socket, node: number): Promise<void> {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    const session = { isLoggedIn: this.#options.login === undefined };
    try {
      for await (const request of readRequests(socket)) {
        this.clientIds.add(String(request.clientId));
        const answer = await this.#answer(request, node, session);
        if (answer === 'drop') break;
        const { onAnswer } = this.#options;
        const sent = answer !== undefined && onAnswer !== undefined ? onAnswer(answer, request.api) : answer;
        if (sent !== undefined && socket.writable) socket.write(sent);
      }
    } catch (error) {
      if (!socket.destroyed) this.errors.push(error);
    } finally {
      socket.destroy();
    }
  }

  async #answer(
    request: WireRequest,
    node: number,
    session: { isLoggedIn: boolean },
  ): Promise<Buffer | 'drop' | undefined> {
    const { api, version, body } = request;
    if (api === API.apiVersions)
      return answerBytes({ ...request, version: Math.min(version, 3) }, versionsAnswer(request));
    if (api === API.saslHandshake) {
      const isKnown = body.readString(false) === 'PLAIN';
      return answerBytes(request, handshakeAnswer(isKnown ? 'NONE' : 'UNSUPPORTED_SASL_MECHANISM', ['PLAIN']));
    }
    if (api === API.saslAuthenticate) {
      const { username, password, refusal = 'Authentication failed' } = this.#options.login ?? {};
      session.isLoggedIn = String(body.readBytes(version >= 2)) === `\0${username}\0${password}`;
      return answerBytes(
        request,
        authenticateAnswer(request, session.isLoggedIn ? 'NONE' : 'SASL_AUTHENTICATION_FAILED', refusal),
      );
    }
    if (!session.isLoggedIn) return 'drop';
    if (api === API.metadata) return answerBytes(request, metadataAnswer(request, this.#picture(request)));
    if (api === API.initProducerId) {
      this.producers += 1;
      return answerBytes(request, producerIdAnswer(request, 'NONE', BigInt(1_000 + this.producers)));
    }
    if (api === API.produce) return await this.#produce(request, node);
    throw new Error(`The fake broker does not know request ${api}.`);
  }

  #picture({ body, version }: WireRequest): ClusterPicture {
    const compact = version >= 9;
    const asked = body.readNullableArray((reader) => reader.readString(compact), compact, compact);
    const mayCreate = body.readBoolean();
    const names = asked ?? [...this.#topics.keys()];
    const { autoCreate, advertise = ({ port }) => ({ host: '127.0.0.1', port }) } = this.#options;
    return {
      nodes: this.#nodes.map((node) => ({ id: node.id, ...advertise(node) })),
      topics: names.map((name) => {
        if (!this.#topics.has(name) && mayCreate && autoCreate !== undefined) this.createTopic(name, autoCreate);
        const code = this.topicErrors.get(name) ?? (this.#topics.has(name) ? 'NONE' : 'UNKNOWN_TOPIC_OR_PARTITION');
        return { name, code, leaders: code === 'NONE' ? (this.#topics.get(name)?.leaders ?? []) : [] };
      }),
    };
  }

  async #produce(request: WireRequest, node: number): Promise<Buffer | 'drop' | undefined> {
    const { body } = request;
    body.readNullableString(false);
    const acks = body.readInt16();
    body.readInt32();
    const batches = body
      .readArray(
        (topics) => {
          const topic = topics.readString(false);
          return topics.readArray(
            (reader) => ({ topic, partition: reader.readInt32(), bytes: reader.readBytes(false) }),
            false,
            false,
          );
        },
        false,
        false,
      )
      .flat();
    this.#inFlight += batches.length;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    try {
      const answers: ProduceAnswer[] = [];
      let isDropped = false;
      let isSilent = acks === 0;
      for (const { topic, partition, bytes } of batches) {
        const verdict = await this.#verdict({ topic, partition, node, acks, bytes });
        if (verdict.next === 'drop') isDropped = true;
        if (verdict.next === 'silence') isSilent = true;
        answers.push({ topic, partition, code: verdict.code, baseOffset: verdict.baseOffset });
      }
      if (isDropped) return 'drop';
      return isSilent ? undefined : answerBytes(request, produceAnswer(answers));
    } finally {
      this.#inFlight -= batches.length;
    }
  }

  async #verdict({
    topic,
    partition,
    node,
    acks,
    bytes,
  }: {
    topic: string;
    partition: number;
    node: number;
    acks: number;
    bytes: Buffer;
  }): Promise<Outcome> {
    const batch = readRecordsBatch(Reader.from(bytes));
    if (!isIntact(bytes, batch)) return refused('CORRUPT_MESSAGE');
    const known = this.#topics.get(topic);
    const attempt = known === undefined ? 1 : (known.attempts[partition] = (known.attempts[partition] ?? 0) + 1);
    const made: ProduceAttempt = { topic, partition, node, attempt, acks, bytes: bytes.length, batch };
    this.attempts.push(made);
    for (const wake of this.#watchers.splice(0)) wake();
    const verdict = (await this.#options.onProduce?.(made)) ?? 'store';
    if (verdict === 'drop') return { ...refused('NONE'), next: 'drop' };
    if (typeof verdict === 'object') return refused(verdict.refuse);
    // The topic may be gone by now.
    const now = this.#topics.get(topic);
    if (now?.partitions[partition] === undefined) return refused('UNKNOWN_TOPIC_OR_PARTITION');
    if (now.leaders[partition] !== node) return refused('NOT_LEADER_OR_FOLLOWER');
    if (bytes.length > (this.#options.maxBatchBytes ?? 1_048_588)) return refused('MESSAGE_TOO_LARGE');
    const append = now.partitions[partition].append(batch);
    if ('refused' in append) return refused(append.refused);
    const next = verdict === 'lose the answer' ? 'drop' : verdict === 'say nothing' ? 'silence' : 'answer';
    return { code: 'NONE', baseOffset: append.baseOffset, next };
  }

  #partition(topic: string, partition: number): Partition {
    const found = this.#topics.get(topic)?.partitions[partition];
    if (found === undefined) throw new Error(`There is no partition ${partition} of a topic ${topic}.`);
    return found;
  }
}

interface Outcome {
  readonly code: CodeName;
  readonly baseOffset: number;
  readonly next: 'answer' | 'drop' | 'silence';
}

function refused(code: CodeName): Outcome {
  return { code, baseOffset: -1, next: 'answer' };
}
