/**
 * What streams that were piped together know of each other. `pipeline()` destroys every stream at once when one of
 * them fails, and whatever sat in the buffers between them is gone. To deliver it first, the failing stream waits until
 * everything downstream is written, and only then gives its error to `pipeline()`. For that it must know who is downstream.
 *
 * A sink that is full never hears of the stream's end, which waits behind what it does not take. So it is told by itself
 * that nothing further is received.
 */
import type { Readable, Writable } from 'node:stream';
import { isAsking, watchReads } from './asking.js';
import { type Derivation, deriveCarefully } from './derive.js';

/** On a stage that holds records back: hands them on now. Called when nothing is waiting before it. */
export const flushHeld: unique symbol = Symbol('spillway.flushHeld');

/** On a stage: whether something that it has taken in is not out yet, and comes by itself. */
export const isAtWork: unique symbol = Symbol('spillway.isAtWork');

/** On the Readable that a run starts with: ends it in good order. */
export const stopRun: unique symbol = Symbol('spillway.stopRun');

/** On the Writable at the end of a chain: the run that feeds it ends, and what is on its way is all that comes. Called once. */
export const runEnding: unique symbol = Symbol('spillway.runEnding');

/**
 * Has `stream` remember what it is piped into, and so every stream further down the chain, and who reads from it. `pipeline()`
 * calls `pipe()` too.
 */
export function trackPipes(stream: Readable): void {
  if (destinations.has(stream)) return;
  destinations.set(stream, []);
  watchReads(stream);
  deriveCarefully(stream, DERIVATION);
  stream.pipe = tracking(stream.pipe);
}

/** One function for all streams that pipe like this, most of them as Node's do. */
function tracking(pipe: Readable['pipe']): Readable['pipe'] {
  let tracked = trackedPipes.get(pipe);
  if (tracked === undefined) {
    tracked = function trackedPipe<T extends NodeJS.WritableStream>(
      this: Readable,
      destination: T,
      options?: { end?: boolean },
    ): T {
      link(this, destination);
      return pipe.call(this, destination, options) as T;
    };
    trackedPipes.set(pipe, tracked);
  }
  return tracked;
}

function link(source: Readable, destination: object): void {
  destinations.set(source, [...(destinations.get(source) ?? []), destination]);
  sources.set(destination, source);
  if (ending.has(source)) tellWritable(destination);
  // A stranger between two stages does not tell what it is piped into: it is tracked like our own.
  if ('pipe' in destination) trackPipes(destination as unknown as Readable);
}

/** What `stream` writes to beside what it is piped into: it is told of the end of the run, and waited for, in the same way. */
export function alsoWritten(stream: Readable, destination: Writable): void {
  destinations.set(stream, [...(destinations.get(stream) ?? []), destination]);
  if (ending.has(stream)) tellWritable(destination);
}

/**
 * Destroys `stream` with `error` as soon as all that it has pushed is read and written, by every stream that it is
 * piped into, and by theirs, and a consumer that reads by itself asks for more. It ends at once when `stream` is destroyed by
 * somebody else.
 */
export function failAfterDelivery(stream: Readable, error: Error): void {
  tellRunEnding(stream);
  // Node has no event for "everything written" short of 'finish', so this asks: at once, then every few milliseconds.
  const poll = (): void => {
    if (stream.destroyed) return;
    if (isDelivered(stream)) {
      stream.destroy(error);
    } else {
      waits += 1;
      if (waits <= IMMEDIATE_POLLS) setImmediate(poll);
      else setTimeout(poll, POLL_MS);
    }
  };
  let waits = 0;
  // Not in this turn: the caller may be inside a push(), whose chunk is not counted anywhere yet.
  setImmediate(poll);
}

/** Tells everything down the chain that nothing further is received: what is on its way is all that comes. */
export function tellRunEnding(stream: object): void {
  if (ending.has(stream)) return;
  ending.add(stream);
  for (const destination of destinations.get(stream) ?? []) tellWritable(destination);
}

/** The same to a stream that is written to, and to everything further down. */
export function tellWritable(destination: object): void {
  if (ending.has(destination)) return;
  (destination as Partial<Record<typeof runEnding, () => void>>)[runEnding]?.();
  tellRunEnding(destination);
}

/** Ends the run that feeds `stage`, if one of this library does. Returns whether there was one. */
export function stopUpstream(stage: Writable, cause: string): boolean {
  let source = sources.get(stage);
  while (source !== undefined) {
    const stop = (source as Partial<Record<typeof stopRun, (cause: string) => void>>)[stopRun];
    if (stop !== undefined) {
      stop.call(source, cause);
      return true;
    }
    source = sources.get(source);
  }
  return false;
}

function isDelivered(stream: Readable): boolean {
  if (stream.readableLength > 0 || !isAsking(stream)) return false;
  for (const destination of destinations.get(stream) ?? []) {
    if (!isWritten(destination as Writable & Readable)) return false;
  }
  return true;
}

function isWritten(stream: Writable & Partial<Readable>): boolean {
  if (stream.destroyed) return true;
  if (stream.writableLength > 0 || (stream as Partial<Record<typeof isAtWork, () => boolean>>)[isAtWork]?.() === true) {
    return false;
  }
  (stream as Partial<Record<typeof flushHeld, () => void>>)[flushHeld]?.();
  return stream.readableLength === undefined || isDelivered(stream as unknown as Readable);
}

const trackedPipes = new WeakMap<Readable['pipe'], Readable['pipe']>();
const destinations = new WeakMap<object, readonly object[]>();
const sources = new WeakMap<object, Readable>();
const ending = new WeakSet<object>();
const DERIVATION: Derivation = {
  isFed: (stream) => sources.has(stream),
  link,
  mayFail(derived, error) {
    if (isDelivered(derived)) return true;
    failAfterDelivery(derived, error);
    return false;
  },
};
const IMMEDIATE_POLLS = 50;
const POLL_MS = 5;
