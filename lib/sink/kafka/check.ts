import { ConfigError } from '../../errors.js';
import { loadInspector } from '../../kafka/clients.js';
import { classify, type Failure } from '../../kafka/failures.js';
import type { KafkaInspector } from '../../kafka/inspector.js';
import { type Address, addressText, probeBroker } from '../../kafka/probe.js';
import type { SinkCheck } from '../check.js';
import type { Objection } from './objection.js';
import { type KafkaOptions, resolveKafkaOptions } from './options.js';
import { closed, within } from './within.js';

/**
 * Looks at where a `kafka` sink would write to: the client, the brokers, the addresses that they tell, the topic, the right to write to it, and the
 * largest message it takes; with `transactionalId` also at the right to that, and the topic of positions. Nothing is written or created. It ends at the
 * first thing without which there is no next.
 *
 * @throws {ConfigError} when an option is not valid, or this Node lacks the compression
 */
export async function* checkKafka(options: KafkaOptions): AsyncGenerator<SinkCheck> {
  const resolved = resolveKafkaOptions(options);
  const { clock, client, topic, batchBytes, autoCreateTopics, requestTimeoutMs, transactionalId } = resolved;
  let inspector: KafkaInspector | undefined;
  async function look(name: string, find: () => Promise<string | Objection>): Promise<SinkCheck> {
    const startedAt = clock.monotonic();
    const found = await find().catch((error) => objectionOf(inspector?.addresses.explain(error) ?? error));
    const elapsedMs = clock.monotonic() - startedAt;
    if (typeof found === 'string') return { name, ok: true, detail: found, advice: undefined, elapsedMs };
    return { name, ok: false, ...found, elapsedMs };
  }

  /** The same at a broker, which may not answer. */
  function ask(name: string, find: () => Promise<string | Objection>): Promise<SinkCheck> {
    return look(name, () => within(clock, requestTimeoutMs, find()));
  }

  async function* lookAtTopic({ topic: factsOf, setting }: KafkaInspector): AsyncGenerator<SinkCheck> {
    if ('path' in topic) {
      const detail = `each record names its own at ${topic.path.text}, so there is none to look at`;
      yield { name: 'topic', ok: true, detail, advice: undefined, elapsedMs: 0 };
      return;
    }
    let facts: Awaited<ReturnType<typeof factsOf>> | undefined;
    yield await ask('topic', async () => {
      try {
        facts = await factsOf(topic.name);
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
    yield await ask('permission', async () => {
      if (mayWrite === undefined) return 'the broker tells by a write alone';
      if (mayWrite) return `this user may write to ${topic.name}`;
      return { detail: `this user may not write to ${topic.name}`, advice: RIGHTS };
    });
    yield await ask('largest message', async () => {
      const largest = Number(await setting(topic.name, 'max.message.bytes'));
      const found = `${topic.name} takes ${largest.toLocaleString('en-US')} bytes`;
      if (largest >= batchBytes) return found;
      return {
        detail: `${found}, and a batch may have ${batchBytes.toLocaleString('en-US')}`,
        advice: `Set \`batch_bytes: ${largest}\` or less, so that no batch has to be sent in halves.`,
      };
    });
  }

  yield await look('client', async () => {
    inspector = (await loadInspector(client))(resolved);
    return `${client === 'platformatic' ? '@platformatic/kafka' : client} is installed`;
  });
  if (inspector === undefined) return;
  const { addresses, brokers, close } = inspector;
  try {
    let advertised: readonly Address[] = [];
    const reached = await ask('brokers', async () => {
      advertised = await brokers();
      const texts = advertised.map(addressText);
      return texts.length === 1 ? `one, ${texts[0]}` : `${texts.length}: ${texts.join(', ')}`;
    });
    yield reached;
    if (!reached.ok) return;
    let silent = 0;
    yield await ask('addresses', async () => {
      const failures = await Promise.all(
        advertised.map(async (address) => {
          const failure = await probeBroker(address, resolved);
          return failure && addresses.judge(addressText(address), failure);
        }),
      );
      const [first, ...more] = failures.filter((failure) => failure !== undefined);
      if (first === undefined) return advertised.length === 1 ? 'it answers there' : 'all of them answer';
      silent = 1 + more.length;
      const others = more.length === 0 ? '' : `, and ${more.length} more like it`;
      return { ...objectionTo(first), detail: `${objectionTo(first).detail}${others}` };
    });
    if (silent === advertised.length) return;
    yield* lookAtTopic(inspector);
    if (transactionalId === undefined) return;
    const { checkTransactions } = await import('./transaction/check.js');
    yield* checkTransactions(resolved, transactionalId, { inspector, ask });
  } finally {
    await closed(clock, close());
  }
}

function objectionOf(error: unknown): Objection {
  if (error instanceof ConfigError) {
    return { detail: 'it cannot be loaded', advice: error.problems[0]!.message };
  }
  return objectionTo(classify(error));
}

function objectionTo({ reason, name, advice }: Failure): Objection {
  return { detail: name === '' ? reason : `${reason} (${name})`, advice };
}

const RIGHTS = 'Give this user the right to write to the topic, or name another one in `auth`.';
