import { isIP, type Socket } from 'node:net';
import type {
  Connection,
  ConnectionOptions,
  ConnectionPool,
  Producer,
  ProducerOptions,
  SASLOptions,
} from '@platformatic/kafka';
import { Addresses } from './addresses.js';
import { type KafkaSasl, saslOf, tlsOf, tokenOf } from './auth.js';
import type { ClientOptions } from './client-options.js';
import { classify, isHopeless } from './failures.js';
import { Lifeline } from './lifeline.js';
import { addressText } from './probe.js';
import type { KafkaProducer } from './producer.js';

/** What is used of the package `@platformatic/kafka`. */
export interface PlatformaticModule {
  readonly Producer: new (options: ProducerOptions<Buffer, Buffer, Buffer, Buffer>) => PlatformaticClient;
  readonly clientSoftwareVersion: string;
}

type PlatformaticClient = Producer<Buffer, Buffer, Buffer, Buffer>;

/**
 * A producer over `@platformatic/kafka`.
 *
 * Version 2 numbers the batches of an idempotent producer when they are sent, and begins again under another producer id
 * after an error: so it must retry by itself, without end, and what ends it is our own time-out. Version 1 numbers them
 * when they are acknowledged: so only one may be on its way, and the same batch can be given to it again.
 *
 * @param onRetry is told of requests that the client sends again by itself
 */
export function platformaticProducer(
  module: PlatformaticModule,
  options: ClientOptions,
  onRetry: () => void = () => {},
): KafkaProducer {
  const isFirst = module.clientSoftwareVersion.startsWith('1.');
  const { idempotent } = options;
  let lastFailure: unknown;
  const sends = new Lifeline();
  const lookups = new Lifeline();
  // A send that was stored, and answered with nonsense, must not be given to version 2 again.
  const addresses = new Addresses(options, (error) => lookups.cut(error));
  const clientOptions = toClientOptions(options, isFirst, (error) => {
    lastFailure = addresses.explain(error);
    // Version 2 would go on trying to log in.
    if (isHopeless(error)) for (const waiting of [sends, lookups]) waiting.cut(error);
  });
  const open = (): PlatformaticClient => {
    const opened = new module.Producer({ ...clientOptions });
    opened.on(
      'client:performWithRetry:retry' as never,
      ((operation: string) => {
        if (operation === 'produce') onRetry();
      }) as never,
    );
    keepPartitions(opened);
    watchPool(opened.connections, addresses);
    return opened;
  };
  let client = open();
  const acks = ACKS[options.acks];
  return {
    maxInFlight: isFirst && idempotent ? 1 : undefined,
    async send(records) {
      try {
        const messages = records as Parameters<PlatformaticClient['send']>[0]['messages'];
        await sends.hold(client.send({ messages, acks }));
        lastFailure = undefined;
      } catch (error) {
        // Version 1 goes on with the numbers that the broker does not want.
        if (isFirst && LOST_COUNT.has(classify(error).name)) {
          const lost = client;
          client = open();
          await close(lost);
        }
        throw addresses.explain(error);
      }
    },
    async partitions(topic) {
      const { autoCreateTopics } = options;
      try {
        const metadata = await lookups.hold(
          client.metadata({ topics: [topic], autocreateTopics: autoCreateTopics, forceUpdate: true }),
        );
        return metadata.topics.get(topic)!.partitionsCount;
      } catch (error) {
        throw addresses.explain(error);
      }
    },
    lastFailure: () => lastFailure,
    close: () => close(client),
  };
}

/**
 * A topic that was made again with fewer partitions: the client looks up the leader of one that is gone, finds nothing,
 * and throws where nobody catches it, which would end the process. So such a one keeps a leader, who refuses what comes
 * for it. It can go once a send for it rejects by itself (seen in 1.35 and 2.12).
 */
