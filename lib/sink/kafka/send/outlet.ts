import type { BatchProducer } from '../../../kafka/produce/batch-producer.js';
import type { KafkaProducer } from '../../../kafka/producer.js';
import type { KafkaBatch } from '../partitions/kafka-batch.js';
import type { RecordMaker } from '../partitions/record-maker.js';

/** Where batches go: what the send queue needs of a producer, whether it takes batches or records. */
export interface Outlet {
  /** How many batches may be on their way at once; `undefined` where the producer does not mind. */
  readonly maxInFlight: number | undefined;
  /** How many of them may be for one partition. */
  readonly maxPerPartition: number;
  /** Whether it keeps nothing of a batch that is acknowledged. */
  readonly keepsNothing: boolean;
  /** Sends a batch, and tells the offset of its first record, if it knows; rejects when it is not known to be stored. */
  send(batch: KafkaBatch): Promise<number | undefined>;
  /** A batch that was refused is not given again, and others of its partition are. */
  forget(batch: KafkaBatch): void;
  /** What the newest request failed with that the producer tries again by itself. */
  lastFailure(): unknown;
}

/** What takes batches is given what writes them, and all else records. */
export function outletOf(producer: KafkaProducer | BatchProducer, maker: RecordMaker): Outlet {
  return 'maxPerPartition' in producer ? batchOutlet(producer, maker) : recordOutlet(producer, maker);
}

function batchOutlet(producer: BatchProducer, maker: RecordMaker): Outlet {
  return {
    maxInFlight: undefined,
    maxPerPartition: producer.maxPerPartition,
    keepsNothing: true,
    send: (batch) => producer.send(batch, (encoder) => maker.write(batch, encoder)),
    forget: (batch) => producer.forget(batch),
    lastFailure: () => undefined,
  };
}

function recordOutlet(producer: KafkaProducer, maker: RecordMaker): Outlet {
  return {
    maxInFlight: producer.maxInFlight,
    maxPerPartition: 1,
    keepsNothing: false,
    send: (batch) => producer.send(maker.records(batch)).then(() => undefined),
    forget: () => {},
    lastFailure: () => producer.lastFailure?.(),
  };
}
