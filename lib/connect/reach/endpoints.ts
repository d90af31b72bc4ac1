import { redactUrl, withoutUserInfo } from '../../secrets/redaction.js';

/** One address that a feed can be had from. */
export interface Endpoint {
  readonly url: string;
  /** Without user info and query: for events, logs and errors. */
  readonly shownUrl: string;
  /** Without user info: what frames carry. */
  readonly frameUrl: string;
}

/** The addresses of a feed, tried in turn. */
export class Endpoints {
  readonly #all: readonly Endpoint[];
  #index = 0;

  constructor(urls: readonly string[]) {
    this.#all = urls.map((url) => ({ url, shownUrl: redactUrl(url), frameUrl: withoutUserInfo(url) }));
  }

  get count(): number {
    return this.#all.length;
  }

  /** The one to connect to. */
  get current(): Endpoint {
    return this.#all[this.#index] as Endpoint;
  }

  /** Turns to the next one; after the last comes the first. */
  turn(): void {
    this.#index = (this.#index + 1) % this.#all.length;
  }
}
