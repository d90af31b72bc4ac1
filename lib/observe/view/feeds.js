import { addPoint, NO_POINTS, pointsOf } from './points.js';

/** @typedef {import('./types.js').Feed} Feed */
/** @typedef {import('./types.js').Told} Told */

/** All feeds, as the server tells of them: a snapshot, and then what has changed. */
export class Feeds {
  /** @type {Map<string, Feed>} */
  byName = new Map();
  /** The server's clock, when it told the newest. */
  at = 0;
  version = '';
  hasTap = false;
  /** @type {Told['process']} */
  process;

  /** @param {Told} told */
  snapshot(told) {
    this.#head(told);
    this.version = told.version ?? '';
    this.hasTap = told.has_tap ?? false;
    const before = this.byName;
    this.byName = new Map();
    for (const [name, feed] of Object.entries(told.feeds)) {
      const { gaps_told: gaps = [], ...facts } = feed ?? {};
      const known = before.get(name);
      const isSame = known !== undefined && known.facts.started_at === facts.started_at;
      const points = isSame ? known.points : NO_POINTS();
      const whole = /** @type {Feed['facts']} */ (facts);
      this.byName.set(name, { name, facts: whole, gaps, points, drawn: (known?.drawn ?? 0) + 1 });
    }
    this.#points();
  }

  /** @param {Told} told */
  delta(told) {
    this.#head(told);
    for (const [name, changes] of Object.entries(told.feeds)) {
      if (changes === null) this.byName.delete(name);
      else this.#change(name, changes);
    }
    this.#points();
  }

  /** What `/stats.json?history` says: how counters stood before. @param {Told} told */
  history(told) {
    for (const [name, of] of Object.entries(told.feeds)) {
      const feed = this.byName.get(name);
      if (feed === undefined || of?.history === undefined || of.started_at !== feed.facts.started_at) continue;
      feed.points = pointsOf(of.history);
      feed.drawn += 1;
    }
  }

  /** @param {string} name @param {NonNullable<Told['feeds'][string]>} changes */
  #change(name, { gaps_new: added = [], ...changes }) {
    const known = this.byName.get(name);
    // A run that begins anew under a name that is known is told whole.
    const isAnew = known === undefined || (changes.started_at ?? known.facts.started_at) !== known.facts.started_at;
    const facts = /** @type {Feed['facts']} */ (isAnew ? changes : { ...known.facts, ...changes });
    const gaps = [...(isAnew ? [] : known.gaps), ...added].slice(-MAX_GAPS);
    const drawn = (known?.drawn ?? 0) + (isAnew || added.length > 0 ? 1 : 0);
    this.byName.set(name, { name, facts, gaps, points: isAnew ? NO_POINTS() : known.points, drawn });
  }

  #points() {
    for (const feed of this.byName.values()) if (addPoint(feed.points, this.at, feed.facts)) feed.drawn += 1;
  }

  /** @param {Told} told */
  #head({ at, process }) {
    this.at = at;
    this.process = process ?? this.process;
  }
}

/** As many as the server keeps. */
const MAX_GAPS = 200;
