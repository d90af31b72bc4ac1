import { optionError } from '../errors.js';
import { functionFailed, isPromise, wrongResult } from '../internal/given-function.js';
import { describe, isFunction, unknownKey } from '../internal/options.js';
import { Message } from '../parse/message.js';
import type { WindowFacts } from './facts.js';
import type { OpenWindow } from './open-window.js';

/** What comes of a window, record by record: only the state is kept. What these return must not be a promise. */
export interface WindowAggregate<State, T = unknown, U = unknown> {
  /** Called with the first record of a window, before `add`: what it begins with. */
  readonly init: (window: WindowFacts) => State;
  /**
   * Called with each record. What it returns is the state from then on; `undefined` leaves it as it is, for a state that `add` changes
   * itself. A message that is kept, keeps the 64 KiB that it came in: keep what you need of its value.
   */
  readonly add: (state: State, message: Message<T>, window: WindowFacts) => State | undefined;
  /** Called once, when it is closed: the value of the record that comes of it; a message goes on as it is, `undefined` gives none. */
  readonly result: (state: State, window: WindowFacts) => U;
}

/** What comes of a window, of all its messages at once: a value as {@link WindowAggregate.result} gives it. */
export type WindowFunction<T = unknown, U = unknown> = (messages: readonly Message<T>[], window: WindowFacts) => U;

/** An aggregate at work in one run. */
export interface Aggregator {
  /** @throws {ConfigError} when a function of the user's fails, or returns what it may not */
  open(window: OpenWindow): void;
  /** @throws {ConfigError} */
  add(window: OpenWindow, message: Message): void;
  /** What the user made of it. @throws {ConfigError} */
  close(window: OpenWindow): unknown;
  /** The window is let go of, and what is kept for it. */
  forget(window: OpenWindow): void;
}

/** @throws {ConfigError} when it is no aggregate */
export function checkAggregate(aggregate: unknown): void {
  if (isFunction(aggregate)) return;
  if (typeof aggregate !== 'object' || aggregate === null) {
    throw optionError(
      'window',
      `Expected a function of messages, or { init, add, result }, got ${describe(aggregate)}.`,
    );
  }
  for (const key of Object.keys(aggregate)) {
    if (!METHODS.includes(key as Method)) throw optionError(`window.${key}`, unknownKey(key, METHODS));
  }
  for (const name of METHODS) {
    const method = (aggregate as Record<string, unknown>)[name];
    if (!isFunction(method)) throw optionError(`window.${name}`, `Expected a function, got ${describe(method)}.`);
  }
}

/** The same for one run. @param maxBytes how much is kept for a function of messages */
export function aggregatorOf(aggregate: WindowFunction | WindowAggregate<unknown>, maxBytes: number): Aggregator {
  return typeof aggregate === 'function' ? new Keeping(aggregate, maxBytes) : new Folding(aggregate);
}

class Folding implements Aggregator {
  readonly #aggregate: WindowAggregate<unknown>;

  constructor(aggregate: WindowAggregate<unknown>) {
    this.#aggregate = aggregate;
  }

  open(window: OpenWindow): void {
    window.state = given('window.init', () => this.#aggregate.init(window.facts));
  }

  add(window: OpenWindow, message: Message): void {
    let state: unknown;
    try {
      state = this.#aggregate.add(window.state, message, window.facts);
    } catch (error) {
      throw functionFailed('window.add', error);
    }
    if (state === undefined) return;
    if (isPromise(state)) throw wrongResult('window.add', state, A_VALUE);
    window.state = state;
  }

  close(window: OpenWindow): unknown {
    return given('window.result', () => this.#aggregate.result(window.state, window.facts));
  }

  forget(): void {}
}

class Keeping implements Aggregator {
  readonly #aggregate: WindowFunction;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(aggregate: WindowFunction, maxBytes: number) {
    this.#aggregate = aggregate;
    this.#maxBytes = maxBytes;
  }

  open(window: OpenWindow): void {
    window.state = [];
  }

  add(window: OpenWindow, message: Message): void {
    this.#bytes += message.byteLength + BESIDES;
    if (this.#bytes > this.#maxBytes) {
      throw optionError(
        'window.maxBytes',
        `The open windows hold more than ${this.#maxBytes} bytes of records. Give { init, add, result } in place of a function, which keeps no record, make the windows smaller, or allow more.`,
      );
    }
    messagesOf(window).push(kept(message));
  }

  close(window: OpenWindow): unknown {
    return given('window', () => this.#aggregate(messagesOf(window), window.facts));
  }

  forget(window: OpenWindow): void {
    for (const message of messagesOf(window)) this.#bytes -= message.byteLength + BESIDES;
  }
}

function messagesOf({ state }: OpenWindow): Message[] {
  return state as Message[];
}

/** The same message without the chunk that it came in. */
function kept({ frame, text, bigIntegers }: Message): Message {
  const { isBinary, receivedAt, url, connection, sequence } = frame;
  const bytes = Buffer.from(text);
  return Message.of({ isBinary, receivedAt, url, connection, sequence }, bytes, 0, bytes.length, true, bigIntegers);
}

function given(option: string, work: () => unknown): unknown {
  let value: unknown;
  try {
    value = work();
  } catch (error) {
    throw functionFailed(option, error);
  }
  if (isPromise(value)) throw wrongResult(option, value, A_VALUE);
  return value;
}

type Method = keyof WindowAggregate<unknown>;
const METHODS: readonly Method[] = ['init', 'add', 'result'];
const A_VALUE = 'the value itself; what takes a promise goes into map() behind it';
/** What a message takes beside its text. */
const BESIDES = 256;
