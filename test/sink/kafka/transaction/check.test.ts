import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '@platformatic/kafka';
import type { KafkaInspector, TopicFacts } from '../../../../lib/kafka/inspector.js';
import { resolveKafkaOptions } from '../../../../lib/sink/kafka/options.js';
import { type Ask, checkTransactions } from '../../../../lib/sink/kafka/transaction/check.js';

const SOUND: TopicFacts = { partitions: 48, leaderless: 0, mayRead: true, mayWrite: true } as TopicFacts;
const RIGHTS = 'Give it the rights `Read` and `Write` to that topic, or name another one in `position_topic`.';

/** What stands there, or the name of a refusal; what its `cleanup.policy` is; and what is said of it. */
const CASES: readonly (readonly [
  what: string,
  topic: TopicFacts | string,
  policy: string | Error,
  detail: string,
  advice?: string,
])[] = [
  ['compacted', SOUND, 'compact', 'positions is compacted, and this user may read and write it'],
  ['compacted and deleted', SOUND, 'compact,delete', 'positions is compacted, and this user may read and write it'],
  [
    'of rights that are not told',
    { ...SOUND, mayRead: undefined, mayWrite: undefined },
    'compact',
    'positions is compacted, and this user may read and write it',
  ],
  [
    'of settings that are not told',
    SOUND,
    new Error('no'),
    'this user may read and write positions, and is not told whether it is compacted',
  ],
  [
    'deleted by age',
    SOUND,
    'delete',
    'positions is not compacted: its `cleanup.policy` is delete',
    'Set `cleanup.policy=compact` for the topic, or name another one in `position_topic`. When the broker deletes a position for its age, ' +
      'the feed begins anew.',
  ],
  ['not there', 'UNKNOWN_TOPIC_OR_PARTITION', '', 'positions does not exist; the first run makes it'],
  [
    'without leaders',
    { ...SOUND, leaderless: 2 },
    'compact',
    'positions has 48 partitions, 2 of them without a leader',
    'Look at the brokers that are down.',
  ],
  [
    'not to be looked at',
    'TOPIC_AUTHORIZATION_FAILED',
    '',
    'this user may not look at positions, where it stands how far the feed is stored',
    RIGHTS,
  ],
  [
    'not to be read',
    { ...SOUND, mayRead: false },
    'compact',
    'this user may not read positions, where it stands how far the feed is stored',
    RIGHTS,
  ],
  [
    'not to be written to',
    { ...SOUND, mayWrite: false },
    'compact',
    'this user may not write to positions, where it stands how far the feed is stored',
    RIGHTS,
  ],
];

for (const [what, topic, policy, detail, advice] of CASES) {
  test(`a topic of positions that is ${what} is told as such`, async () => {
    const found = await look(topic, policy);
    assert.deepEqual(found, advice === undefined ? detail : { detail, advice });
  });
}

test('a topic of positions that cannot be looked at is told as any failure is', async () => {
  await assert.rejects(look('INVALID_TOPIC_EXCEPTION', ''), (error) => error instanceof ProtocolError);
});

/** What is said of the topic, by who cannot ask for the transactional id. */
async function look(topic: TopicFacts | string, policy: string | Error): Promise<unknown> {
  const options = resolveKafkaOptions({
    ...{ brokers: '127.0.0.1:9092', topic: 'trades', transactionalId: 'trades', positionTopic: 'positions' },
  });
  const inspector = {
    async topic(name: string) {
      assert.equal(name, 'positions');
      if (typeof topic === 'string') throw new ProtocolError(topic as never);
      return topic;
    },
    async setting(...asked: string[]) {
      assert.deepEqual(asked, ['positions', 'cleanup.policy']);
      if (policy instanceof Error) throw policy;
      return policy;
    },
  } as unknown as KafkaInspector;
  const ask = async (name: string, find: () => Promise<unknown>) => [name, name === 'positions' ? await find() : ''];
  const found: unknown[] = [];
  const checks = checkTransactions(options, 'trades', { inspector, ask: ask as unknown as Ask });
  for await (const check of checks) found.push(check);
  assert.deepEqual(
    (found as [string, unknown][]).map(([name]) => name),
    ['transactional id', 'positions'],
  );
  return (found[1] as [string, unknown])[1];
}
