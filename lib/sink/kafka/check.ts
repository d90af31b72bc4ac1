import { ConfigError } from '../../errors.js';
import type { SinkCheck } from '../check.js';
import { loadInspector } from './clients.js';
import { classify } from './failures.js';
import type { KafkaInspector } from './inspector.js';
import { type KafkaOptions, resolveKafkaOptions } from './options.js';

/**
 * Looks at where a `kafka` sink would write to: the client, the brokers, the topic, the right to write to it, and the
 * largest message it takes. Nothing is written or created. It ends at the first thing without which there is no next.
 *
 * @throws {ConfigError} when an option is not valid, or this Node lacks the compression
 */
export async function* checkKafka(options: KafkaOptions): AsyncGenerator<SinkCheck> {
  const resolved = resolveKafkaOptions(options);
  const { clock, client, topic, batchBytes, autoCreateTopics } = resolved;
  async function look(name: string, find: () => Promise<string | Objection>): Promise<SinkCheck> {
    const startedAt = clock.monotonic();
    const found = await find().catch(objectionOf);
    const elapsedMs = clock.monotonic() - startedAt;
    if (typeof found === 'string') return { name, ok: true, detail: found, advice: undefined, elapsedMs };
    return { name, ok: false, ...found, elapsedMs };
  }

  let inspector: KafkaInspector | undefined;
  const loaded = await look('client', async () => {
    inspector = (await loadInspector(client))(resolved);
    return `${client === 'platformatic' ? '@platformatic/kafka' : client} is installed`;
  });
  yield loaded;
  if (inspector === undefined) return;
  const { brokers, topic: ask, largestMessage, close } = inspector;
  try {
    const reached = await look('brokers', async () => {
      const addresses = await brokers();
      return addresses.length === 1 ? `one, ${addresses[0]}` : `${addresses.length}: ${addresses.join(', ')}`;
    });
    yield reached;
    if (!reached.ok) return;
    if ('path' in topic) {
      const detail = `each record names its own at ${topic.path.text}, so there is none to look at`;
      yield { name: 'topic', ok: true, detail, advice: undefined, elapsedMs: 0 };
      return;
    }
    let facts: Awaited<ReturnType<typeof ask>> | undefined;
    yield await look('topic', async () => {
      try {
        facts = await ask(topic.name);
      } catch (error) {
        const isMissing = classify(error).name === 'UNKNOWN_TOPIC_OR_PARTITION';
        if (isMissing && autoCreateTopics) return `${topic.name} does not exist; the brokers are asked to create it`;
        throw error;
      }
      const { partitions, leaderless } = facts;
      const found = `${topic.name} has ${partitions} partition${partitions === 1 ? '' : 's'}`;
      if (leaderless === 0) return found;
      return {
        detail: `${found}, ${leaderless} of them without a leader`,
        advice: 'Look at the brokers that are down.',
      };
    });
    if (facts === undefined) return;
    const { mayWrite } = facts;
    yield await look('permission', async () => {
      if (mayWrite === undefined) return 'the broker tells by a write alone';
      if (mayWrite) return `this user may write to ${topic.name}`;
      return { detail: `this user may not write to ${topic.name}`, advice: RIGHTS };
    });
    yield await look('largest message', async () => {
      const largest = await largestMessage(topic.name);
      const found = `${topic.name} takes ${largest.toLocaleString('en-US')} bytes`;
      if (largest >= batchBytes) return found;
      return {
        detail: `${found}, and a batch may have ${batchBytes.toLocaleString('en-US')}`,
        advice: `Set \`batch_bytes: ${largest}\` or less, so that no batch has to be sent in halves.`,
      };
    });
  } finally {
    await close().catch(() => {});
  }
}

/** What is wrong. */
interface Objection {
  readonly detail: string;
  readonly advice: string;
}

function objectionOf(error: unknown): Objection {
  if (error instanceof ConfigError) {
    return { detail: 'it cannot be loaded', advice: error.problems[0]!.message };
  }
  const { reason, name, advice } = classify(error);
  return { detail: name === '' ? reason : `${reason} (${name})`, advice };
}

const RIGHTS = 'Give this user the right to write to the topic, or name another one in `auth`.';
