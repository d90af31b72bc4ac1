/** What is the same in all requests that bring batches to a partition. */
export interface ProducePlace {
  readonly clientId: string;
  /** Who must have a batch: -1 for all replicas in sync, 1 for the leader, 0 for nobody. */
  readonly acks: number;
  /** How long the broker may wait for them. */
  readonly timeoutMs: number;
  readonly topic: string;
  readonly partition: number;
  /** Whose transaction it is part of; `undefined` for none. */
  readonly transactionalId?: string | undefined;
}

/** What stands before the one batch of a `Produce` request, in version 7: that of brokers from 2.1 on. */
export function produceRequestHead(place: ProducePlace): Buffer {
  const { clientId, acks, timeoutMs, topic, partition, transactionalId } = place;
  return Buffer.concat([
    int32(0),
    int16(PRODUCE),
    int16(PRODUCE_VERSION),
    int32(0),
    text(clientId),
    transactionalId === undefined ? int16(-1) : text(transactionalId),
    int16(acks),
    int32(timeoutMs),
    // One topic, and of it one partition.
    int32(1),
    text(topic),
    int32(1),
    int32(partition),
    int32(0),
  ]);
}

/** Writes into a request what is known of it once all of it is there: its lengths and its number. */
export function sealProduceRequest(request: Buffer, headBytes: number, number: number): void {
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt32BE(number, NUMBER_AT);
  request.writeInt32BE(request.length - headBytes, headBytes - 4);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The API's number in the protocol. */
export const PRODUCE = 0;
export const PRODUCE_VERSION = 7;
const NUMBER_AT = 8;
