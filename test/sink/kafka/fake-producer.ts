import type { KafkaProducer, KafkaRecord } from '../../../lib/kafka/producer.js';

/** One call of `send`, as a script sees it before anything is stored. */
export interface FakeSend {
  /** 1, 2, … */
  readonly number: number;
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly KafkaRecord[];
}

/** What a {@link FakeKafka} is made of. */
export interface FakeKafkaOptions {
  /** How many partitions a topic has. @default 3 for every topic */
  readonly partitions?: (topic: string) => number | Promise<number>;
  /** Runs before the records are stored: what it throws is how the send fails; nothing is stored then. */
  readonly before?: (send: FakeSend) => Promise<void> | void;
  /** Runs after the records are stored and before they are acknowledged. */
  readonly after?: (send: FakeSend) => Promise<void> | void;
  readonly maxInFlight?: number;
}

/**
 * A cluster in this process: a producer, and what it has stored. Like an idempotent producer it stores a batch that is
 * sent again once only.
 */
export class FakeKafka implements KafkaProducer {
  readonly maxInFlight: number | undefined;
  /** Every send, in order. */
  readonly sends: FakeSend[] = [];
  /** The most sends that were under way at once. */
  mostInFlight = 0;
  /** Whether two sends for one partition were ever under way at once. */
  hasOverlapped = false;
  isClosed = false;
  readonly #options: FakeKafkaOptions;
  readonly #logs = new Map<string, KafkaRecord[]>();
  readonly #known = new Set<KafkaRecord>();
  readonly #busy = new Set<string>();
  #inFlight = 0;

  constructor(options: FakeKafkaOptions = {}) {
    this.#options = options;
    this.maxInFlight = options.maxInFlight;
  }

  /** What a partition holds. */
  log(topic: string, partition: number): readonly KafkaRecord[] {
    return this.#logs.get(`${topic}-${partition}`) ?? [];
  }

  /** What a topic holds, partition after partition. */
  stored(topic: string): KafkaRecord[] {
    return [...this.#logs].filter(([name]) => name.startsWith(`${topic}-`)).flatMap(([, records]) => records);
  }

  /** The same as text, in the order of arrival: by their sequence in the frame's headers, or as they were stored. */
  texts(topic: string): string[] {
    return this.stored(topic).map(({ value }) => String(value ?? null));
  }

  async partitions(topic: string): Promise<number> {
    return (await this.#options.partitions?.(topic)) ?? 3;
  }

  async send(records: readonly KafkaRecord[]): Promise<void> {
    const { topic, partition } = records[0]!;
    if (records.some((record) => record.topic !== topic || record.partition !== partition)) {
      throw new TypeError('A send is for one partition.');
    }
    const name = `${topic}-${partition}`;
    if (this.#busy.has(name)) this.hasOverlapped = true;
    this.#busy.add(name);
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    const send = { number: this.sends.length + 1, topic, partition, records: [...records] };
    this.sends.push(send);
    try {
      await this.#options.before?.(send);
      const log = this.#logs.get(name) ?? [];
      this.#logs.set(name, log);
      for (const record of records) {
        if (this.#known.has(record)) continue;
        this.#known.add(record);
        // What is acknowledged is the sink's again.
        log.push({ ...record, value: record.value && Buffer.from(record.value) });
      }
      await this.#options.after?.(send);
    } finally {
      this.#inFlight -= 1;
      this.#busy.delete(name);
    }
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

/** An error as a client reports what the broker said. */
export function brokerError(apiId: string): Error {
  return Object.assign(new Error(`The broker said ${apiId}.`), { apiId });
}
