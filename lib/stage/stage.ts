import type { TransformCallback } from 'node:stream';
import { failAfterDelivery, flushHeld, isAtWork, trackPipes } from '../internal/chain.js';
import { type TransformOf, TypedTransform } from '../internal/typed-streams.js';
import type { MakeStep, Step } from './step.js';

/** On a stage: makes the step that it stands around, once more. */
export const makeStep: unique symbol = Symbol('spillway.makeStep');

/** On a stage: what goes through it. */
export const itemKind: unique symbol = Symbol('spillway.itemKind');

/** What goes through a stage. */
export type ItemKind = 'message' | 'page';

/**
 * A stage of the toolkit: an ordinary Transform, from `In`s to `Out`s. It is put between two streams, or given to `createSource()` (`stages`), which
 * uses what it does, in each run anew, and not the stream.
 */
export interface Stage<In = unknown, Out = unknown> extends TransformOf<In, Out> {
  /** How many records it has left out, as it was told to. */
  readonly filtered: number;
  /** How many records it refused, and dropped or diverted. */
  readonly skipped: number;
  /** @internal */
  readonly [makeStep]: MakeStep<never, unknown>;
  /** @internal */
  readonly [itemKind]: ItemKind;
}

/** A stage around a step: the fast kind. */
export function stageOf<In, Out>(kind: ItemKind, make: MakeStep<In, Out>): Stage<In, Out> {
  return new StepTransform<In, Out>(kind, make as MakeStep<never, unknown>);
}

class StepTransform<In, Out> extends TypedTransform<In, Out> implements Stage<In, Out> {
  readonly [makeStep]: MakeStep<never, unknown>;
  readonly [itemKind]: ItemKind;
  /** Made when it is needed: of a stage that is given to `createSource()`, never. */
  #made: Step<never> | undefined;
  #hasFailed = false;
  /** The stream waits to give the next item. */
  #onRoom: TransformCallback | undefined;
  /** Node has asked for something, and asks again only once it has got it. */
  #isAwaited = false;

  constructor(kind: ItemKind, make: MakeStep<never, unknown>) {
    super({ objectMode: true, highWaterMark: kind === 'page' ? PAGES : MESSAGES });
    this[makeStep] = make;
    this[itemKind] = kind;
    trackPipes(this);
    this.once('pipe', () => this.#step);
  }

  get filtered(): number {
    return this.#made?.filtered ?? 0;
  }

  get skipped(): number {
    return this.#made?.skipped ?? 0;
  }

  override _transform(item: In, _encoding: string, callback: TransformCallback): void {
    const step = this.#step;
    this.#onRoom = callback;
    try {
      step.take(item as never);
      this.#goIfRoom();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  override _read(size: number): void {
    this.#isAwaited = true;
    // First: what was pushed may have Node keep the callback for this call, and it makes no other before the next push.
    if (this.#made?.isFull !== true) this.#go();
    super._read(size);
  }

  override _flush(callback: TransformCallback): void {
    this.#step.end(() => void (this.#hasFailed || callback()));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#made?.close?.();
    super._destroy(error, callback);
  }

  /** @internal */
  [flushHeld](): void {
    this.#made?.flush?.();
  }

  /** @internal */
  [isAtWork](): boolean {
    return !this.#hasFailed && this.#made?.isAtWork === true;
  }

  get #step(): Step<never> {
    this.#made ??= this[makeStep]({
      stream: this,
      push: (item) => this.#push(item),
      fail: (error) => this.#fail(error),
      room: () => this.#goIfRoom(),
    });
    return this.#made;
  }

  #push(item: unknown): void {
    if (this.#hasFailed) return;
    this.#isAwaited = false;
    this.push(item);
  }

  // Node itself counts only what is pushed before the callback: what a step hands out later would pile up. But what waits to be read
  // holds back no item that Node has asked for: it would never ask again, if nothing comes of the item before.
  #goIfRoom(): void {
    const hasRoom = this.#isAwaited || this.readableLength < this.readableHighWaterMark;
    if (hasRoom && this.#made?.isFull !== true) this.#go();
  }

  #go(): void {
    const callback = this.#onRoom;
    this.#onRoom = undefined;
    if (!this.#hasFailed) callback?.();
  }

  // The callback is not called any more: nothing further is taken in.
  #fail(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    failAfterDelivery(this, error);
  }
}

const MESSAGES = 64;
/** A page can hold a megabyte and more. */
const PAGES = 1;