function keepPartitions(client: PlatformaticClient): void {
  const most = new Map<string, number>();
  client.on('client:metadata', ({ topics }) => {
    for (const [name, { partitions, partitionsCount }] of topics) {
      const had = most.get(name) ?? 0;
      if (partitionsCount >= had) most.set(name, partitionsCount);
      else for (let gone = partitionsCount; gone < had; gone++) partitions[gone] ??= partitions[0]!;
    }
  });
}

/**
 * Has every connection of a pool watched, from before it is connected.
 *
 * @param onSocket gets each before it is watched
 */
export function watchPool(
  pool: ConnectionPool,
  addresses: Addresses,
  onSocket: (connection: Connection, socket: Socket) => void = () => {},
): void {
  pool.on('connecting', ({ broker, connection }) => {
    const address = addressText(broker);
    // Without a listener, what it tells after it was connected would end the process.
    connection.on('error', (error) => addresses.failed(address, error));
    // The socket is made as soon as this event was told: unless the port is none.
    queueMicrotask(() => {
      const socket = connection.socket as Socket | undefined;
      if (socket === undefined) return;
      onSocket(connection, socket);
      addresses.watch(socket, address);
    });
  });
}

/** In its types the promise is missing, which comes when there is no callback. */
function close(client: PlatformaticClient): Promise<void> {
  return Promise.resolve(client.close(true));
}

function toClientOptions(
  options: ClientOptions,
  isFirst: boolean,
  onFailure: (error: unknown) => void,
): ProducerOptions<Buffer, Buffer, Buffer, Buffer> {
  const { idempotent, requestTimeoutMs } = options;
  return {
    ...toConnectionOptions(options),
    clientId: options.clientId,
    bootstrapBrokers: [...options.brokers],
    idempotent,
    compression: options.compression,
    autocreateTopics: options.autoCreateTopics,
    retries: idempotent && !isFirst ? Number.MAX_SAFE_INTEGER : RETRIES,
    retryDelay: (_client, _operation, attempt, _retries, error) => {
      onFailure(error);
      return Math.min(MAX_RETRY_DELAY_MS, RETRY_DELAY_MS * 2 ** Math.min(attempt - 1, 10));
    },
    // The broker has to answer before the client gives up.
    timeout: Math.ceil(requestTimeoutMs * 0.9),
    maxInflights: idempotent ? 1 : options.maxInFlight,
  };
}

/** How to reach a broker, and to log in. */
export function toConnectionOptions({ auth, brokers, requestTimeoutMs }: ClientOptions): ConnectionOptions {
  const tls = tlsOf(auth);
  // The name of an address is none that TLS may be asked for (RFC 6066, section 3); Node checks it all the same.
  const hasNames = brokers.some((broker) => isIP(broker.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')) === 0);
  const sasl = saslOf(auth);
  return {
    requestTimeout: requestTimeoutMs,
    connectTimeout: Math.min(requestTimeoutMs, CONNECT_TIMEOUT_MS),
    ...(tls === undefined ? {} : { tls, tlsServerName: tls.servername ?? hasNames }),
    ...(sasl === undefined ? {} : { sasl: toSasl(sasl) }),
  };
}

function toSasl(sasl: KafkaSasl): SASLOptions {
  switch (sasl.type) {
    case 'sasl_plain':
      return { mechanism: 'PLAIN', ...sasl.config };
    case 'sasl_scram': {
      const { mechanism, username, password } = sasl.config;
      return { mechanism: mechanism === 'sha256' ? 'SCRAM-SHA-256' : 'SCRAM-SHA-512', username, password };
    }
    case 'sasl_oauthbearer': {
      const { config } = sasl;
      return { mechanism: 'OAUTHBEARER', token: () => tokenOf(config) };
    }
  }
}

const ACKS = { all: -1, leader: 1, none: 0 } as const;
/** At least 2: an idempotent producer of this client takes fewer for a wish to go on without end. */
const RETRIES = 2;
const RETRY_DELAY_MS = 100;
const MAX_RETRY_DELAY_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
const LOST_COUNT = new Set(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID']);
