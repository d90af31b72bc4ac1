import type { Link } from './link.js';
import { Numbering } from './numbering.js';

/** The way to a partition: over which connection, and by which numbers. */
export class Lane {
  readonly topic: string;
  readonly partition: number;
  /** What stands before a batch in a request. */
  readonly requestHead: Buffer;
  readonly numbering = new Numbering();
  /** Whether it is to be asked anew who leads the partition. */
  isStale = false;
  /** What the newest batch was refused with. */
  failure: unknown;
  /** The number of the transaction that the partition was added to last; 0 for none. */
  transaction = 0;
  /** Whether a request may still be on its way of which nobody waits for an answer any more. */
  isUncertain = false;
  #link: Link | undefined;
  #opening: Promise<Link> | undefined;

  constructor(topic: string, partition: number, requestHead: Buffer) {
    this.topic = topic;
    this.partition = partition;
    this.requestHead = requestHead;
  }

  /** The link to the leader, if it can be used as it is. */
  get link(): Link | undefined {
    return this.#link?.isUsable === true ? this.#link : undefined;
  }

  /**
   * Opens the way anew, once for all who ask meanwhile: they go on in the order in which they asked.
   *
   * @param find finds the leader, and what else it takes
   */
  async open(find: () => Promise<Link>): Promise<Link> {
    this.#opening ??= find().finally(() => {
      this.#opening = undefined;
    });
    this.#link = await this.#opening;
    return this.#link;
  }

  /** The next batch has to find its way anew. */
  leave(): void {
    this.#link = undefined;
    this.isStale = true;
  }
}
