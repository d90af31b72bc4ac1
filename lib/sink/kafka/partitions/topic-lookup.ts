import type { TimerHandle } from '../../../internal/clock.js';
import { classify, type Failure } from '../../../kafka/failures.js';
import type { KafkaProducer } from '../../../kafka/producer.js';
import { type FinalFailure, noTopics } from '../delivery/final-failure.js';
import type { ResolvedKafkaOptions } from '../options.js';
import { patienceFor, retryDelay } from '../send/retry.js';
import type { Router } from './router.js';

/** Finds out how many partitions topics have, before the first record goes to them. */
export class TopicLookup {
  readonly #options: Pick<ResolvedKafkaOptions, 'clock' | 'messageTimeoutMs' | 'logger'>;
  readonly #producer: KafkaProducer;
  readonly #router: Router;
  readonly #onRetry: () => void;
  /** Waits that end early when all is over. */
  readonly #sleepers = new Map<TimerHandle, () => void>();
  #isClosed = false;

  constructor(
    options: Pick<ResolvedKafkaOptions, 'clock' | 'messageTimeoutMs' | 'logger'>,
    producer: KafkaProducer,
    router: Router,
    onRetry: () => void,
  ) {
    this.#options = options;
    this.#producer = producer;
    this.#router = router;
    this.#onRetry = onRetry;
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
    this.#isClosed = true;
    for (const [timer, wake] of this.#sleepers) {
      this.#options.clock.clearTimeout(timer);
      wake();
    }
    this.#sleepers.clear();
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
    const { clock, messageTimeoutMs, logger } = this.#options;
    const startedAt = clock.monotonic();
    let lastFailure: unknown;
    for (let failures = 1; ; failures++) {
      try {
        const left = startedAt + messageTimeoutMs - clock.monotonic();
        this.#router.know(topic, await this.#within(left, this.#producer.partitions(topic), lastFailure));
        return;
      } catch (error) {
        const { kind } = classify(error);
        const delay = retryDelay(failures);
        const isLate = clock.monotonic() + delay - startedAt > patienceFor(kind, messageTimeoutMs);
        if (this.#isClosed || error instanceof Silence || kind === 'fatal' || kind === 'oversize' || isLate)
          throw error;
        lastFailure = error;
        this.#onRetry();
        logger.warn({ err: error, topic, failures }, 'nothing is known of the topic yet; asking again');
        await new Promise<void>((resolve) => void this.#sleep(delay, resolve));
        if (this.#isClosed) throw error;
      }
    }
  }

  /** What `work` gives, unless that takes longer. */
  #within<T>(ms: number, work: Promise<T>, lastFailure: unknown): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const wake = this.#sleep(ms, () => reject(new Silence(lastFailure)));
      work.then(resolve, reject).finally(wake);
    });
  }

  /** Calls back after a while, or when all is over. Returns what calls it off. */
  #sleep(ms: number, callback: () => void): () => void {
    const { clock } = this.#options;
    const timer = clock.setTimeout(
      () => {
        this.#sleepers.delete(timer);
        callback();
      },
      Math.max(1, ms),
    );
    this.#sleepers.set(timer, callback);
    return () => {
      clock.clearTimeout(timer);
      this.#sleepers.delete(timer);
    };
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
  reason: 'no broker told of the topic within `message_timeout` (messageTimeoutMs)',
  advice: 'Check `brokers`, and that they are up and reachable from here.',
};
