import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '@platformatic/kafka';
import { ExplainedError } from '../../../lib/kafka/failures.js';
import { Patience } from '../../../lib/kafka/patience.js';
import type { WireClient } from '../../../lib/kafka/produce/wire-client.js';
import { PositionTopic } from '../../../lib/kafka/transaction/position-topic.js';
import type { TransactionModule } from '../../../lib/kafka/transaction/transaction-module.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { recorder } from '../../support/messages.js';
import { until } from '../../support/until.js';

const DENIED = ['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'POLICY_VIOLATION'] as const;
const NOT_OURS = {
  reason: 'there is no topic positions, and this user may not make it',
  advice: 'Make it: compacted (`cleanup.policy=compact`), with 48 partitions; or name another one in `position_topic`.',
};
const NOT_USED = {
  reason: 'this user may not use positions, where it stands how far the feed is stored',
  advice: 'Give it the rights `Read` and `Write` to that topic, or name another one in `position_topic`.',
};

describe('the topic of positions', () => {
  it('has the feed in the partition of its key', async () => {
    const { topic, logger } = scripted({ partitions: [48] });
    await topic.find(logger);
    const { topic: name, partition, key, value, length, maxBytes } = topic.batchOf(Buffer.from('here'));
    assert.deepEqual([name, partition, String(key), String(value), length], ['positions', 44, 'trades', 'here', 1]);
    assert.equal(maxBytes, 'trades'.length + 'here'.length + 64);
    assert.deepEqual(logger.entries, []);
  });

  it('is made where it is missing, and that is told', async () => {
    const { topic, logger, created } = scripted({ partitions: ['UNKNOWN_TOPIC_OR_PARTITION', 48] });
    await topic.find(logger);
    assert.equal(topic.batchOf(Buffer.alloc(0)).partition, 44);
    const configs = [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'segment.bytes', value: '16777216' },
      { name: 'segment.ms', value: '3600000' },
      { name: 'min.cleanable.dirty.ratio', value: '0.1' },
    ];
    const made = { name: 'positions', numPartitions: 48, replicationFactor: -1, assignments: [], configs };
    assert.deepEqual(created, [['controller', [made], 10_000, false]]);
    assert.deepEqual(logger.entries, [
      {
        level: 'warn',
        facts: { event: 'topic_created', topic: 'positions' },
        text: 'The topic positions was made, for how far feeds are stored.',
      },
    ]);
  });

  it('may have been made by somebody else meanwhile', async () => {
    const { topic, logger } = scripted({
      partitions: ['UNKNOWN_TOPIC_OR_PARTITION', 48],
      create: 'TOPIC_ALREADY_EXISTS',
    });
    await topic.find(logger);
    assert.equal(topic.batchOf(Buffer.alloc(0)).partition, 44);
  });

  it('is not made by who only asks whether it could be', async () => {
    const { topic, created } = scripted({});
    await topic.tryCreate();
    assert.deepEqual(
      created.map(([, , , isTrial]) => isTrial),
      [true],
    );
  });

  for (const name of DENIED) {
    it(`says what to do where it may not be made: ${name}`, async () => {
      const { topic } = scripted({ create: name });
      await assert.rejects(topic.tryCreate(), isExplained(name, NOT_OURS));
    });
  }

  it('says what to do where it may not be used', async () => {
    const { topic, logger } = scripted({ partitions: ['TOPIC_AUTHORIZATION_FAILED'] });
    await assert.rejects(topic.find(logger), isExplained('TOPIC_AUTHORIZATION_FAILED', NOT_USED));
    const { topic: unread } = scripted({ offsets: 'TOPIC_AUTHORIZATION_FAILED' });
    await assert.rejects(unread.read(), isExplained('TOPIC_AUTHORIZATION_FAILED', NOT_USED));
  });

  it('fails as it is with what is no right that is missing', async () => {
    const { topic } = scripted({ create: 'INVALID_REPLICATION_FACTOR' });
    await assert.rejects(topic.tryCreate(), (error) => !(error instanceof ExplainedError));
    const { topic: unread } = scripted({ offsets: 'SASL_AUTHENTICATION_FAILED' });
    await assert.rejects(unread.read(), (error) => !(error instanceof ExplainedError));
  });

  for (const [what, log, expected, asked] of [
    ['where nothing was ever written', [], undefined, []],
    ['where it is among the last', [...filled(5_000), at(5_000, 'here')], 'here', [4_001]],
    ['where the last was written over', [at(0, 'old'), at(1, 'new')], 'new', [0]],
    [
      'further and further back, up to where it is',
      [...filled(3_000), at(3_000, 'here'), ...filled(10_000, 3_001)],
      'here',
      [12_001, 5_001, 0],
    ],
    ['up to the begin of what is kept', filled(9_500, 500), undefined, [9_000, 2_000, 500]],
    [
      'where a value was deleted, and no further back',
      [at(0, 'old'), ...filled(4_999, 1), at(5_000, null)],
      undefined,
      [4_001],
    ],
  ] as const) {
    it(`is read from its end, ${what}`, async () => {
      const { topic, fetched } = scripted({ log });
      assert.equal((await topic.read())?.toString(), expected);
      assert.deepEqual(fetched, asked);
    });
  }

  it('is read as far as its end, however little a broker hands out at a time', async () => {
    const { topic, fetched } = scripted({ log: [at(0, 'a'), ...filled(3, 1), at(4, 'b')], most: 2 });
    assert.equal(String(await topic.read()), 'b');
    assert.deepEqual(fetched, [0, 2, 4]);
  });

  it('is tried again where a broker withholds what it has, and not for ever', async () => {
    const { topic, clock } = scripted({ log: [at(0, 'a')], most: 0 });
    const reading = topic.read();
    let isOver = false;
    const failed = assert.rejects(
      reading,
      isExplained('', {
        reason: 'the broker does not hand out all that it has of positions',
        advice: 'Look at the log of the broker.',
      }),
    );
    void failed.finally(() => {
      isOver = true;
    });
    await until(async () => {
      await clock.advance(1_000);
      return isOver;
    });
    await failed;
  });
});

