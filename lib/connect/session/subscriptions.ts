import { optionError, SubscribeError } from '../../errors.js';
import { isSubscribeStep, type SubscribeMessage, type SubscribeStep } from '../options/subscribe-options.js';
import type { NamedStep } from './subscribe-steps.js';

/** Where a subscription can be sent at once. */
export interface Talking {
  /** Returns whether the connection came that far. */
  subscribe(step: NamedStep): boolean;
  /** Forgets a step that waits to be sent. Returns whether one did. */
  withdraw(step: NamedStep): boolean;
}

/**
 * What a run is subscribed to: what its options say, and what came at run time, which is sent again on each connection
 * until it is removed, or fails.
 *
 * What waits on a connection is bounded: no more subscriptions than are kept, since one that is removed is withdrawn, and no
 * more steps that take one back either, since each follows a subscription that was sent, and none is sent past such a step.
 */
export class Subscriptions {
  readonly #planned: readonly SubscribeStep[];
  readonly #talking: () => Iterable<Talking>;
  readonly #onFailed: (name: string, error: SubscribeError) => void;
  /** Those of run time, from the first one on. */
  #all: Map<string, Subscription> | undefined;

  /**
   * @param talking the connections that are there
   * @param onFailed one that came at run time is not kept any more
   */
  constructor(
    planned: readonly SubscribeStep[],
    talking: () => Iterable<Talking>,
    onFailed: (name: string, error: SubscribeError) => void,
  ) {
    this.#planned = planned;
    this.#talking = talking;
    this.#onFailed = onFailed;
  }

  /** What a new connection has to send, with `first` before it, and other steps in place of those that were planned. */
  plan(first: readonly SubscribeMessage[], others?: readonly SubscribeStep[]): readonly NamedStep[] {
    const option = others === undefined ? 'subscribe' : 'resume.into.subscribe';
    return [
      ...first.map((send, index) => ({ name: `Message ${index + 1} of \`subscribe_messages\``, step: { send } })),
      ...(others ?? this.#planned).map((step, index) => ({ name: `Step ${index + 1} of \`${option}\``, step })),
      ...[...(this.#all?.values() ?? [])].map(({ named }) => named),
    ];
  }

  /**
   * Sends it now, where a connection is there.
   *
   * @returns a promise for its first confirmation, which need not be looked at
   * @throws {ConfigError} when there is one of this name, or too many, or the step is none
   */
  add(name: string, step: SubscribeStep): Promise<void> {
    checkStep('addSubscription', step);
    this.#all ??= new Map();
    const all = this.#all;
    if (all.has(name)) {
      throw optionError(
        'addSubscription',
        `There is a subscription of the name ${JSON.stringify(name)}. Remove it first.`,
      );
    }
    if (all.size >= MAX_SUBSCRIPTIONS) {
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
      failed: (error) => {
        const isWanted = all.get(name)?.named === named;
        // One that worked before may work on another connection, unless the server says no: it would say so each time.
        if (isWanted && wasConfirmed && error.reason !== 'rejected') return false;
        if (isWanted) all.delete(name);
        reject(error);
        if (isWanted) this.#onFailed(name, error);
        return true;
      },
    };
    all.set(name, { named, reject });
    send(named, this.#talking());
    return promise;
  }

  /**
   * Sends the step, if one is given, on the connections that know of the subscription; where it still waits to be sent, it is
   * withdrawn.
   *
   * @returns a promise for its confirmation, which need not be looked at
   * @throws {ConfigError} when the step is none
   */
  remove(name: string, step: SubscribeStep | undefined): Promise<void> {
    if (step !== undefined) checkStep('removeSubscription', step);
    const subscription = this.#all?.get(name);
    this.#all?.delete(name);
    subscription?.reject(gone(name, 'was removed before it was confirmed'));
    if (subscription === undefined) return Promise.resolve();
    const told = [...this.#talking()].filter((connection) => !connection.withdraw(subscription.named));
    if (step === undefined) return Promise.resolve();
    const { promise, resolve, reject } = deferred();
    const failed = (error: SubscribeError): true => {
      reject(error);
      return true;
    };
    const taking = { name: sentenceName(name), step, confirmed: resolve, dropped: resolve, failed };
    return send(taking, told) ? promise : Promise.resolve();
  }

  /** The run is over: nothing will be confirmed any more. */
  end(): void {
    for (const [name, { reject }] of this.#all ?? []) reject(gone(name, 'was not confirmed before the run ended'));
    this.#all?.clear();
  }
}

/** Returns whether one of the connections takes it. */
function send(named: NamedStep, connections: Iterable<Talking>): boolean {
  let isSent = false;
  for (const connection of connections) if (connection.subscribe(named)) isSent = true;
  return isSent;
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
  if (!isSubscribeStep(step, option)) {
    throw optionError(
      option,
      'Expected a step: { send, expect, reject, timeoutMs }, with at least one of `send` and `expect`.',
    );
  }
}

function gone(name: string, how: string): SubscribeError {
  return new SubscribeError({ what: sentenceName(name), reason: 'ended', how });
}

function sentenceName(name: string): string {
  return `The subscription ${JSON.stringify(name)}`;
}

/** So many are kept. */
const MAX_SUBSCRIPTIONS = 10_000;
