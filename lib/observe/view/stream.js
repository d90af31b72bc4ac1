import { EventReader } from './event-reader.js';
import { authorization } from './token.js';

/** Reads a stream of events of the server's, and connects again whenever it ends, until it is stopped. */
export class Stream {
  #path;
  #told;
  #hasToBeLive = new AbortController();
  #isOver = false;
  #attempt = 0;

  /**
   * @param {string} path
   * @param {{
   *   onEvent: (event: string, data: any) => void,
   *   onState?: (state: 'connecting' | 'live' | 'waiting' | 'locked' | 'refused') => void,
   * }} told
   */
  constructor(path, told) {
    this.#path = path;
    this.#told = told;
    void this.#run();
  }

  stop() {
    this.#isOver = true;
    this.#hasToBeLive.abort();
  }

  async #run() {
    while (!this.#isOver) {
      this.#told.onState?.('connecting');
      const state = await this.#read().catch(() => /** @type {const} */ ('waiting'));
      if (this.#isOver) return;
      this.#told.onState?.(state);
      if (state === 'locked' || state === 'refused') return;
      this.#attempt += 1;
      await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** this.#attempt, LONGEST_WAIT_MS)));
    }
  }

  /** @returns {Promise<'waiting' | 'locked' | 'refused'>} why it has ended */
  async #read() {
    this.#hasToBeLive = new AbortController();
    const { signal } = this.#hasToBeLive;
    const watch = setInterval(() => {
      // The server says something each second: one that does not is gone, whatever the system takes it for.
      if (performance.now() - heardAt > SILENCE_MS) this.#hasToBeLive.abort();
    }, 1_000);
    let heardAt = performance.now();
    try {
      const response = await fetch(this.#path, { headers: authorization(), cache: 'no-store', signal });
      if (response.status === 401) return 'locked';
      if (REFUSALS.has(response.status)) return 'refused';
      if (!response.ok || response.body === null) return 'waiting';
      this.#told.onState?.('live');
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const events = new EventReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return 'waiting';
        heardAt = performance.now();
        this.#attempt = 0;
        for (const { event, data } of events.push(value)) this.#told.onEvent(event, JSON.parse(data));
      }
    } finally {
      clearInterval(watch);
      this.#hasToBeLive.abort();
    }
  }
}

/** What stays so, however often one asks. A feed that is not there may come. */
const REFUSALS = new Set([400, 403, 421]);
const LONGEST_WAIT_MS = 5_000;
const SILENCE_MS = 15_000;
