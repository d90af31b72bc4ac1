import type { BigIntegers } from '../json/values.js';
import { type FrameFacts, Message } from '../parse/message.js';
import type { WindowFacts, WindowKey } from './facts.js';
import type { KnownGaps } from './known-gaps.js';

/** A window that takes records. */
export class OpenWindow {
  readonly key: WindowKey;
  /** What the user's functions are told: an object of its own, whose members can be spread into a record. */
  readonly facts: { -readonly [K in keyof WindowFacts]: WindowFacts[K] };
  /** What the aggregate has made of its records. */
  state: unknown;
  /** Until when it is open: the end of its time, or, for windows of so many records, never. */
  readonly due: number;
  /** Neighbours in the order of use: see `OpenWindows`. */
  older: OpenWindow | undefined;
  newer: OpenWindow | undefined;
  #bigIntegers: BigIntegers = 'number';
  /** Of the newest record. Its frame itself would keep the chunk that it came in. */
  readonly #last = { isBinary: false, receivedAt: 0, url: '', connection: 0, sequence: 0 };

  /** @param from with `to`: what a window of so many records has of its first one */
  constructor(key: WindowKey, from: number, to: number, due: number, isPartial: boolean, known: KnownGaps) {
    this.key = key;
    this.due = due;
    this.facts = {
      key,
      from,
      to,
      count: 0,
      isPartial,
      get gaps() {
        return known.touching(this.from, this.to, due !== Number.POSITIVE_INFINITY);
      },
    };
  }

  /** Another record, of this time, is one of its own. */
  note({ frame, bigIntegers }: Message, time: number): void {
    const last = this.#last;
    last.isBinary = frame.isBinary;
    last.receivedAt = frame.receivedAt;
    last.url = frame.url;
    last.connection = frame.connection;
    last.sequence = frame.sequence;
    this.#bigIntegers = bigIntegers;
    const { facts } = this;
    facts.count += 1;
    if (this.due !== Number.POSITIVE_INFINITY) return;
    if (time < facts.from) facts.from = time;
    if (time > facts.to) facts.to = time;
  }

  /** A message without a text, with the facts of the newest record: what comes of the window becomes its value. */
  carrier(): Message {
    return Message.of({ ...this.#last } satisfies FrameFacts, EMPTY, 0, 0, false, this.#bigIntegers);
  }
}

const EMPTY = Buffer.alloc(0);
