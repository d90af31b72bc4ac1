import { setText } from './dom.js';
import { stateOf } from './states.js';

/** Says to who does not see it when the state of a feed becomes another one; of many at once how many. */
export class Announcer {
  #node;
  /** @type {Map<string, string>} */
  #known = new Map();
  #saidAt = Number.NEGATIVE_INFINITY;

  /** @param {HTMLElement} node a live region */
  constructor(node) {
    this.#node = node;
  }

  /** @param {ReadonlyMap<string, import('./types.js').Feed>} feeds @param {number} now */
  look(feeds, now) {
    if (now - this.#saidAt < EVERY_MS) return;
    const states = new Map([...feeds].map(([name, { facts }]) => [name, stateOf(facts).word]));
    const changed = [...states].filter(([name, word]) => (this.#known.get(name) ?? word) !== word);
    this.#known = states;
    if (changed.length === 0) return;
    this.#saidAt = now;
    const [one] = changed;
    setText(
      this.#node,
      changed.length === 1 && one ? `${one[0]}: ${one[1]}` : `${changed.length} feeds are in another state`,
    );
  }
}

const EVERY_MS = 3_000;
