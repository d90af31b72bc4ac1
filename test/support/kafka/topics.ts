import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Admin, Connection, fetchV12, metadataV12, type RecordsBatch } from '@platformatic/kafka';
import { deadline } from '../until.js';

/** A record as it was read back. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | undefined;
  readonly value: Buffer;
  readonly headers: readonly (readonly [string, string])[];
  readonly timestamp: number;
  /** What its batch was compressed with, as a number: 0 for nothing. */
  readonly codec: number;
}

interface TopicShape {
  readonly partitions?: number;
  readonly configs?: Record<string, string>;
}

/** Makes a topic under a new name, and removes it after the test. */
export async function newTopic(t: TestContext, address: string, shape: TopicShape = {}): Promise<string> {
  const topic = `test-${process.pid}-${Date.now()}-${++topics}`;
  await makeTopic(address, topic, shape);
  t.after(() => removeTopic(address, topic).catch(() => {}));
  return topic;
}

/** Makes a topic, and waits until clients are told of it; one of this name may be on its way out still. */
export async function makeTopic(
  address: string,
  topic: string,
  { partitions = 1, configs = {} }: TopicShape = {},
): Promise<void> {
  const asked = {
    topics: [topic],
    partitions,
    replicas: 1,
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  };
  await withAdmin(address, async (admin) => {
    for (;;) {
      try {
        await admin.createTopics(asked);
        break;
      } catch (error) {
        if (!JSON.stringify(error).includes('TOPIC_ALREADY_EXISTS')) throw error;
        await delay(POLL_MS);
      }
    }
  });
  await withConnection(address, (connection) => partitionsOf(connection, topic));
}

export async function removeTopic(address: string, topic: string): Promise<void> {
  await withAdmin(address, (admin) => admin.deleteTopics({ topics: [topic] }));
}

/** Whether there is a topic of this name. */
export async function hasTopic(address: string, topic: string): Promise<boolean> {
  return withConnection(address, async (connection) => {
    // Of all of them: a topic that was made, or is going away, may have no leader for a moment.
    const { topics: all } = await onceLed(() => metadataV12.api.async(connection, null, false, false));
    return all.some(({ name }) => name === topic);
  });
}

/** All that lies in a topic, partition by partition. */
export async function readTopic(address: string, topic: string): Promise<ReadRecord[]> {
  return withConnection(address, async (connection) => {
    const partitions: ReadRecord[][] = [];
    for (const partition of await partitionsOf(connection, topic)) {
      partitions.push(await readPartition(connection, topic, partition));
    }
    return partitions.flat();
  });
}

/**
 * What a consumer with `isolation.level: read_committed` sees, as the protocol says: nothing behind the last stable offset, no control
 * batches, and nothing of the transactions that the broker calls aborted, each from its first offset to its marker.
 *
 * A broker acknowledges a commit before its markers stand in each partition, so that for a moment some of it is not to be seen.
 *
 * @param one of its partitions @default all
 * @param isSettled whether to wait until no transaction is open, which one of a killed run is until the next begins
 */
export async function readCommitted(
  address: string,
  topic: string,
  { one, isSettled = false }: { readonly one?: number; readonly isSettled?: boolean } = {},
): Promise<ReadRecord[]> {
  return withConnection(address, async (connection) => {
    const partitions: ReadRecord[][] = [];
    for (const partition of await partitionsOf(connection, topic)) {
      if (one !== undefined && partition !== one) continue;
      partitions.push(await onceLed(() => readCommittedPartition(connection, topic, partition, isSettled)));
    }
    return partitions.flat();
  });
}

