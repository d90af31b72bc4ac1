import { type Duplex, type Readable, Transform, type TransformCallback, type TransformOptions } from 'node:stream';
import type { TransformStream } from 'node:stream/web';

/** The arguments of an emitter's listeners, by event. */
export type EventArguments<E> = { readonly [K in keyof E]: readonly unknown[] };

/** The events of a Readable of `T`s. */
export interface ReadableEvents<T> {
  close: [];
  data: [item: T];
  end: [];
  error: [error: Error];
  pause: [];
  readable: [];
  resume: [];
}

/** What a stream that is written to has beside them. */
export interface WritableEvents {
  drain: [];
  finish: [];
  pipe: [source: Readable];
  unpipe: [source: Readable];
}

/**
 * An object-mode Readable whose items are known to be `T`s: by `on('data')`, `for await`, `read()` and the methods that
 * take functions of an item. Listening to an event that it does not have does not compile; a name that is known at run time only
 * does.
 */
export interface ReadableOf<T, E extends EventArguments<E> = object> extends Readable {
  on: Listen<ReadableEvents<T> & E, this>;
  once: Listen<ReadableEvents<T> & E, this>;
  off: Listen<ReadableEvents<T> & E, this>;
  addListener: Listen<ReadableEvents<T> & E, this>;
  removeListener: Listen<ReadableEvents<T> & E, this>;
  prependListener: Listen<ReadableEvents<T> & E, this>;
  prependOnceListener: Listen<ReadableEvents<T> & E, this>;
  // Calls and `for await` take the first signature. The second is for `NodeJS.ReadableStream`, which knows nothing but text and
  // bytes, and so for `pipeline()`.
  read(size?: number): T | null;
  read(size?: number): never;
  [Symbol.asyncIterator](): NodeJS.AsyncIterator<T>;
  [Symbol.asyncIterator](): ReturnType<Readable[typeof Symbol.asyncIterator]>;
  iterator(options?: { readonly destroyOnReturn?: boolean }): NodeJS.AsyncIterator<T>;
  map<U>(work: ItemFunction<T, U | Promise<U>>, options?: OperatorOptions): ReadableOf<U>;
  filter<S extends T>(keep: (item: T, options: WithSignal) => item is S, options?: OperatorOptions): ReadableOf<S>;
  filter(keep: ItemFunction<T, boolean | Promise<boolean>>, options?: OperatorOptions): ReadableOf<T>;
  flatMap<U>(work: ItemFunction<T, ItemsOf<U> | Promise<ItemsOf<U>>>, options?: OperatorOptions): ReadableOf<U>;
  take(limit: number, options?: Partial<WithSignal>): ReadableOf<T>;
  drop(limit: number, options?: Partial<WithSignal>): ReadableOf<T>;
  forEach(work: ItemFunction<T, unknown>, options?: OperatorOptions): Promise<void>;
  toArray(options?: Partial<WithSignal>): Promise<T[]>;
  some(is: ItemFunction<T, boolean | Promise<boolean>>, options?: OperatorOptions): Promise<boolean>;
  every(is: ItemFunction<T, boolean | Promise<boolean>>, options?: OperatorOptions): Promise<boolean>;
  find<S extends T>(is: (item: T, options: WithSignal) => item is S, options?: OperatorOptions): Promise<S | undefined>;
  find(is: ItemFunction<T, boolean | Promise<boolean>>, options?: OperatorOptions): Promise<T | undefined>;
  reduce(fold: (previous: T, item: T, options: WithSignal) => T | Promise<T>): Promise<T>;
  reduce<R>(
    fold: (previous: R, item: T, options: WithSignal) => R | Promise<R>,
    initial: R,
    options?: Partial<WithSignal>,
  ): Promise<R>;
  compose<U>(stage: TransformOf<T, U>, options?: Partial<WithSignal>): ReadableOf<U>;
  compose<U>(
    stage: (items: ReadableOf<T>, options: WithSignal) => AsyncIterable<U>,
    options?: Partial<WithSignal>,
  ): ReadableOf<U>;
  compose<U>(stage: TransformStream<T, U>, options?: Partial<WithSignal>): ReadableOf<U>;
  compose<D extends Duplex>(stage: D, options?: Partial<WithSignal>): D;
}

/** An object-mode Transform that takes `In`s and gives `Out`s, which are typed as those of {@link ReadableOf}. */
export interface TransformOf<In, Out, E extends EventArguments<E> = object>
  extends ReadableOf<Out, WritableEvents & E>,
    Omit<Transform, keyof Readable | Redeclared> {
  write(chunk: In, callback?: (error: Error | null | undefined) => void): boolean;
  write(chunk: In, encoding: BufferEncoding, callback?: (error: Error | null | undefined) => void): boolean;
  // For `NodeJS.WritableStream`, as with `read()`.
  write(chunk: never, encoding?: unknown, callback?: unknown): boolean;
  end(callback?: () => void): this;
  end(chunk: In, callback?: () => void): this;
  end(chunk: In, encoding: BufferEncoding, callback?: () => void): this;
  end(chunk: never, encoding?: unknown, callback?: unknown): this;
  setDefaultEncoding(encoding: BufferEncoding): this;
  _write(chunk: In, encoding: BufferEncoding, callback: (error?: Error | null) => void): void;
  _final(callback: (error?: Error | null) => void): void;
  _transform(chunk: In, encoding: BufferEncoding, callback: TransformCallback): void;
  _flush(callback: TransformCallback): void;
}

/** A Transform to extend, of which it is known what it takes and gives. */
export const TypedTransform = Transform as unknown as new <In, Out>(options?: TransformOptions) => TransformOf<In, Out>;

/** What `on()` and its kin are. */
export interface Listen<E extends EventArguments<E>, Self> {
  <K extends keyof E>(event: K, listener: (...args: E[K]) => void): Self;
  <N extends string | symbol>(event: UnlistedName<N>, listener: (...args: never[]) => void): Self;
}

/** A name that the compiler cannot know: a symbol, or a string that is no literal. */
export type UnlistedName<N> = N extends symbol ? N : string extends N ? N : never;

/** What functions of an item are given beside it: a signal that is aborted when nobody wants the result. */
export interface WithSignal {
  readonly signal: AbortSignal;
}
/** Options of the methods of a Readable that take functions of an item. */
export interface OperatorOptions {
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}
/** A function of an item. */
export type ItemFunction<T, U> = (item: T, options: WithSignal) => U;
/** What `flatMap()` takes the items of. */
export type ItemsOf<U> = Iterable<U> | AsyncIterable<U>;
type Redeclared = 'write' | 'end' | 'setDefaultEncoding' | '_write' | '_final' | '_transform' | '_flush';
