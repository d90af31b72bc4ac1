import type { Gap } from '../frame/gap.js';
import { functionFailed } from '../internal/given-function.js';
import { changed } from '../map/changed.js';
import { Message, notAMessage } from '../parse/message.js';
import { refusal } from '../stage/refusal.js';
import { Refusals } from '../stage/refusals.js';
import type { Step, StepOutlet } from '../stage/step.js';
import { type Aggregator, aggregatorOf, type WindowAggregate, type WindowFunction } from './aggregate.js';
import { KnownGaps } from './known-gaps.js';
import { OpenWindow } from './open-window.js';
import { OpenWindows } from './open-windows.js';
import type { ResolvedWindowOptions } from './options.js';
import { ReceivedTime } from './received-time.js';
import { RecordReader } from './record-reader.js';

/**
 * Messages in, and one out for each window when it is closed.
 *
 * A gap goes on at its place: behind the windows that ended before it began, and before all that end later, which stay open.
 */
export class WindowStep implements Step<Message> {
  readonly isAtWork = false;
  readonly #options: ResolvedWindowOptions;
  readonly #outlet: StepOutlet<Message>;
  readonly #reader: RecordReader;
  readonly #aggregator: Aggregator;
  readonly #open = new OpenWindows();
  readonly #gaps = new KnownGaps();
  readonly #late: Refusals;
  readonly #timeless: Refusals;
  /** Windows of `received_at`, which no record is late for, and which the clock closes. */
  readonly #received: ReceivedTime | undefined;
  /** The newest time of a record. */
  #newest = Number.NEGATIVE_INFINITY;
  /** A window of this end, or an earlier one, may lack records: they came before the run, or are handed out. */
  #partialUntil: number | undefined;
  #isOver = false;
  /** While functions of the user's are called, one of them may end the run: what comes by that waits until all is as it should be. */
  #isBusy = false;
  readonly #waiting: Message[] = [];
  #onEnd: (() => void) | undefined;

  constructor(
    options: ResolvedWindowOptions,
    aggregate: WindowFunction | WindowAggregate<unknown>,
    outlet: StepOutlet<Message>,
  ) {
    const { on, everyMs, clock, maxBytes, onLate, onError, deadLetter } = options;
    const refusals = (what: typeof onLate): Refusals =>
      new Refusals({ ...options, onError: what, deadLetter: what === 'divert' ? deadLetter : undefined }, outlet);
    this.#options = options;
    this.#outlet = outlet;
    this.#reader = new RecordReader(options);
    this.#aggregator = aggregatorOf(aggregate, maxBytes);
    this.#late = refusals(onLate);
    this.#timeless = refusals(onError);
    if (on !== undefined || everyMs === undefined) return;
    this.#received = new ReceivedTime(clock, outlet.stream, () => this.#onClock());
  }

  get skipped(): number {
    return this.#late.count + this.#timeless.count;
  }

  get isFull(): boolean {
    return this.#late.isFull || this.#timeless.isFull;
  }

