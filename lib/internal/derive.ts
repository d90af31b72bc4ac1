/**
 * Streams that are made of a Readable: by `compose()`, and by `map()`, `filter()` and their kin. Those that Node makes take items
 * ahead of who asks for them, and drop what they and those behind them hold when the feed fails.
 */
import { addAbortSignal, type Duplex, pipeline, Readable } from 'node:stream';
import { ReadableStream, type TransformStream } from 'node:stream/web';

/** What the chain does about such a stream. */
export interface Derivation {
  /** Whether something writes into `stream`, so that nobody wants to write into what is made of it. */
  isFed(stream: Readable): boolean;
  /** `derived` is a consumer of `stream`. */
  link(stream: Readable, derived: Readable): void;
  /** Whether nothing would be lost if `derived` failed. If not, it is destroyed with `error` when that is so. */
  mayFail(derived: Readable, error: Error): boolean;
}

/** Has what is made of `stream` fail when all that came before the error is taken and written. */
export function deriveCarefully(stream: Readable, derivation: Derivation): void {
  const methods = stream as unknown as Record<string, unknown>;
  for (const name of OPERATORS) {
    const operator = methods[name];
    // Streams of the package readable-stream may have none.
    if (typeof operator === 'function') methods[name] = carefully(operator as Operator, derivation);
  }
  const { compose } = stream;
  if (compose !== undefined) methods['compose'] = composingCarefully(compose as Compose, derivation);
}

type Operator = (this: Readable, ...given: unknown[]) => Readable;
type Compose = (this: Readable, stage: unknown, options?: { readonly signal?: AbortSignal }) => Readable;

/** One function for all streams that have this operator, most of them Node's. */
function carefully(operator: Operator, derivation: Derivation): Operator {
  let careful = carefulOperators.get(operator);
  if (careful === undefined) {
    careful = function carefulOperator(this: Readable, ...given) {
      return failingLate(this, operator.apply(this, given), derivation);
    };
    carefulOperators.set(operator, careful);
  }
  return careful;
}

/** The same for `compose()`. */
function composingCarefully(compose: Compose, derivation: Derivation): Compose {
  let careful = carefulComposes.get(compose);
  if (careful === undefined) {
    careful = function carefulCompose(this: Readable, stage, options) {
      const isHead = 'writable' in this && !derivation.isFed(this);
      const composed = isHead ? undefined : composedOf(this, stage, derivation);
      if (composed === undefined) {
        const byNode = compose.call(this, stage, options);
        derivation.link(isDuplex(stage) ? stage : this, byNode);
        return byNode;
      }
      return options?.signal == null ? composed : addAbortSignal(options.signal, composed);
    };
    carefulComposes.set(compose, careful);
  }
  return careful;
}

function composedOf(stream: Readable, stage: unknown, derivation: Derivation): Readable | undefined {
  if (typeof stage === 'function') {
    const ended = new AbortController();
    const items = stage(stream, { signal: ended.signal }) as AsyncIterable<unknown>;
    return failingLate(stream, Readable.from(items), derivation, () => ended.abort());
  }
  if (isTransformStream(stage)) {
    const items = ReadableStream.from(stream as AsyncIterable<unknown>).pipeThrough(stage);
    return failingLate(stream, Readable.from(items), derivation);
  }
  if (isDuplex(stage)) return pipeline(stream, stage, () => {});
  return undefined;
}

function failingLate(stream: Readable, derived: Readable, derivation: Derivation, onDestroy?: () => void): Readable {
  derivation.link(stream, derived);
  const { destroy } = derived;
  derived.destroy = function carefulDestroy(error?: Error): Readable {
    if (error != null && stream.errored != null && !derivation.mayFail(this, error)) return this;
    onDestroy?.();
    // Otherwise the feed would go on until it has an item that nobody wants.
    stream.destroy();
    return destroy.call(this, error);
  };
  return derived;
}

function isTransformStream(stage: unknown): stage is TransformStream {
  return (stage as Partial<TransformStream> | undefined)?.readable instanceof ReadableStream;
}

function isDuplex(stage: unknown): stage is Duplex {
  const { pipe, write } = stage as Partial<Duplex>;
  return typeof pipe === 'function' && typeof write === 'function';
}

const carefulOperators = new WeakMap<Operator, Operator>();
const carefulComposes = new WeakMap<Compose, Compose>();
const OPERATORS = ['map', 'filter', 'flatMap', 'drop', 'take'] as const;
