import * as version1 from '@platformatic/kafka';
import { type PlatformaticModule, platformaticProducer } from '../../lib/kafka/platformatic.js';
import type { WireModule } from '../../lib/kafka/produce/wire-module.js';
import { wireProducer } from '../../lib/kafka/produce/wire-producer.js';
import { type KafkaCompression, type KafkaOptions, KafkaWritable, kafka } from '../../lib/sink/kafka/index.js';
import { resolveKafkaOptions } from '../../lib/sink/kafka/options.js';

/** A Kafka client that a sink can be tried with. */
export interface TestClient {
  readonly name: string;
  /** What it compresses with on this Node. */
  readonly codecs: readonly KafkaCompression[];
  readonly open: (options: KafkaOptions) => KafkaWritable;
}

const major = Number(process.versions.node.split('.')[0]);
const zstd: readonly KafkaCompression[] = 'createZstdCompress' in (await import('node:zlib')) ? ['zstd'] : [];
const codecs: readonly KafkaCompression[] = ['none', 'gzip', 'snappy', 'lz4', ...zstd];

const version2 =
  major >= 22
    ? ((await import('platformatic-kafka-2')) as unknown as WireModule & PlatformaticModule)
    : (undefined as never);

/** Version 1 of `@platformatic/kafka`: the one that is installed here under its own name. */
export const platformatic1: TestClient = {
  name: '@platformatic/kafka 1',
  codecs,
  open: (options) => kafka(options),
};

/** Version 2, which wants Node 22. */
export const platformatic2: TestClient = {
  name: '@platformatic/kafka 2',
  codecs,
  open(options) {
    const resolved = resolveKafkaOptions(options);
    return new KafkaWritable({ ...resolved, producer: wireProducer(version2, resolved) });
  },
};

/** What becomes of a version that lacks the parts for requests of our own: it gets records, and not batches. */
export const recordClients: readonly TestClient[] = [version1, ...(major >= 22 ? [version2] : [])].map((module) => ({
  name: `records for @platformatic/kafka ${module.clientSoftwareVersion[0]}`,
  codecs,
  open: (options) => kafka({ ...options, producer: platformaticProducer(module, resolveKafkaOptions(options)) }),
}));

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
