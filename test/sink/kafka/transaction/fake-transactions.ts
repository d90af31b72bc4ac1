import { crc32c, Reader, readRecordsBatch } from '@platformatic/kafka';
import { BatchEncoder } from '../../../../lib/kafka/batch/batch-encoder.js';
import { BatchMemory } from '../../../../lib/kafka/batch/batch-memory.js';
import type { OutgoingBatch } from '../../../../lib/kafka/produce/batch-producer.js';
import type { TransactionalProducer } from '../../../../lib/kafka/transaction/transactional-producer.js';

/** What can be made to fail, or to wait. */
export type Step = 'begin' | 'send' | 'note' | 'commit' | 'abort';

/** A transactional producer in this process: what was sent is there once it is committed, and what was noted with it. */
export class FakeTransactions implements TransactionalProducer {
  readonly maxPerPartition = 5;
  readonly epoch = 3;
  isUncertain = false;
  /** Values, and positions, of each transaction that was committed. */
  readonly committed: { readonly values: readonly string[]; readonly position: object }[] = [];
  /** What was called, in order, without sends. */
  readonly calls: Step[] = [];
  isClosed = false;
  readonly #before: (step: Step) => Promise<void> | void;
  readonly #known: object | undefined;
  readonly #encoder = new BatchEncoder(new BatchMemory(), crc32c);
  #values: string[] = [];
  #position: object | undefined;

  /** @param known what the feed's last transaction said; @param before runs before each step: what it throws is how that fails */
  constructor(known?: object, before: (step: Step) => Promise<void> | void = () => {}) {
    this.#known = known;
    this.#before = before;
  }

  /** All that was committed, in order. */
  get values(): string[] {
    return this.committed.flatMap(({ values }) => values);
  }

  /** Records of the transaction that is open. */
  get open(): number {
    return this.#values.length;
  }

  async begin(): Promise<Buffer | undefined> {
    await this.#step('begin');
    return this.#known && Buffer.from(JSON.stringify(this.#known));
  }

  async send(batch: OutgoingBatch, write: (encoder: BatchEncoder) => void): Promise<number> {
    await this.#before('send');
    this.#encoder.begin(batch.maxBytes);
    write(this.#encoder);
    const { records } = readRecordsBatch(Reader.from(this.#encoder.end({ producerId: 1n, epoch: 3, sequence: 0 })));
    for (const { value } of records) this.#values.push(String(value));
    return 0;
  }

  forget(): void {}

  async partitions(): Promise<number> {
    return 2;
  }

  async note(position: Buffer): Promise<void> {
    await this.#step('note');
    this.#position = JSON.parse(String(position)) as object;
  }

  async commit(): Promise<void> {
    await this.#step('commit');
    this.committed.push({ values: this.#values, position: this.#position! });
    this.#values = [];
  }

  async abort(): Promise<void> {
    await this.#step('abort');
    this.#values = [];
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  async #step(step: Step): Promise<void> {
    this.calls.push(step);
    await this.#before(step);
  }
}