  take(message: Message): void {
    if (this.#isOver) return;
    if (this.#isBusy) {
      this.#waiting.push(message);
      return;
    }
    this.#isBusy = true;
    try {
      this.#take(message);
      this.#catchUp();
    } catch (error) {
      this.#giveUp();
      throw error;
    } finally {
      this.#isBusy = false;
    }
    this.#goOn();
  }

  flush(): void {
    this.#attempt(() => {
      const now = this.#received?.now() ?? this.#newest;
      this.#closeDue(Number.POSITIVE_INFINITY, ({ due }) => due > now);
    });
  }

  end(done: () => void): void {
    this.#onEnd = done;
    if (this.#isBusy) return;
    this.flush();
    this.close();
    done();
  }

  close(): void {
    this.#isOver = true;
    this.#received?.stop();
  }

  #take(message: Message): void {
    if (!(message instanceof Message)) throw notAMessage('window', message);
    if (message.frame.gap !== undefined) {
      this.#passGap(message, message.frame.gap);
      return;
    }
    this.#reader.open(message);
    const time = this.#reader.time();
    if (time < 0) {
      this.#refuse(this.#timeless, message, this.#timelessReason());
      return;
    }
    const key = this.#reader.key();
    const { everyMs, latenessMs } = this.#options;
    const due = everyMs === undefined ? Number.POSITIVE_INFINITY : (Math.floor(time / everyMs) + 1) * everyMs;
    this.#partialUntil ??= everyMs === undefined ? Number.NEGATIVE_INFINITY : Math.ceil(time / everyMs) * everyMs;
    if (this.#received === undefined) {
      if (due + latenessMs <= this.#newest) {
        this.#refuse(this.#late, message, this.#lateReason(time, due));
        return;
      }
      if (time > this.#newest) this.#newest = time;
      this.#gaps.end(this.#newest);
      this.#closeDue(this.#newest - latenessMs);
    } else {
      this.#received.took(time);
      this.#closeDue(time - latenessMs);
    }
    this.#add(message, this.#open.get(due, key) ?? this.#begin(key, time, due), time);
  }

  #begin(key: OpenWindow['key'], time: number, due: number): OpenWindow {
    const { everyMs, maxWindows } = this.#options;
    const leastUsed = this.#open.size < maxWindows ? undefined : this.#open.leastUsed;
    if (leastUsed !== undefined) {
      this.#open.remove(leastUsed);
      this.#close(leastUsed, true);
    }
    const [from, to] = everyMs === undefined ? [time, time] : [due - everyMs, due];
    const window = new OpenWindow(key, from, to, due, due <= this.#partialUntil!, this.#gaps);
    this.#aggregator.open(window);
    this.#open.add(window);
    return window;
  }

  #add(message: Message, window: OpenWindow, time: number): void {
    window.note(message, time);
    try {
      this.#aggregator.add(window, message);
    } catch (error) {
      // Nobody knows what its state is worth.
      this.#open.remove(window);
      throw error;
    }
    if (window.facts.count !== this.#options.size) return;
    this.#open.remove(window);
    this.#close(window, false);
  }

  #passGap(message: Message, gap: Gap): void {
    const { latenessMs } = this.#options;
    if (this.#options.on === undefined) {
      this.#gaps.add(gap, gap.from.at, gap.to.at);
      if (this.#received !== undefined) this.#closeDue(gap.from.at - latenessMs);
    } else {
      // The times in records are the server's: what is missing lies between those on both sides, as far as they are in order.
      this.#gaps.add(gap, this.#newest - latenessMs, Number.POSITIVE_INFINITY);
    }
    this.#outlet.push(message);
  }

  #closeDue(by: number, isEarly = (_window: OpenWindow): boolean => false): void {
    if (this.#open.firstDue > by) return;
    for (const window of this.#open.takeDue(by)) this.#close(window, isEarly(window));
  }

  /** A window that was removed is handed out. */
  #close(window: OpenWindow, isEarly: boolean): void {
    if (isEarly) window.facts.isPartial = true;
    if (window.due !== Number.POSITIVE_INFINITY) this.#partialUntil = Math.max(this.#partialUntil!, window.due);
    const value = this.#aggregator.close(window);
    this.#aggregator.forget(window);
    if (value !== undefined) this.#outlet.push(resultOf(window, value));
  }

  /** A time has come, and no record said so. */
  #onClock(): void {
    this.#attempt(() => this.#closeDue(this.#received!.now() - this.#options.latenessMs));
    this.#goOn();
  }

  #goOn(): void {
    if (this.#isOver) return;
    if (this.#onEnd !== undefined) this.end(this.#onEnd);
    else this.#received?.waitFor(this.#open.firstDue + this.#options.latenessMs);
  }

  /** What no record brought about: an error is told by itself. */
  #attempt(work: () => void): void {
    if (this.#isOver) return;
    this.#isBusy = true;
    try {
      work();
      this.#catchUp();
    } catch (error) {
      this.#giveUp();
      this.#outlet.fail(error as Error);
    } finally {
      this.#isBusy = false;
    }
  }

  #catchUp(): void {
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift())
      this.#take(message);
  }

  /** Something failed, which ends the run: all other windows are what came before it. The first failure is the one that is told. */
  #giveUp(): void {
    for (const window of this.#open.takeDue(Number.POSITIVE_INFINITY)) {
      try {
        this.#close(window, true);
      } catch {
        // Told it is the first one.
      }
    }
    this.close();
  }

  #refuse(refusals: Refusals, { frame, text }: Message, reason: string): void {
    refusals.handle(refusal('window', reason, frame, text, this.#options.surface));
  }

  #timelessReason(): string {
    const { on, unit } = this.#options;
    return `it has no time (${UNITS[unit]}) at ${JSON.stringify(on?.text)}`;
  }

  #lateReason(time: number, due: number): string {
    const [at, end, newest] = [time, due, this.#newest].map((ms) => new Date(ms).toISOString());
    return `its time is ${at}, and its window, which ends at ${end}, was closed, since there was a record of ${newest} (\`latenessMs\` lets windows wait)`;
  }
}

function resultOf(window: OpenWindow, value: unknown): Message {
  try {
    return changed('window', window.carrier(), value);
  } catch (error) {
    throw functionFailed('window', error);
  }
}

const UNITS = {
  s: 'seconds of the epoch',
  ms: 'milliseconds of the epoch',
  us: 'microseconds of the epoch',
  ns: 'nanoseconds of the epoch',
  iso8601: 'such as 2026-03-08T14:05:09Z',
} as const;
