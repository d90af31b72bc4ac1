import { classify, type Failure } from '../../../kafka/failures.js';
import { Patience } from '../../../kafka/patience.js';
import type { KafkaProducer } from '../../../kafka/producer.js';
import { type FinalFailure, noTopics } from '../delivery/final-failure.js';
import type { ResolvedKafkaOptions } from '../options.js';
import type { Router } from './router.js';

/** Finds out how many partitions topics have, before the first record goes to them. */
export class TopicLookup {
  readonly #logger: ResolvedKafkaOptions['logger'];
  readonly #producer: Pick<KafkaProducer, 'partitions' | 'lastFailure'>;
  readonly #router: Router;
  readonly #patience: Patience;

  constructor(
    { clock, messageTimeoutMs, logger }: Pick<ResolvedKafkaOptions, 'clock' | 'messageTimeoutMs' | 'logger'>,
    producer: Pick<KafkaProducer, 'partitions' | 'lastFailure'>,
    router: Router,
    onRetry: () => void,
  ) {
    this.#logger = logger;
    this.#producer = producer;
    this.#router = router;
    const toSilence = (lastFailure: unknown): Silence => new Silence(lastFailure);
    this.#patience = new Patience({ clock, messageTimeoutMs, onRetry, toSilence });
  }

  /** Tells the router of topics. Returns what kept it from it. */
  async find(topics: readonly string[]): Promise<FinalFailure | undefined> {
    if (this.#router.topics + topics.length > MAX_TOPICS) return noTopics(topics, TOO_MANY_TOPICS);
    try {
      await Promise.all(topics.map((topic) => this.#learn(topic)));
      return undefined;
    } catch (cause) {
      return cause instanceof Silence ? this.#noAnswer(topics, cause) : noTopics(topics, classify(cause), cause);
    }
  }

  /** Ends every wait. */
  close(): void {
    this.#patience.end();
  }

  /** A client that tries again by itself knows why there was no answer. */
  #noAnswer(topics: readonly string[], { lastFailure }: Silence): FinalFailure {
    const cause = this.#producer.lastFailure?.() ?? lastFailure;
    if (cause === undefined) return noTopics(topics, NO_ANSWER);
    const known = classify(cause);
    return noTopics(topics, { ...known, reason: `${NO_ANSWER.reason}; the last try failed: ${known.reason}` }, cause);
  }

  /** Asks for a topic's partitions until there is an answer, or no hope. */
  async #learn(topic: string): Promise<void> {
    const partitions = await this.#patience.for(
      () => this.#producer.partitions(topic),
      (error, failures) => {
        this.#logger.warn({ err: error, topic, failures }, 'nothing is known of the topic yet; asking again');
      },
    );
    this.#router.know(topic, partitions);
  }
}

/** No answer came in time: a failure that no client told of. */
class Silence {
  /** What the try before failed with. */
  readonly lastFailure: unknown;

  constructor(lastFailure: unknown) {
    this.lastFailure = lastFailure;
  }
}

const MAX_TOPICS = 10_000;
const TOO_MANY_TOPICS: Failure = {
  kind: 'fatal',
  name: '',
  reason: `\`topic.path\` gave more than ${MAX_TOPICS} different topics`,
  advice: 'Check that it does not lead to something that differs from record to record.',
};
const NO_ANSWER: Failure = {
  kind: 'fatal',
  name: '',
  reason: 'no broker told of the topic within `message_timeout`',
  advice: 'Check `brokers`, and that they are up and reachable from here.',
};
