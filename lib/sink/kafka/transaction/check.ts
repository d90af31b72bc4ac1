import { loadTransactionInspector } from '../../../kafka/clients.js';
import { classify } from '../../../kafka/failures.js';
import type { KafkaInspector, TopicFacts } from '../../../kafka/inspector.js';
import type { TransactionInspector } from '../../../kafka/transaction/transaction-inspector.js';
import type { SinkCheck } from '../../check.js';
import type { Objection } from '../objection.js';
import type { ResolvedKafkaOptions } from '../options.js';
import { closed } from '../within.js';

/** How it looks at something. */
export type Ask = (name: string, find: () => Promise<string | Objection>) => Promise<SinkCheck>;

/**
 * Looks at what transactions need, beside what every sink of Kafka does: the right to the transactional id, and the topic of positions. Nothing is
 * written or made, and nobody is fenced.
 */
export async function* checkTransactions(
  options: ResolvedKafkaOptions,
  transactionalId: string,
  { inspector, ask }: { readonly inspector: KafkaInspector; readonly ask: Ask },
): AsyncGenerator<SinkCheck> {
  let transactions: TransactionInspector | undefined;
  try {
    yield await ask('transactional id', async () => {
      transactions = await loadTransactionInspector(options, transactionalId);
      await transactions.tryId();
      return `this user may write as ${transactionalId}`;
    });
    yield await ask('positions', () => lookAtPositions(options.positionTopic, inspector, transactions));
  } finally {
    if (transactions !== undefined) await closed(options.clock, transactions.close());
  }
}

async function lookAtPositions(
  topic: string,
  inspector: KafkaInspector,
  transactions: TransactionInspector | undefined,
): Promise<string | Objection> {
  let facts: TopicFacts;
  try {
    facts = await inspector.topic(topic);
  } catch (error) {
    const { name } = classify(error);
    if (name === 'TOPIC_AUTHORIZATION_FAILED') return refused(topic, 'look at');
    if (name !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    await transactions?.tryTopic();
    return `${topic} does not exist; the first run makes it`;
  }
  const { leaderless, partitions, mayRead, mayWrite } = facts;
  if (leaderless > 0) {
    return {
      detail: `${topic} has ${partitions} partitions, ${leaderless} of them without a leader`,
      advice: 'Look at the brokers that are down.',
    };
  }
  if (mayRead === false) return refused(topic, 'read');
  if (mayWrite === false) return refused(topic, 'write to');
  // Who may not look at settings may write all the same.
  const policy = await inspector.setting(topic, 'cleanup.policy').catch(() => undefined);
  if (policy === undefined) return `this user may read and write ${topic}, and is not told whether it is compacted`;
  if (policy.includes('compact')) return `${topic} is compacted, and this user may read and write it`;
  return {
    detail: `${topic} is not compacted: its \`cleanup.policy\` is ${policy}`,
    advice:
      'Set `cleanup.policy=compact` for the topic, or name another one in `position_topic`. When the broker deletes a position for its age, ' +
      'the feed begins anew.',
  };
}

function refused(topic: string, what: string): Objection {
  return {
    detail: `this user may not ${what} ${topic}, where it stands how far the feed is stored`,
    advice: 'Give it the rights `Read` and `Write` to that topic, or name another one in `position_topic`.',
  };
}
