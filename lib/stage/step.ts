import type { Readable } from 'node:stream';

/**
 * What a stage does, without its stream: items in, items out, at once or later. The same step runs behind a Transform, by hand,
 * and in the Readable of pages, fused.
 */
export interface Step<In> {
  /** How many it has left out, as it was told to. */
  readonly filtered?: number;
  /** How many it refused and dropped or diverted. */
  readonly skipped?: number;
  /** Whether nothing further should be given to it before it calls `room()`. What is given all the same, it takes. */
  readonly isFull: boolean;
  /** Whether something that was given to it is not out yet, and comes by itself. */
  readonly isAtWork: boolean;
  /** @throws when the run is to end, after what was handed out before is delivered */
  take(item: In): void;
  /** Hands out what it would otherwise hold for longer, since nothing comes at the moment. It may be called often. */
  flush?(): void;
  /** Nothing further comes. Hands out all that it has, and calls back. */
  end(done: () => void): void;
  /** Nobody wants anything of it any more. May be called more than once. */
  close?(): void;
}

/** Where what comes of a step goes, and what it tells. */
export interface StepOutlet<Out> {
  /** The stream that the step is a part of. */
  readonly stream: Readable;
  push(item: Out): void;
  /** Ends the run with an error, after what was handed out before is delivered. Nothing further is given to the step. */
  fail(error: Error): void;
  /** It is not full any more. */
  room(): void;
}

/** Makes a step for one stream, or one run. */
export type MakeStep<In, Out> = (outlet: StepOutlet<Out>) => Step<In>;
