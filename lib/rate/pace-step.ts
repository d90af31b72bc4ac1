import type { Clock, TimerHandle } from '../internal/clock.js';
import { Message, notAMessage } from '../parse/message.js';
import type { Step, StepOutlet } from '../stage/step.js';
import { type Key, keyReader } from './key.js';
import type { ResolvedHoldingOptions } from './options.js';
import { type Slot, Slots } from './slots.js';

/** What a {@link PaceStep} does with the records of a key. */
export interface Pace {
  /** The stage's name. */
  readonly name: string;
  /** Whether the first record goes on at once, and each that goes on begins a stretch in which no other does. */
  readonly isFirstAtOnce: boolean;
  /** Whether the newest of the others is held, and goes on when the key is due. */
  readonly isNewestKept: boolean;
  /** When a key is due whose stretch began `since`, and whose newest record came now. */
  dueAt(since: number, now: number): number;
}

/**
 * Lets few of the records of a key through, some of them later: one timer for all keys, and of each key one record at most. What is held
 * when a gap comes, at the end, and when the feed fails, is handed out, in the order in which it came.
 */
export class PaceStep implements Step<Message> {
  readonly isFull = false;
  // What is held does not have to be waited for: it is handed out when it is asked for.
  readonly isAtWork = false;
  readonly #pace: Pace;
  readonly #maxKeys: number;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #keyOf: (message: Message) => Key | undefined;
  readonly #outlet: StepOutlet<Message>;
  readonly #slots = new Slots();
  #timer: TimerHandle | undefined;
  #filtered = 0;
  #isOver = false;

  constructor(pace: Pace, options: ResolvedHoldingOptions, outlet: StepOutlet<Message>) {
    this.#pace = pace;
    this.#maxKeys = options.maxKeys;
    this.#maxBytes = options.maxBufferedBytes;
    this.#clock = options.clock;
    this.#keyOf = keyReader(pace.name, options.by);
    this.#outlet = outlet;
  }

  get filtered(): number {
    return this.#filtered;
  }

  take(message: Message): void {
    if (this.#isOver) return;
    try {
      if (!(message instanceof Message)) throw notAMessage(this.#pace.name, message);
      if (message.isGap) this.flush();
      const key = message.isGap ? undefined : this.#keyOf(message);
      if (key === undefined) this.#push(message);
      else this.#takeKeyed(key, message);
    } catch (error) {
      this.flush();
      throw error;
    }
  }

  flush(): void {
    this.#stopTimer();
    const now = this.#clock.monotonic();
    for (const slot of this.#slots.inOrder()) this.#handOut(slot, now);
    if (!this.#pace.isFirstAtOnce) this.#slots.clear();
  }

  end(done: () => void): void {
    this.flush();
    this.close();
    done();
  }

  close(): void {
    this.#isOver = true;
    this.#stopTimer();
    this.#slots.clear();
  }

  #takeKeyed(key: Key, message: Message): void {
    const { isFirstAtOnce, isNewestKept } = this.#pace;
    const now = this.#clock.monotonic();
    this.#handOutDue(now);
    const known = this.#slots.get(key);
    const slot = known ?? this.#slots.add(key, now, this.#pace.dueAt(now, now));
    if (known === undefined && isFirstAtOnce) {
      this.#push(message);
    } else {
      if (!isNewestKept || slot.held !== undefined) this.#filtered += 1;
      if (isNewestKept) this.#slots.hold(slot, message);
      slot.dueAt = this.#pace.dueAt(slot.since, now);
    }
    this.#keepBounds(now);
    this.#startTimer(now);
  }

  #handOutDue(now: number): void {
    for (let slot = this.#slots.first(); slot !== undefined && slot.dueAt <= now; slot = this.#slots.first()) {
      const goesOn = this.#pace.isFirstAtOnce && slot.held !== undefined;
      if (!goesOn) this.#slots.forgetFirst();
      this.#handOut(slot, now);
    }
  }

  /** With too many keys, or bytes, those go that are due first. */
  #keepBounds(now: number): void {
    const slots = this.#slots;
    while (slots.size > this.#maxKeys || slots.bytes > this.#maxBytes) {
      const slot = slots.first() as Slot;
      slots.forgetFirst();
      this.#handOut(slot, now);
    }
  }

  /** The held record goes on, if there is one. */
  #handOut(slot: Slot, now: number): void {
    const held = this.#slots.release(slot);
    if (held === undefined) return;
    slot.since = now;
    slot.dueAt = this.#pace.dueAt(now, now);
    this.#push(held);
  }

  /** Whoever gets a record may end or close this step. */
  #push(message: Message): void {
    if (!this.#isOver) this.#outlet.push(message);
  }

  #startTimer(now: number): void {
    const { held, nextAt } = this.#slots;
    if (held === 0 || nextAt === undefined || this.#isOver) return;
    this.#timer ??= this.#clock.setTimeout(() => this.#onTimer(), Math.max(0, nextAt - now));
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#handOutDue(this.#clock.monotonic());
    this.#startTimer(this.#clock.monotonic());
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
