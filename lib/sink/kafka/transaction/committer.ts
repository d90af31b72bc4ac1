import type { Page } from '../../../batch/page.js';
import { lastStored } from '../../../batch/page-facts.js';
import type { StoredPosition } from '../../../batch/stored-position.js';
import { type ConfigError, optionError } from '../../../errors.js';
import type { TimerHandle } from '../../../internal/clock.js';
import { ExplainedError } from '../../../kafka/failures.js';
import type { TransactionalProducer } from '../../../kafka/transaction/transactional-producer.js';
import type { ResolvedKafkaOptions } from '../options.js';
import { decodePosition, encodePosition, placesBehind } from './position-value.js';

/** Whom the committer asks and tells. */
export interface CommitterHandler {
  /** Sends all that was given; resolves when it is acknowledged, never where that fails. */
  flush(): Promise<void>;
  /** All that was given is stored. */
  onCommitted(): void;
  /** The transaction failed, and with it the producer. */
  onFailed(cause: unknown): void;
}

/**
 * When transactions are committed, and with which position: so long after the first page of each, when no more bytes may wait, and at the
 * end. While one is, no page is taken: so that the transaction has all records up to its position, and none behind it.
 */
export class Committer {
  readonly #options: Pick<ResolvedKafkaOptions, 'clock' | 'commitIntervalMs' | 'positionTopic'>;
  readonly #producer: TransactionalProducer;
  readonly #handler: CommitterHandler;
  /** Where the feed is once all that was given is stored. */
  #position: StoredPosition = { sequence: 0, receivedAt: undefined };
  /** Whether anything was given since the last commit. */
  #isDue = false;
  #isFirst = true;
  #timer: TimerHandle | undefined;
  #committing: Promise<void> | undefined;
  #isOver = false;
  #onOver: (() => void)[] = [];

  constructor(
    options: Pick<ResolvedKafkaOptions, 'clock' | 'commitIntervalMs' | 'positionTopic'>,
    producer: TransactionalProducer,
    handler: CommitterHandler,
  ) {
    this.#options = options;
    this.#producer = producer;
    this.#handler = handler;
  }

  /** Whether a transaction is being committed, so that no page may be given. */
  get isCommitting(): boolean {
    return this.#committing !== undefined;
  }

  /** Whether what was to be committed may be, for all that is known. */
  get isUncertain(): boolean {
    return this.#producer.isUncertain;
  }

  /** Takes the feed over. Resolves to where earlier runs came to; `undefined` for a feed that is new. */
  async begin(): Promise<StoredPosition | undefined> {
    const value = await this.#producer.begin();
    if (value === undefined) return undefined;
    const position = decodePosition(value);
    if (position === undefined) throw new ExplainedError(notUnderstood(this.#options.positionTopic, value));
    this.#position = position;
    return position;
  }

  /** What is wrong with a page, if it is the first, and its source does not go on where the feed is. */
  check(page: Page): ConfigError | undefined {
    const { sequence } = page.frame(0);
    // What comes out of a spool was received before, whatever its number is, and the spool knows which of it is stored.
    if (!this.#isFirst || page.spooled !== undefined || sequence >= this.#position.sequence) return undefined;
    return optionError(
      'kafka.transactionalId',
      `The feed is stored up to frame ${this.#position.sequence - 1}, and what comes begins with ${sequence}. Have the source go on ` +
        'where the feed is: `createSource(config, { position: await sink.position() })`.',
    );
  }

  /** A page is given. */
  take(page: Page): void {
    const { next, receivedAt, records } = lastStored(page);
    const before = this.#position;
    const { cursor = before.cursor } = page;
    this.#position = {
      sequence: Math.max(before.sequence, next),
      receivedAt: records > 0 ? receivedAt : before.receivedAt,
      ...(cursor && { cursor }),
      ...placesBehind(before, page.spooled),
    };
    this.#isFirst = false;
    this.#isDue = true;
    const { clock, commitIntervalMs } = this.#options;
    this.#timer ??= clock.setTimeout(() => void this.commit(), commitIntervalMs);
  }

  /** Commits all that was given. Resolves when that is done, or failed and was told, or is over. */
  async commit(): Promise<void> {
    this.#stopTimer();
    if (this.#isOver) return;
    if (this.#isDue) {
      this.#isDue = false;
      this.#committing = this.#commit();
    }
    const committing = this.#committing;
    if (committing === undefined) return;
    await new Promise<void>((resolve) => {
      this.#onOver.push(resolve);
      void committing.then(resolve);
    });
    this.#onOver = [];
  }

  /** Commits nothing more, and aborts what is open. */
  async abort(): Promise<void> {
    this.end();
    await this.#producer.abort();
  }

  /** Commits nothing more. */
  end(): void {
    this.#isOver = true;
    this.#stopTimer();
    for (const resolve of this.#onOver.splice(0)) resolve();
  }

  async #commit(): Promise<void> {
    const { clock } = this.#options;
    const producer = this.#producer;
    try {
      const value = encodePosition(this.#position, { epoch: producer.epoch, at: clock.now() });
      await Promise.all([this.#handler.flush(), producer.note(value)]);
      if (this.#isOver) return;
      await producer.commit();
    } catch (error) {
      this.#committing = undefined;
      if (!this.#isOver) this.#handler.onFailed(error);
      return;
    }
    this.#committing = undefined;
    if (!this.#isOver) this.#handler.onCommitted();
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function notUnderstood(topic: string, value: Buffer) {
  return {
    kind: 'fatal',
    name: '',
    reason: `what ${topic} says of the feed is nothing that this version understands: ${value.toString('utf8', 0, SHOWN_BYTES)}`,
    advice: 'Use the version of spillway that wrote it, or another `position_topic`.',
  } as const;
}

const SHOWN_BYTES = 100;