async function readCommittedPartition(
  connection: Connection,
  topic: string,
  partition: number,
  isSettled: boolean,
): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  const giveUp = deadline(() => `the end of all transactions in partition ${partition} of ${topic}`);
  const aborted = new Set<bigint>();
  for (let next = 0n; ; ) {
    const asked = { partition, currentLeaderEpoch: -1, fetchOffset: next, lastFetchedEpoch: -1 };
    const request = [{ topicId: topic, partitions: [{ ...asked, partitionMaxBytes: 1024 * 1024 }] }];
    const answer = await fetchV12.api.async(connection, 0, 0, 64 * 1024 * 1024, 1, 0, -1, request, [], '');
    const found = answer.responses[0]!.partitions[0]!;
    const begins = [...(found.abortedTransactions ?? [])];
    for (const batch of found.records ?? []) {
      next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      for (const { producerId, firstOffset } of begins) {
        if (firstOffset <= batch.firstOffset && isData(batch)) aborted.add(producerId);
      }
      if (!isData(batch)) {
        aborted.delete(batch.producerId);
        const done = begins.findIndex(
          ({ producerId, firstOffset }) => producerId === batch.producerId && firstOffset <= batch.firstOffset,
        );
        if (done !== -1) begins.splice(done, 1);
      } else if (!aborted.has(batch.producerId) || (batch.attributes & TRANSACTIONAL) === 0) {
        records.push(...recordsOf(batch, partition, 0));
      }
    }
    if (next < found.lastStableOffset) continue;
    if (!isSettled || next >= found.highWatermark) return records;
    giveUp();
    await delay(POLL_MS);
  }
}

function isData({ attributes }: RecordsBatch): boolean {
  return (attributes & CONTROL) === 0;
}

async function withConnection<T>(address: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = new Connection('test');
  const [host = '', port = ''] = address.split(':');
  await connection.connect(host, Number(port));
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function partitionsOf(connection: Connection, topic: string): Promise<number[]> {
  return onceLed(async () => {
    const { topics: found } = await metadataV12.api.async(connection, [topic], false, false);
    return (found[0]?.partitions ?? []).map(({ partitionIndex }) => partitionIndex).sort((a, b) => a - b);
  });
}

/** A broker that has just started has no leaders yet, and one that has made a topic may not know it for a moment. */
async function onceLed<T>(work: () => Promise<T>): Promise<T> {
  const giveUp = deadline(() => 'a leader of each partition');
  for (;;) {
    giveUp();
    try {
      return await work();
    } catch (error) {
      const ids = (error as { errors?: { apiId?: string }[] }).errors?.map(({ apiId }) => String(apiId)) ?? [];
      if (!ids.some((id) => NOT_YET.includes(id))) throw error;
      await delay(POLL_MS);
    }
  }
}

async function readPartition(connection: Connection, topic: string, partition: number): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  for (;;) {
    const from = records.length;
    const asked = { partition, currentLeaderEpoch: -1, fetchOffset: BigInt(from), lastFetchedEpoch: -1 };
    const request = [{ topicId: topic, partitions: [{ ...asked, partitionMaxBytes: 16 * 1024 * 1024 }] }];
    const answer = await fetchV12.api.async(connection, 100, 1, 64 * 1024 * 1024, 0, 0, -1, request, [], '');
    const found = answer.responses[0]?.partitions[0];
    for (const batch of found?.records ?? []) records.push(...recordsOf(batch, partition, records.length));
    if (records.length >= Number(found?.highWatermark ?? 0)) return records;
    if (records.length === from) throw new Error(`Nothing came from offset ${from} of partition ${partition} on.`);
  }
}

function recordsOf(batch: RecordsBatch, partition: number, from: number): ReadRecord[] {
  return batch.records
    .map((record) => ({
      partition,
      offset: Number(batch.firstOffset) + record.offsetDelta,
      key: record.key === null ? undefined : String(record.key),
      value: record.value ?? Buffer.alloc(0),
      headers: record.headers.map(([name, value]) => [String(name), String(value)] as const),
      timestamp: Number(batch.firstTimestamp + record.timestampDelta),
      codec: batch.attributes & 7,
    }))
    .filter(({ offset }) => offset >= from);
}

async function withAdmin<T>(address: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [address], retries: 50, retryDelay: 100 });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

/** In the attributes of a batch. */
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
let topics = 0;
const POLL_MS = 50;
const NOT_YET: readonly string[] = [
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
];
