import type { Clock, TimerHandle } from '../../internal/clock.js';
import { type Fields, field, resolveOptions, wholeNumber } from '../../internal/options.js';
import { CLOCK } from '../../internal/service-fields.js';

/** Options of {@link ConnectBudget}. An explicit `undefined` means the default. */
export interface ConnectBudgetOptions {
  /** Connects to one host in a second, evenly spaced: one host is one name and one port. @default none: as many as there are */
  readonly perSecond?: number | undefined;
  /** Connects that are under way at once, to all hosts: until the upgrade is answered, and subscribe messages are sent. @default none: as many as there are */
  readonly atOnce?: number | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

const FIELDS: Fields<ResolvedBudget> = {
  perSecond: field<number | undefined>(
    undefined,
    'a number above 0',
    (value) => typeof value === 'number' && value > 0 && Number.isFinite(value),
  ),
  atOnce: wholeNumber<number | undefined>(undefined, 1),
  clock: CLOCK,
};

interface ResolvedBudget {
  readonly perSecond: number | undefined;
  readonly atOnce: number | undefined;
  readonly clock: Clock;
}

/**
 * How quickly the feeds of one process may connect, all together: servers refuse, or ban, who comes with two hundred connects at once.
 * Those that have to wait are let in in turn, first come, first served at each host. `handshakeTimeoutMs` begins behind that.
 *
 * @example
 * ```ts
 * const connectBudget = new ConnectBudget({ perSecond: 5, atOnce: 20 });
 * const feeds = urls.map((url) => new WebSocketReadable(url, { reconnect: true, connectBudget }));
 * ```
 */
export class ConnectBudget {
  readonly #everyMs: number;
  readonly #atOnce: number;
  readonly #clock: Clock;
  readonly #hosts = new Map<string, Host>();
  #underWay = 0;
  #timer: TimerHandle;

  /** @throws {ConfigError} when an option is unknown or its value is not accepted */
  constructor(options: ConnectBudgetOptions = {}) {
    const { perSecond, atOnce, clock } = resolveOptions('ConnectBudget', options, FIELDS);
    this.#everyMs = perSecond === undefined ? 0 : 1_000 / perSecond;
    this.#atOnce = atOnce ?? Number.POSITIVE_INFINITY;
    this.#clock = clock;
  }

  /** How many wait to be let in. */
  get waiting(): number {
    return [...this.#hosts.values()].reduce((sum, { queue }) => sum + queue.size, 0);
  }

  /**
   * Waits until a connect to this address may begin. What it resolves to is to be called, once, when that is over.
   *
   * @throws the reason of the signal, when it is aborted before
   */
  enter(url: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const { queue } = this.#hostOf(new URL(url).host);
      const onAbort = (): void => {
        queue.delete(letIn);
        reject(signal.reason);
        // Nobody may be left to wait for.
        this.#letIn();
      };
      const letIn = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(() => this.#leave());
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queue.add(letIn);
      this.#letIn();
    });
  }

  #hostOf(name: string): Host {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const host: Host = { queue: new Set(), from: Number.NEGATIVE_INFINITY };
    this.#hosts.set(name, host);
    return host;
  }

  #leave(): void {
    this.#underWay -= 1;
    this.#letIn();
  }

  /** All that may begin now; then by a timer. */
  #letIn(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    // One that has had its turn stands behind the others.
    for (const [name, host] of [...this.#hosts]) {
      const [letIn] = host.queue;
      if (host.from > now) {
        if (letIn !== undefined) next = Math.min(next, host.from);
      } else if (letIn === undefined) this.#hosts.delete(name);
      else if (this.#underWay < this.#atOnce) {
        this.#underWay += 1;
        host.queue.delete(letIn);
        host.from = now + this.#everyMs;
        this.#hosts.delete(name);
        this.#hosts.set(name, host);
        if (host.queue.size > 0) next = Math.min(next, host.from);
        letIn();
      }
    }
    if (next < Number.POSITIVE_INFINITY && this.#underWay < this.#atOnce) {
      this.#timer = this.#clock.setTimeout(() => this.#letIn(), Math.max(0, next - now));
    }
  }
}

interface Host {
  /** How each that waits is let in, in the order in which they came. */
  readonly queue: Set<() => void>;
  /** When the next one may begin, by the clock's monotonic milliseconds. */
  from: number;
}
