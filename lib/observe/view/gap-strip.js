import { LANES, laneOf } from './causes.js';
import { setAttribute, svg } from './dom.js';
import { SPAN_MS } from './points.js';

/** Where the gaps of the last quarter of an hour were, in a row of the table: what each was is told by the time line of its feed. */
export class GapStrip {
  node;
  #holes = svg('path', { class: 'holes' });

  constructor() {
    const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' };
    const ground = svg('rect', { class: 'ground', width: String(WIDTH), height: String(HEIGHT) });
    this.node = svg('svg', { class: 'strip', ...box }, ground, this.#holes);
  }

  /** @param {readonly import('./types.js').Gap[]} gaps @param {number} at the right end */
  draw(gaps, at) {
    const height = HEIGHT / LANES.length;
    const paths = gaps.flatMap(({ cause, from, to }) => {
      const start = Math.max(0, WIDTH * (1 - (at - from) / SPAN_MS));
      const end = Math.min(WIDTH, WIDTH * (1 - (at - to) / SPAN_MS));
      if (end < 0) return [];
      const width = Math.max(1, end - start).toFixed(1);
      return [`M${start.toFixed(1)} ${laneOf(cause) * height}h${width}v${height}h-${width}z`];
    });
    setAttribute(this.#holes, 'd', paths.join(''));
  }
}

const WIDTH = 180;
const HEIGHT = 24;
