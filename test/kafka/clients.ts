import { type PlatformaticModule, platformaticProducer } from '../../lib/kafka/platformatic.js';
import { type KafkaCompression, type KafkaOptions, type KafkaWritable, kafka } from '../../lib/sink/kafka/index.js';
import { resolveKafkaOptions } from '../../lib/sink/kafka/options.js';

/** A Kafka client that a sink can be tried with. */
export interface TestClient {
  readonly name: string;
  /** What it compresses with on this Node. */
  readonly codecs: readonly KafkaCompression[];
  readonly open: (options: KafkaOptions) => KafkaWritable;
  /** How many requests were tried again by the client, as far as its sink does not know. */
  readonly retries?: () => number;
}

const major = Number(process.versions.node.split('.')[0]);
const zstd: readonly KafkaCompression[] = 'createZstdCompress' in (await import('node:zlib')) ? ['zstd'] : [];
const codecs: readonly KafkaCompression[] = ['none', 'gzip', 'snappy', 'lz4', ...zstd];

/** Version 1 of `@platformatic/kafka`: the one that is installed here under its own name. */
export const platformatic1: TestClient = {
  name: '@platformatic/kafka 1',
  codecs,
  open: (options) => kafka(options),
};

let retries2 = 0;

/** Version 2, which wants Node 22. */
export const platformatic2: TestClient = {
  name: '@platformatic/kafka 2',
  codecs,
  open(options) {
    const producer = platformaticProducer(version2, resolveKafkaOptions(options), () => retries2++);
    return kafka({ ...options, producer });
  },
  retries: () => retries2,
};

export const kafkaJs: TestClient = {
  name: 'kafkajs',
  codecs: ['none', 'gzip'],
  open: (options) => kafka({ ...options, client: 'kafkajs' }),
};

/** Those that run on this Node. */
export const clients: readonly TestClient[] =
  major >= 22 ? [platformatic1, platformatic2, kafkaJs] : [platformatic1, kafkaJs];

/** The newest version of the first client that this Node runs, and the second client. */
export const newestClients: readonly TestClient[] = [clients.findLast((client) => client !== kafkaJs)!, kafkaJs];

const version2 =
  major >= 22 ? ((await import('platformatic-kafka-2')) as unknown as PlatformaticModule) : (undefined as never);