interface Script {
  /** What is answered to who asks how many partitions there are. */
  readonly partitions?: readonly (number | string)[];
  /** With what a topic is refused. */
  readonly create?: string;
  /** With what offsets are refused. */
  readonly offsets?: string;
  /** What lies in the partition. */
  readonly log?: readonly Stored[];
  /** How many batches of it are handed out at a time. */
  readonly most?: number;
}

interface Stored {
  readonly offset: number;
  readonly value: string | null | undefined;
}

/** A topic whose brokers answer as a script says. */
function scripted({ partitions = [], create, offsets, log = [], most = Number.POSITIVE_INFINITY }: Script) {
  const clock = createFakeClock();
  const logger = recorder();
  const counts = [...partitions];
  const created: unknown[][] = [];
  const fetched: number[] = [];
  const end = log.length === 0 ? 0 : log.at(-1)!.offset + 1;
  const refuse = (name: string | undefined): void => {
    if (name !== undefined) throw new ProtocolError(name as never);
  };
  const module = {
    createTopicsV7: {
      api: {
        async: async (...given: unknown[]) => {
          created.push(given);
          refuse(create);
        },
      },
    },
    listOffsetsV7: {
      api: {
        async: async (_broker: unknown, _replica: number, _level: number, [asked]: [AskedOffsets]) => {
          refuse(offsets);
          const [{ partitionIndex, timestamp }] = asked.partitions;
          assert.equal(partitionIndex, 0);
          const offset = timestamp === -2n ? (log[0]?.offset ?? 0) : end;
          return { topics: [{ partitions: [{ offset: BigInt(offset) }] }] };
        },
      },
    },
    fetchV12: {
      api: {
        async: async (...given: unknown[]) => {
          const [asked] = given[7] as [AskedRecords];
          const [{ fetchOffset }] = asked.partitions;
          fetched.push(Number(fetchOffset));
          const records = log.filter(({ offset }) => offset >= Number(fetchOffset)).slice(0, most);
          return { responses: [{ partitions: [{ records: records.map(batchOf) }] }] };
        },
      },
    },
  } as unknown as TransactionModule;
  const client = {
    hold: (work: Promise<unknown>) => work,
    explain: (error: unknown) => error,
    leader: async () => ({ connection: 'leader' }),
    controller: async () => 'controller',
    async partitions() {
      const next = counts.shift();
      if (typeof next === 'number') return next;
      return refuse(next);
    },
  } as unknown as WireClient;
  const patience = new Patience({ clock, messageTimeoutMs: 10_000, onRetry() {} });
  const topic = new PositionTopic(module, client, patience, { name: 'positions', key: 'trades' });
  return { clock, logger, topic, created, fetched };
}

interface AskedOffsets {
  readonly partitions: readonly [{ readonly partitionIndex: number; readonly timestamp: bigint }];
}

interface AskedRecords {
  readonly partitions: readonly [{ readonly fetchOffset: bigint }];
}

/** Written without a transaction. */
function batchOf({ offset, value }: Stored) {
  const key = Buffer.from(value === undefined ? 'others' : 'trades');
  const record = { key, value: value == null ? null : Buffer.from(value) };
  return { firstOffset: BigInt(offset), lastOffsetDelta: 0, attributes: 0, producerId: -1n, records: [record] };
}

function at(offset: number, value: string | null): Stored {
  return { offset, value };
}

/** So many of others. */
function filled(count: number, from = 0): Stored[] {
  return Array.from({ length: count }, (_, n) => ({ offset: from + n, value: undefined }));
}

function isExplained(name: string, { reason, advice }: { readonly reason: string; readonly advice: string }) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof ExplainedError);
    const { failure } = error;
    assert.deepEqual([failure.name, failure.reason, failure.advice], [name, reason, advice]);
    return true;
  };
}
