import { optionError, SubscribeError } from '../errors.js';
import { isSubscribeStep, type SubscribeStep } from './subscribe-options.js';
import type { NamedStep } from './subscriber.js';

/** The subscriptions of a run that came at run time: they are sent again on each connection, until they are removed. */
export class Subscriptions {
  readonly #all = new Map<string, Subscription>();

  /** What a new connection has to send. */
  get steps(): readonly NamedStep[] {
    return [...this.#all.values()].map(({ named }) => named);
  }

  /**
   * @returns what is to be sent now, and a promise for its first confirmation, which need not be looked at
   * @throws {ConfigError} when there is one of this name, or too many, or the step is none
   */
  add(name: string, step: SubscribeStep): { named: NamedStep; confirmed: Promise<void> } {
    checkStep('addSubscription', step);
    if (this.#all.has(name)) {
      throw optionError(
        'addSubscription',
        `There is a subscription of the name ${JSON.stringify(name)}. Remove it first.`,
      );
    }
    if (this.#all.size >= MAX_SUBSCRIPTIONS) {
      throw optionError('addSubscription', `There are ${MAX_SUBSCRIPTIONS} subscriptions, and no more are kept.`);
    }
    const { promise, resolve, reject } = deferred();
    let wasConfirmed = false;
    const named: NamedStep = {
      name: sentenceName(name),
      step,
      confirmed: () => {
        wasConfirmed = true;
        resolve();
      },
      // One that worked before is a part of the feed; one that never did is not worth a connection.
      failed: (error) => {
        if (wasConfirmed) return false;
        if (this.#all.get(name)?.named === named) this.#all.delete(name);
        reject(error);
        return true;
      },
    };
    this.#all.set(name, { named, reject });
    return { named, confirmed: promise };
  }

  /**
   * @returns what is to be sent now, if anything, and a promise for its confirmation, which need not be looked at
   * @throws {ConfigError} when the step is none
   */
  remove(name: string, step: SubscribeStep | undefined): { named: NamedStep | undefined; confirmed: Promise<void> } {
    if (step !== undefined) checkStep('removeSubscription', step);
    const subscription = this.#all.get(name);
    this.#all.delete(name);
    subscription?.reject(gone(name, 'was removed before it was confirmed'));
    if (subscription === undefined || step === undefined) return { named: undefined, confirmed: Promise.resolve() };
    const { promise, resolve, reject } = deferred();
    const failed = (error: SubscribeError): true => {
      reject(error);
      return true;
    };
    return {
      named: { name: sentenceName(name), step, confirmed: resolve, dropped: resolve, failed },
      confirmed: promise,
    };
  }

  /** The run is over: nothing will be confirmed any more. */
  end(): void {
    for (const [name, { reject }] of this.#all) reject(gone(name, 'was not confirmed before the run ended'));
    this.#all.clear();
  }
}

interface Subscription {
  readonly named: NamedStep;
  reject(error: SubscribeError): void;
}

/** A promise that is no unhandled rejection when nobody looks at it. */
function deferred(): { promise: Promise<void>; resolve(): void; reject(error: SubscribeError): void } {
  let resolve: () => void = () => {};
  let reject: (error: SubscribeError) => void = () => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

function checkStep(option: string, step: unknown): void {
  if (!isSubscribeStep(step)) {
    throw optionError(
      option,
      'Expected a step: { send, expect, reject, timeoutMs }, of which all but `send` may be left out.',
    );
  }
}

function gone(name: string, how: string): SubscribeError {
  return new SubscribeError({ what: sentenceName(name), reason: 'ended', how });
}

function sentenceName(name: string): string {
  return `The subscription ${JSON.stringify(name)}`;
}

const MAX_SUBSCRIPTIONS = 10_000;
