import { lacksZstd, NO_ZSTD } from '../internal/zstd.js';

/** How the batches that go to Kafka are compressed. */
export type KafkaCompression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Why this Node cannot compress so, as whole sentences; `undefined` when it can. */
export function lacksCompression(compression: KafkaCompression): string | undefined {
  if (compression !== 'zstd' || !lacksZstd()) return undefined;
  return `${NO_ZSTD} lz4, snappy and gzip work here.`;
}
